import type Stripe from "stripe";
import { type Env, env, isLiveKey } from "./env";

export type { Stripe };

/** The version of Stripe's API that the SDK is typed for. https://docs.stripe.com/api/versioning */
export type ApiVersion = typeof Stripe.API_VERSION;

let client: Stripe | undefined;

/**
 * The process's one Stripe client, in the API version that the SDK is typed for. Made, and the SDK loaded, at first use:
 * most events are answered without it.
 */
export async function stripe(): Promise<Stripe> {
  client ??= (await createStripe(env())).api;
  return client;
}

/** A client of its own, for a command that has a key but not the app's whole environment. */
export async function createStripe({
  STRIPE_SECRET_KEY,
  STRIPE_API_BASE,
}: Pick<Env, "STRIPE_SECRET_KEY" | "STRIPE_API_BASE">): Promise<{ api: Stripe; version: ApiVersion }> {
  const { default: StripeClient } = await import("stripe");
  const api = new StripeClient(STRIPE_SECRET_KEY, {
    ...(STRIPE_API_BASE ? apiBase(new URL(STRIPE_API_BASE)) : {}),
    maxNetworkRetries: 1,
    timeout: 10_000,
    telemetry: false,
  });
  return { api, version: StripeClient.API_VERSION };
}

/** The version that the SDK is typed for. Loads the SDK. */
export async function apiVersion(): Promise<ApiVersion> {
  return (await createStripe(env())).version;
}

function apiBase(base: URL) {
  const protocol = base.protocol === "http:" ? "http" : "https";
  return { protocol, host: base.hostname, port: base.port || (protocol === "http" ? 80 : 443) } as const;
}

/** Whether the key moves real money. Events of the other mode are none of ours. */
export function isLivemode(): boolean {
  return isLiveKey(env().STRIPE_SECRET_KEY);
}
