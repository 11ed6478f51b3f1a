import { signatureHeader } from "@/dev/send/sign";
import { type VerifiedEvent, verifyEvent } from "@/lib/billing/webhook/verify";
import { query } from "@/lib/pool";
import { WEBHOOK_SECRET } from "./env";

/**
 * What tests of the core need. Without Next, Prisma and Stripe's SDK: those take longer to load than the tests to run, and
 * tests/mutation loads them anew for each of a thousand mutants.
 */

/** An event as the endpoint hands it over. */
export function verified(event: object): VerifiedEvent {
  const payload = JSON.stringify(event);
  const signature = signatureHeader(payload, WEBHOOK_SECRET);
  const verification = verifyEvent({ payload, signature, secrets: [WEBHOOK_SECRET], now: new Date() });
  if (!verification.ok) throw new Error(verification.error);
  return verification.event;
}

type Stored = Record<string, unknown>;

export const rowsOf = (table: string) => query<Stored>(`select * from ${table} order by id`);

export async function rowOf(table: string, id: unknown): Promise<Stored> {
  const [row] = await query<Stored>(`select * from ${table} where id = $1`, [id]);
  if (!row) throw new Error(`There is no ${String(id)} in ${table}.`);
  return row;
}

export const countOf = async (table: string) => (await rowsOf(table)).length;

/** Empties every table that these tests write. */
export const emptyTables = () =>
  query("truncate stripe_events, subscriptions, subscription_items, invoices, customers, facts cascade");
