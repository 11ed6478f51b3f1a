import fc from "fast-check";
import { beforeAll, expect, it, vi } from "vitest";
import {
  customerFromStripe,
  invoiceFromStripe,
  productFromStripe,
  subscriptionFromStripe,
} from "@/lib/billing/subscription/from-stripe";
import { drainDue } from "@/lib/billing/webhook/drain";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver, skipDelays } from "../../support/deliver";
import { aCustomer, anEvent, anInvoice, anItem, aProduct, aSubscription } from "../../support/events";
import { useStripe } from "../../support/stripe";

useDatabase();
const stripe = useStripe();

/** Each state carries its number, and the database keeps a list of every write that went back to a smaller one. */
beforeAll(async () => {
  await db().$executeRawUnsafe("create table stale_writes (what text)");
  await db().$executeRawUnsafe(`
    create function note_stale_write() returns trigger language plpgsql as $$
    declare
      was jsonb := to_jsonb(old); is_now jsonb := to_jsonb(new);
      step_of text := coalesce(is_now->'metadata'->>'step', is_now->>'number', split_part(is_now->>'email', '@', 1));
      step_was text := coalesce(was->'metadata'->>'step', was->>'number', split_part(was->>'email', '@', 1));
    begin
      if step_of::int < step_was::int or new.stripe_state_at < old.stripe_state_at then
        insert into stale_writes values (format('%s %s: %s, was %s', tg_table_name, new.id, step_of, step_was));
      end if;
      return new;
    end $$`);
  for (const table of ["subscriptions", "invoices", "customers", "products"])
    await db().$executeRawUnsafe(
      `create trigger note_stale_write after update on ${table} for each row execute function note_stale_write()`,
    );
});

/** One change in a life: of what, to what, and how many seconds after the one before it. Mostly none, as in a burst. */
const change = fc.record({
  of: fc.constantFrom("sub_1", "sub_2", "in_1", "cus_1", "prod_1"),
  gap: fc.constantFrom(0, 0, 0, 1, 2),
  pick: fc.nat(5),
  isOldShape: fc.boolean(),
});
const scenario = fc.record({
  life: fc.array(change, { minLength: 3, maxLength: 16 }),
  shuffle: fc.infiniteStream(fc.nat(1_000_000)),
  repeats: fc.array(fc.nat(15), { maxLength: 8 }),
  width: fc.integer({ min: 1, max: 5 }),
  outage: fc.boolean(),
});

type Change = { of: string; gap: number; pick: number; isOldShape: boolean };
type Fields = Record<string, unknown>;

/** The events of a life, and what Stripe's API says at its end. The last of them happens about now. */
function live(changes: readonly Change[]): { events: Fields[]; truth: Map<string, Fields> } {
  let at = Math.floor(Date.now() / 1000) - changes.reduce((sum, { gap }) => sum + gap, 0);
  const truth = new Map<string, Fields>();
  const events = changes.flatMap(({ of, gap, pick, isOldShape }, step) => {
    at += gap;
    const before = truth.get(of);
    const next = stateAfter(of, before, pick, step);
    if (next === null) return [];
    truth.set(of, next.object);
    return [anEvent(next.type, isOldShape ? beforeBasil(next.object) : next.object, { created: at })];
  });
  return { events, truth };
}

/** The same object as an endpoint of before 2025-03-31.basil gets it: while one is moved, both shapes arrive. */
function beforeBasil(object: Fields): Fields {
  if (object.object === "invoice") return { ...object, parent: undefined, subscription: "sub_1" };
  if (object.object !== "subscription") return object;
  const { current_period_start, current_period_end, ...item } = anItem({ id: `si_${object.id}` });
  return { ...object, current_period_start, current_period_end, items: { data: [item] } };
}

