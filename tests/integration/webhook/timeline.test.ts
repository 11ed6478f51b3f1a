import fc from "fast-check";
import { Pool } from "pg";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { linkCustomer } from "@/lib/billing/ownership";
import { readBilling } from "@/lib/billing/queries";
import { syncSubscription } from "@/lib/billing/subscription/lifecycle";
import { readTimeline } from "@/lib/billing/timeline/read";
import { drainDue } from "@/lib/billing/webhook/drain";
import { askForReplay, continueReplay } from "@/lib/billing/webhook/replay";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver } from "../../support/deliver";
import { anEvent, anInvoice, anItem, aPrice, aProduct, aSubscription, T0 } from "../../support/events";
import { useStripe } from "../../support/stripe";

useDatabase({ SMTP_URL: "smtp://127.0.0.1:1", MAIL_FROM: "Cairn <billing@example.com>" });
const stripe = useStripe();
beforeEach(clearBilling);

const DAY = 86_400;
const NOW = Math.floor(Date.now() / 1000);

const updated = (fields: object, previous: object, created: number): Record<string, unknown> => {
  const event = anEvent("customer.subscription.updated", aSubscription({ ...fields }), { created });
  return { ...event, data: { object: aSubscription({ ...fields }), previous_attributes: previous } };
};
const failed = (attempt_count: number, created: number) =>
  anEvent("invoice.payment_failed", anInvoice({ attempt_count }), { created });
const paid = (created: number) =>
  anEvent("invoice.paid", anInvoice({ status: "paid", amount_paid: 2000, attempt_count: 2 }), { created });
const ending = { cancel_at: T0 + 30 * DAY, cancel_at_period_end: true, canceled_at: T0 + 7 * DAY };
const notEnding = { cancel_at: null, cancel_at_period_end: false, canceled_at: null };

/** A life as Stripe tells it, with two events for the cancellation. */
const life = (from: number) => [
  anEvent("customer.subscription.created", aSubscription({ status: "incomplete" }), { created: from }),
  updated({}, { status: "incomplete" }, from),
  failed(1, from + 4 * DAY),
  failed(2, from + 6 * DAY),
  paid(from + 6 * DAY + 60),
  updated(ending, notEnding, from + 7 * DAY),
  updated(ending, notEnding, from + 7 * DAY + 1),
  updated({ ...ending, metadata: { a: "b" } }, { metadata: {} }, from + 8 * DAY),
  anEvent("customer.subscription.deleted", aSubscription({ status: "canceled" }), {
    created: from + 30 * DAY,
  }),
];

const KEYS = [
  `cancelled:sub_1:${T0 + 7 * DAY}`,
  "ended:sub_1",
  "paid:in_1",
  "payment_failed:in_1:1",
  "payment_failed:in_1:2",
  "started:sub_1",
];

const readFacts = () =>
  db().fact.findMany({ orderBy: { key: "asc" }, omit: { nextAttemptAt: true, lockedUntil: true } });
const keys = async () => (await readFacts()).map(({ key }) => key);

