import { beforeEach, describe, expect, it } from "vitest";
import { drainDue } from "@/lib/billing/webhook/drain";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver } from "../../support/deliver";
import {
  aCustomer,
  anEvent,
  anInvoice,
  anItem,
  aPrice,
  aProduct,
  aSession,
  aSubscription,
  T0,
} from "../../support/events";
import { useStripe } from "../../support/stripe";

useDatabase();
const stripe = useStripe();
beforeEach(clearBilling);

const period = (start: number) => ({ current_period_start: start, current_period_end: start + 2_592_000 });
const renewed = anItem(period(T0 + 2_592_000));
const end = { status: "canceled", items: { data: [renewed] }, ended_at: T0 + 3_000_000 };

/** A customer's first months, with the bursts of one second that a real checkout has. */
const life = [
  anEvent("product.created", aProduct(), { created: T0 - 9 }),
  anEvent("price.created", aPrice(), { created: T0 - 9 }),
  anEvent("customer.created", aCustomer()),
  anEvent("customer.subscription.created", aSubscription({ status: "incomplete" })),
  anEvent("invoice.finalized", anInvoice()),
  anEvent("customer.subscription.updated", aSubscription()),
  anEvent("invoice.paid", anInvoice({ status: "paid", amount_paid: 2000, attempt_count: 1 })),
  anEvent("checkout.session.completed", aSession(), { created: T0 + 1 }),
  anEvent("customer.updated", aCustomer({ email: "ada@lovelace.example" }), { created: T0 + 60 }),
  anEvent(
    "customer.subscription.updated",
    aSubscription({ status: "past_due", items: { data: [renewed] } }),
    { created: T0 + 2_592_000 },
  ),
  anEvent("invoice.payment_failed", anInvoice({ id: "in_2", attempt_count: 1 }), { created: T0 + 2_592_000 }),
  anEvent("invoice.updated", anInvoice({ id: "in_2", attempt_count: 1 }), { created: T0 + 2_592_001 }),
  anEvent("customer.subscription.deleted", aSubscription(end), { created: T0 + 3_000_000 }),
];

/** What Stripe's API says at the end of it. */
const truth = [
  aProduct(),
  aPrice(),
  aCustomer({ email: "ada@lovelace.example" }),
  aSubscription(end),
  anInvoice({ status: "paid", amount_paid: 2000, attempt_count: 1 }),
  anInvoice({ id: "in_2", attempt_count: 1 }),
];

const contentOnly = { omit: { version: true, stripeStateAt: true, syncedAt: true } } as const;
const rows = async () => ({
  subscriptions: await db().subscription.findMany({ ...contentOnly, include: { items: true } }),
  invoices: await db().invoice.findMany({ ...contentOnly, orderBy: { id: "asc" } }),
  customers: await db().customer.findMany(contentOnly),
  products: await db().product.findMany(contentOnly),
  prices: await db().price.findMany(contentOnly),
});

/** The same shuffle for the same seed. https://en.wikipedia.org/wiki/Linear_congruential_generator */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed;
  const random = () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

describe("the same events in any order", () => {
  it("one by one, each twice, give the rows that Stripe's API gives", async () => {
    for (const object of truth) stripe.api.put(object);
    for (const event of life) await deliver(event);
    await drainDue();
    const expected = await rows();
    expect(expected.subscriptions).toMatchObject([{ status: "canceled" }]);
    for (let seed = 1; seed <= 40; seed += 1) {
      await clearBilling();
      for (const event of shuffled([...life, ...life], seed)) {
        expect(await deliver(event)).toMatchObject({ status: 200 });
      }
      await drainDue();
      expect(await rows(), `seed ${seed}`).toEqual(expected);
      expect(await db().stripeEvent.count({ where: { status: { not: "done" } } }), `seed ${seed}`).toBe(0);
    }
  }, 120_000);

  it("all at once give the same rows, and nothing deadlocks", async () => {
    for (const object of truth) stripe.api.put(object);
    for (const event of life) await deliver(event);
    await drainDue();
    const expected = await rows();
    for (let seed = 1; seed <= 15; seed += 1) {
      await clearBilling();
      const answers = await Promise.all(shuffled([...life, ...life], seed).map(deliver));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      await drainDue();
      expect(await rows(), `seed ${seed}`).toEqual(expected);
    }
  }, 120_000);
});

describe("what is final", () => {
  it.each(["canceled", "incomplete_expired"])("%s is not revived by a late event", async (status) => {
    await deliver(anEvent("customer.subscription.updated", aSubscription({ status })));
    const late = anEvent("customer.subscription.updated", aSubscription(), { created: T0 + 60 });
    expect(await deliver(late)).toMatchObject({ result: "superseded" });
    expect(await db().subscription.findUnique({ where: { id: "sub_1" } })).toMatchObject({ status });
  });

  it("an end counts although its snapshot still says active, and although it is late", async () => {
    await deliver(anEvent("customer.subscription.updated", aSubscription(), { created: T0 + 60 }));
    expect(await deliver(anEvent("customer.subscription.deleted", aSubscription()))).toMatchObject({
      result: "applied",
    });
    expect(await db().subscription.findUnique({ where: { id: "sub_1" } })).toMatchObject({
      status: "canceled",
      stripeStateAt: new Date((T0 + 60) * 1000),
    });
  });

  it("the end of an old subscription leaves the new one alone", async () => {
    await deliver(
      anEvent(
        "customer.subscription.created",
        aSubscription({ id: "sub_2", items: { data: [anItem({ id: "si_2" })] } }),
      ),
    );
    await deliver(anEvent("customer.subscription.deleted", aSubscription(), { created: T0 + 60 }));
    expect(
      await db().subscription.findUnique({ where: { id: "sub_2" }, include: { items: true } }),
    ).toMatchObject({
      status: "active",
      items: [{ id: "si_2" }],
    });
  });
});
