import Stripe from "stripe";
import { POST } from "@/app/api/webhooks/stripe/route";
import { db } from "@/lib/db";
import { WEBHOOK_SECRET } from "./env";

const webhooks = new Stripe("sk_test_deliver").webhooks;

/** Signs a body as Stripe does, now unless said otherwise (epoch seconds). */
export function sign(
  payload: string,
  timestamp = Math.floor(Date.now() / 1000),
  secret = WEBHOOK_SECRET,
): string {
  return webhooks.generateTestHeaderString({ payload, secret, timestamp });
}

/** A request as Stripe makes it. */
export function delivery(payload: string, headers: Record<string, string> = {}): Request {
  return new Request("http://localhost:3000/api/webhooks/stripe", {
    method: "POST",
    body: payload,
    headers: { "content-type": "application/json", "stripe-signature": sign(payload), ...headers },
  });
}

/** Delivers an event to the route itself, signed, and returns what Stripe would see. */
export async function deliver(event: object): Promise<{ status: number; result: unknown; error: unknown }> {
  const response = await POST(delivery(JSON.stringify(event)));
  const { result, error } = await response.json();
  return { status: response.status, result, error };
}

/** What the inbox says about an event. */
export function inboxRow(event: { id?: unknown }) {
  return db().stripeEvent.findUniqueOrThrow({ where: { id: String(event.id) } });
}

/** Makes everything that waits due now, as if its delay had passed. */
export async function skipDelays(): Promise<void> {
  await db().stripeEvent.updateMany({ where: { status: "pending" }, data: { nextAttemptAt: new Date(0) } });
}

/** Empties every table that events write. */
export async function clearBilling(): Promise<void> {
  await db()
    .$executeRaw`truncate stripe_events, subscriptions, subscription_items, invoices, customers, products, prices,
      subscription_schedules, entitlement_summaries, facts cascade`;
}