describe("what happened", () => {
  it("is written by the statement that writes the row", async () => {
    const statements = vi.spyOn(Pool.prototype, "query");
    await deliver(failed(1, T0));
    const texts = statements.mock.calls.map(([text]) => String(text));
    const telling = texts.filter((text) => text.includes("insert into facts"));
    expect(telling).toHaveLength(1);
    for (const table of ["invoices", "stripe_events"]) expect(telling[0]).toContain(`insert into ${table}`);
    expect(await keys()).toEqual(["payment_failed:in_1:1"]);
  });

  it("is the same in whatever order, how often and how many at once it is delivered", async () => {
    const events = life(T0);
    await Promise.all(events.map(deliver));
    const facts = await readFacts();
    expect(facts.map(({ key }) => key)).toEqual(KEYS);
    const order = fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 });
    await fc.assert(
      fc.asyncProperty(order, fc.boolean(), async (deliveries, isAtOnce) => {
        await clearBilling();
        if (isAtOnce) await Promise.all(deliveries.map(deliver));
        else for (const event of deliveries) await deliver(event);
        await drainDue();
        expect(await readFacts()).toEqual(facts);
      }),
      { numRuns: Number(process.env.TIMELINE_RUNS ?? 20) },
    );
  });

  it("is told with the time of the earliest of two events for one change, also if that comes last", async () => {
    const [first, second] = [1, 0].map((later) => updated(ending, notEnding, T0 + 7 * DAY + later));
    await deliver(first ?? {});
    await deliver(second ?? {});
    expect(await readFacts()).toMatchObject([{ at: new Date((T0 + 7 * DAY) * 1000), eventId: second?.id }]);
  });

  it("is told by an event that waits for Stripe once it is settled", async () => {
    stripe.api.put(aSubscription({ ...ending }));
    await deliver(updated({ metadata: { a: "b" } }, {}, T0));
    expect(await deliver(updated(ending, notEnding, T0))).toMatchObject({ result: "deferred" });
    expect(await keys()).toEqual([]);
    await drainDue();
    expect(await keys()).toEqual([KEYS[0]]);
  });

  it("is not told by an answer of the API, which says how things stand", async () => {
    stripe.api.put(aSubscription({ status: "past_due", ...ending }));
    await syncSubscription("sub_1");
    expect(await db().subscription.count()).toBe(1);
    expect(await keys()).toEqual([]);
  });

  it("is not told by what is none of ours, or cannot be read", async () => {
    const event = failed(1, T0);
    expect(await deliver({ ...event, livemode: true })).toMatchObject({ result: "ignored" });
    expect(await deliver({ ...event, id: "evt_connect", account: "acct_1" })).toMatchObject({
      result: "ignored",
    });
    const unreadable = anEvent("invoice.payment_failed", anInvoice({ currency: null }));
    expect(await deliver(unreadable)).toMatchObject({ result: "parked" });
    expect(await keys()).toEqual([]);
  });

  it("is told again by a replay, as the history that it is", async () => {
    const event = failed(1, NOW - 2 * DAY);
    await deliver(event);
    await db().fact.deleteMany();
    await continueReplay(await askForReplay({ ids: [String(event.id)] }, "tests", 1, 0));
    await drainDue();
    expect(await readFacts()).toMatchObject([{ key: "payment_failed:in_1:1", mail: null }]);
  });
});

describe("a mail", () => {
  it("is to be sent about news, not about history", async () => {
    await deliver(failed(1, NOW - 2 * DAY));
    await deliver(failed(2, NOW - 3_600));
    await deliver(paid(NOW));
    expect((await readFacts()).map(({ key, mail }) => [key, mail])).toEqual([
      ["paid:in_1", null],
      ["payment_failed:in_1:1", null],
      ["payment_failed:in_1:2", "pending"],
    ]);
  });

  it("that was sent stays sent, whatever else tells of the same", async () => {
    await deliver(updated(ending, notEnding, NOW));
    await db().fact.updateMany({ data: { mail: "sent", sentAt: new Date() } });
    await deliver(updated(ending, notEnding, NOW - 1));
    expect(await readFacts()).toMatchObject([{ mail: "sent", at: new Date((NOW - 1) * 1000) }]);
  });
});