function stateAfter(of: string, before: Fields | undefined, pick: number, step: number) {
  const metadata = { step: String(step) };
  if (of.startsWith("sub")) {
    const items = { data: [anItem({ id: `si_${of}` })] };
    if (before === undefined) {
      const status = pick % 2 ? "incomplete" : "trialing";
      return {
        type: "customer.subscription.created",
        object: aSubscription({ id: of, status, metadata, items }),
      };
    }
    if (before.status === "canceled") return null;
    if (pick === 5)
      return { type: "customer.subscription.deleted", object: { ...before, status: "canceled", metadata } };
    const status = ["active", "past_due", "paused", "unpaid", "active"][pick];
    return { type: "customer.subscription.updated", object: { ...before, status, metadata } };
  }
  if (of.startsWith("in")) {
    if (before === undefined)
      return { type: "invoice.finalized", object: anInvoice({ id: of, number: String(step) }) };
    if (before.status === "paid") return null;
    if (pick < 4)
      return {
        type: "invoice.payment_failed",
        object: { ...before, attempt_count: Number(before.attempt_count) + 1, number: String(step) },
      };
    return {
      type: "invoice.paid",
      object: { ...before, status: "paid", amount_paid: 2000, number: String(step) },
    };
  }
  const type = before === undefined ? "created" : "updated";
  if (of.startsWith("cus"))
    return { type: `customer.${type}`, object: aCustomer({ id: of, email: `${step}@example.com` }) };
  return { type: `product.${type}`, object: aProduct({ id: of, metadata }) };
}

async function deliverAll(events: readonly Fields[], width: number): Promise<void> {
  for (let from = 0; from < events.length; from += width) {
    const answers = await Promise.all(events.slice(from, from + width).map(deliver));
    for (const { status } of answers) expect(status).toBe(200);
  }
}

/** Until nothing waits: what failed is due again at once. */
async function settle(): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    await skipDelays();
    await drainDue();
    if ((await db().stripeEvent.count({ where: { status: "pending" } })) === 0) return;
  }
}

const withoutStamps = { omit: { version: true, stripeStateAt: true, syncedAt: true } } as const;

async function rows(): Promise<Map<string, unknown>> {
  const items = { omit: { subscriptionId: true, position: true } } as const;
  const found = await Promise.all([
    db().subscription.findMany({ ...withoutStamps, include: { items } }),
    db().invoice.findMany(withoutStamps),
    db().customer.findMany({ omit: { ...withoutStamps.omit, userId: true } }),
    db().product.findMany(withoutStamps),
  ]);
  return new Map(found.flat().map((row) => [row.id, row]));
}

function mapped(of: string, object: Fields): unknown {
  if (of.startsWith("sub")) return subscriptionFromStripe(object);
  if (of.startsWith("in")) return invoiceFromStripe(object);
  return of.startsWith("cus") ? customerFromStripe(object) : productFromStripe(object);
}

it("any delivery of any life ends in what Stripe says, and never goes back on the way", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await fc.assert(
    fc.asyncProperty(scenario, async ({ life, shuffle, repeats, width, outage }) => {
      await clearBilling();
      await db().$executeRaw`truncate stale_writes`;
      const { events, truth } = live(life);
      for (const object of truth.values()) stripe.api.put(object);
      const copies = repeats.flatMap((index): Fields[] => events.slice(index, index + 1));
      const order = [...events, ...copies]
        .map((event) => ({ event, key: shuffle.next().value ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ event }) => event);
      stripe.api.failWith(outage ? 403 : null);
      await deliverAll(order.slice(0, order.length / 2), width);
      stripe.api.failWith(null);
      await deliverAll(order.slice(order.length / 2), width);
      await settle();
      expect(await db().$queryRaw`select what from stale_writes`).toEqual([]);
      expect(await rows()).toEqual(new Map([...truth].map(([of, object]) => [of, mapped(of, object)])));
      expect(await db().stripeEvent.count({ where: { status: { not: "done" } } })).toBe(0);
    }),
    { numRuns: Number(process.env.LIVES ?? 250) },
  );
}, 600_000);
