import { beforeEach, describe, expect, it, vi } from "vitest";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver, inboxRow } from "../../support/deliver";
import {
  aCustomer,
  anEvent,
  anInvoice,
  anItem,
  aPrice,
  aProduct,
  aSubscription,
  T0,
} from "../../support/events";

useDatabase();
beforeEach(clearBilling);

const updated = (fields: object) => anEvent("customer.subscription.updated", aSubscription({ ...fields }));
const row = () => db().subscription.findUniqueOrThrow({ where: { id: "sub_1" }, include: { items: true } });

describe("shapes that are unusual and fine", () => {
  it("a subscription from before basil, with its period on top and a plan for an item", async () => {
    const item = { id: "si_1", quantity: 2, plan: { id: "plan_pro", product: "prod_pro" } };
    await deliver(
      updated({ current_period_start: T0, current_period_end: T0 + 60, items: { data: [item] } }),
    );
    expect(await row()).toMatchObject({
      currentPeriodEnd: new Date((T0 + 60) * 1000),
      items: [
        {
          priceId: "plan_pro",
          productId: "prod_pro",
          quantity: 2,
          currentPeriodEnd: new Date((T0 + 60) * 1000),
        },
      ],
    });
  });

  it("items with periods of their own: the subscription's is the widest", async () => {
    const items = [
      anItem({ current_period_start: T0 + 5, current_period_end: T0 + 50 }),
      anItem({ id: "si_2", current_period_start: T0, current_period_end: T0 + 90, quantity: undefined }),
    ];
    await deliver(updated({ items: { data: items } }));
    expect(await row()).toMatchObject({
      currentPeriodStart: new Date(T0 * 1000),
      currentPeriodEnd: new Date((T0 + 90) * 1000),
      items: [
        { id: "si_1", quantity: 1 },
        { id: "si_2", quantity: null },
      ],
    });
  });

  it.each([
    ["no items", { items: { data: [] } }, { items: [], currentPeriodEnd: null }],
    ["no list of items", { items: undefined }, { items: [] }],
    [
      "the same item twice",
      { items: { data: [anItem(), anItem({ quantity: 3 })] } },
      { items: [{ quantity: 3 }] },
    ],
    ["an expanded customer", { customer: aCustomer() }, { customerId: "cus_1" }],
    ["a deleted customer", { customer: { id: "cus_9", deleted: true } }, { customerId: "cus_9" }],
    [
      "an account in place of a customer",
      { customer: null, customer_account: "acct_1" },
      { customerId: "acct_1" },
    ],
    ["nobody's", { customer: null }, { customerId: null }],
    ["a status that does not exist yet", { status: "hibernating" }, { status: "hibernating" }],
    ["metadata of PHP", { metadata: [] }, { metadata: {} }],
    ["text that Postgres refuses", { metadata: { note: "a\0b\ud800" } }, { metadata: { note: "ab\ufffd" } }],
    [
      "a cancellation in the portal",
      { cancel_at: T0 + 9 },
      { cancelAt: new Date((T0 + 9) * 1000), cancelAtPeriodEnd: false },
    ],
  ])("%s", async (_, fields, expected) => {
    expect(await deliver(updated(fields))).toMatchObject({ status: 200, result: "applied" });
    expect(await row()).toMatchObject(expected);
  });

  it("a cancellation that is taken back leaves nothing behind", async () => {
    await deliver(updated({ cancel_at: T0 + 9, canceled_at: T0, cancel_at_period_end: true }));
    await deliver({ ...updated({}), created: T0 + 1 });
    expect(await row()).toMatchObject({ cancelAt: null, canceledAt: null, cancelAtPeriodEnd: false });
  });

  it("an item that left the subscription leaves the table", async () => {
    await deliver(updated({ items: { data: [anItem(), anItem({ id: "si_2" })] } }));
    await deliver({ ...updated({ items: { data: [anItem({ id: "si_2" })] } }), created: T0 + 1 });
    expect((await row()).items.map((item) => item.id)).toEqual(["si_2"]);
  });

  it.each([
    ["of before basil", { parent: undefined, subscription: "sub_1" }, "sub_1"],
    ["with both forms", { subscription: "sub_1" }, "sub_1"],
    ["with an expanded subscription", { parent: null, subscription: aSubscription() }, "sub_1"],
    ["of no subscription", { parent: null }, null],
    ["of a quote", { parent: { type: "quote_details", subscription_details: null } }, null],
  ])("an invoice %s", async (_, fields, subscriptionId) => {
    await deliver(anEvent("invoice.finalized", anInvoice({ ...fields })));
    expect(await db().invoice.findUnique({ where: { id: "in_1" } })).toMatchObject({ subscriptionId });
  });

  it("an amount beyond 32 bits", async () => {
    await deliver(anEvent("invoice.finalized", anInvoice({ amount_due: 999_999_999_999, currency: "idr" })));
    expect(await db().invoice.findUnique({ where: { id: "in_1" } })).toMatchObject({
      amountDue: 999_999_999_999n,
    });
  });

  it.each([
    ["product", aProduct(), () => db().product.findUnique({ where: { id: "prod_pro" } })],
    ["price", aPrice(), () => db().price.findUnique({ where: { id: "price_pro" } })],
    ["customer", aCustomer(), () => db().customer.findUnique({ where: { id: "cus_1" } })],
  ])("a %s that was deleted stays deleted, whatever older event comes late", async (kind, object, find) => {
    await deliver(anEvent(`${kind}.deleted`, object, { created: T0 + 5 }));
    await deliver(anEvent(`${kind}.updated`, object));
    expect(await find()).toMatchObject({ deletedAt: new Date((T0 + 5) * 1000) });
  });
});

describe("what nobody can read", () => {
  it.each([
    ["a subscription without a status", updated({ status: undefined }), "subscription.status should be text"],
    ["an object without an id", updated({ id: undefined }), "subscription.id should be an id"],
    [
      "an id as long as a page",
      updated({ id: `sub_${"x".repeat(5000)}` }),
      "subscription.id should be an id",
    ],
    ["no object", { ...updated({}), data: {} }, "subscription.id should be an id"],
    ["no data", { ...updated({}), data: null }, "subscription.id should be an id"],
    ["no time", { ...updated({}), created: null }, "created should be a time"],
    ["a time after the end of the calendar", { ...updated({}), created: 9e15 }, "created should be a time"],
    [
      "an amount with a fraction",
      anEvent("invoice.paid", anInvoice({ amount_due: 0.5 })),
      "invoice.amount_due",
    ],
  ])("%s is parked at once with its reason, and answered with 200", async (_, event, reason) => {
    expect(await deliver(event)).toMatchObject({ status: 200, result: "parked" });
    const parked = await inboxRow(event);
    expect(parked).toMatchObject({ status: "parked", outcome: null, nextAttemptAt: null });
    expect(parked.lastError).toContain(reason);
  });

  it("hurts only itself", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const answers = await Promise.all([
      deliver(updated({ status: undefined })),
      deliver(updated({})),
      deliver(anEvent("invoice.paid", anInvoice())),
    ]);
    expect(answers.map((answer) => answer.result)).toEqual(["parked", "applied", "applied"]);
  });
});