describe("the dashboard", () => {
  it("tells it to the user whose customer it is, the newest first, and to nobody else", async () => {
    await db().user.createMany({
      data: ["ada", "bob"].map((id) => ({ id, name: id, email: `${id}@example.com` })),
    });
    await linkCustomer({ userId: "ada", customerId: "cus_1" });
    await linkCustomer({ userId: "bob", customerId: "cus_2" });
    await deliver(failed(1, T0));
    await deliver(paid(T0 + 60));
    const { timeline } = await readBilling("ada", new Date());
    expect(timeline).toMatchObject([
      { kind: "paid", money: { amount: 2000, currency: "usd" } },
      { kind: "payment_failed", at: new Date(T0 * 1000) },
    ]);
    expect((await readBilling("bob", new Date())).timeline).toEqual([]);
  });

  it("says when Stripe tries again only while that is to come", async () => {
    const nextAt = NOW + 3 * DAY;
    const event = anEvent(
      "invoice.payment_failed",
      anInvoice({ attempt_count: 1, next_payment_attempt: nextAt }),
      { created: NOW },
    );
    await deliver(event);
    expect(await readTimeline("cus_1")).toMatchObject([
      { nextAt: new Date(nextAt * 1000), mail: "pending", plan: null },
    ]);
    const again = anInvoice({ attempt_count: 2, next_payment_attempt: nextAt + DAY });
    await deliver(anEvent("invoice.payment_failed", again, { created: NOW + 60 }));
    expect(await readTimeline("cus_1")).toMatchObject([
      { nextAt: new Date((nextAt + DAY) * 1000) },
      { nextAt: new Date(NOW * 1000) },
    ]);
    await deliver(paid(NOW + 120));
    expect(await readTimeline("cus_1")).toMatchObject([
      { kind: "paid" },
      { nextAt: new Date((NOW + 60) * 1000) },
      { nextAt: new Date(NOW * 1000) },
    ]);
  });

  it("says which plan was changed for which, and how it ended", async () => {
    await deliver(anEvent("product.created", aProduct()));
    await deliver(anEvent("price.created", aPrice()));
    const yearly = { interval: "year", interval_count: 1, usage_type: "licensed" };
    await deliver(
      anEvent("price.created", aPrice({ id: "price_old", product: "prod_gone", recurring: yearly })),
    );
    const items = (id: string, quantity: number) => ({
      object: "list",
      data: [anItem({ quantity, price: { ...aPrice(), id } })],
      has_more: false,
    });
    await deliver(updated({ items: items("price_pro", 2) }, { items: items("price_old", 1) }, T0));
    const over = aSubscription({ status: "canceled", cancellation_details: { reason: "payment_failed" } });
    await deliver(anEvent("customer.subscription.deleted", over, { created: T0 + DAY }));
    expect(await readTimeline("cus_1")).toMatchObject([
      { kind: "ended", reason: "payment_failed", planBefore: null },
      {
        key: `changed:sub_1:${T0}`,
        kind: "changed",
        at: new Date(T0 * 1000),
        reason: null,
        mail: null,
        money: null,
        nextAt: null,
        plan: { name: "Pro", interval: "month", quantity: 2 },
        planBefore: { name: null, interval: "year", quantity: 1 },
      },
    ]);
  });

  it("leaves out what it has no words for, and what is older than thirty others", async () => {
    await db().$executeRaw`
      insert into facts (key, kind, at, event_id, customer_id, amount, currency)
      select 'paid:in_' || n, case n when 5 then 'of_tomorrow' else 'paid' end,
        now() - make_interval(mins => n), 'evt_1', 'cus_1', case n when 1 then null else 100 end, 'usd'
      from generate_series(1, 32) as n`;
    const shown = await readTimeline("cus_1");
    const numbers = Array.from({ length: 31 }, (_, n) => n + 1).filter((n) => n !== 5);
    expect(shown.map(({ key }) => key)).toEqual(numbers.map((n) => `paid:in_${n}`));
    expect(shown.slice(0, 2)).toMatchObject([{ money: null }, { money: { amount: 100, currency: "usd" } }]);
  });

  it("says that the bank asks, and not that the same attempt failed as well", async () => {
    const asks = anInvoice({ attempt_count: 1 });
    await deliver(failed(1, T0));
    await deliver(anEvent("invoice.payment_action_required", asks, { created: T0 }));
    await deliver(failed(2, T0 + DAY));
    expect((await readTimeline("cus_1")).map(({ key }) => key)).toEqual([
      "payment_failed:in_1:2",
      "action_required:in_1:1",
    ]);
  });
});
