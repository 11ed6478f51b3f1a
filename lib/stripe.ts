import type Stripe from "stripe";
import { env, isLiveKey } from "./env";

export type { Stripe };

let client: Stripe | undefined;

/**
 * The process's one Stripe client, in the API version that the SDK is typed for. Made, and the SDK loaded, at first use:
 * most events are answered without it.
 */
export async function stripe(): Promise<Stripe> {
  const { STRIPE_SECRET_KEY, STRIPE_API_BASE } = env();
  const { default: StripeClient } = await import("stripe");
  client ??= new StripeClient(STRIPE_SECRET_KEY, {
    ...(STRIPE_API_BASE ? apiBase(new URL(STRIPE_API_BASE)) : {}),
    maxNetworkRetries: 1,
    timeout: 10_000,
    telemetry: false,
  });
  return client;
}

function apiBase(base: URL) {
  const protocol = base.protocol === "http:" ? "http" : "https";
  return { protocol, host: base.hostname, port: base.port || (protocol === "http" ? 80 : 443) } as const;
}

/** Whether the key moves real money. Events of the other mode are none of ours. */
export function isLivemode(): boolean {
  return isLiveKey(env().STRIPE_SECRET_KEY);
}
