import Stripe from "stripe";
import { POST } from "@/app/api/webhooks/stripe/route";
import { db } from "@/lib/db";
import { pool } from "@/lib/pool";
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

/** What events write. Those come first that refer to others. */
const WRITTEN = [
  ...["stripe_events", "subscription_items", "subscriptions", "invoices", "customers", "products", "prices"],
  ...["subscription_schedules", "entitlement_summaries", "facts"],
];

/**
 * Empties every table that events write. Locked, so that nothing on its way comes in afterwards, and not truncated: that
 * makes each table's files anew, and takes 50 ms where this takes 3, before every test.
 */
export async function clearBilling(): Promise<void> {
  await pool().query(
    `lock table ${WRITTEN.join()} in access exclusive mode; ${WRITTEN.map((table) => `delete from ${table}`).join(";")}`,
  );
}
