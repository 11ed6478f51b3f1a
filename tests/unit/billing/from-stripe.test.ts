import { describe, expect, it } from "vitest";
import {
  customerOf,
  invoiceFromStripe,
  priceFromStripe,
  productFromStripe,
  subscriptionFromStripe,
} from "@/lib/billing/subscription/from-stripe";
import { anInvoice, anItem, aPrice, aProduct, aSubscription, T0 } from "../../support/events";

const DAY = 86_400;
const at = (seconds: number) => new Date(seconds * 1000);

/** The same subscription as three ages of the API write it. */
const shapes = {
  "endive: the period on the item": aSubscription(),
  "acacia since 2025: the period in both places": aSubscription({
    current_period_start: T0,
    current_period_end: T0 + 30 * DAY,
  }),
  "before 2025: the period on top": aSubscription({
    current_period_start: T0,
    current_period_end: T0 + 30 * DAY,
    items: { data: [anItem({ current_period_start: undefined, current_period_end: undefined })] },
  }),
  "before 2020-08-27: a plan, no price": aSubscription({
    current_period_start: T0,
    current_period_end: T0 + 30 * DAY,
    items: {
      data: [
        anItem({
          current_period_start: undefined,
          current_period_end: undefined,
          price: undefined,
          plan: { id: "price_pro", product: "prod_pro", currency: "usd" },
        }),
      ],
    },
  }),
};

it.each(Object.entries(shapes))("one subscription is one row, in whatever shape it comes: %s", (_, shape) => {
  expect(subscriptionFromStripe(shape)).toEqual(subscriptionFromStripe(aSubscription()));
  expect(subscriptionFromStripe(shape)).toMatchObject({
    currentPeriodStart: at(T0),
    currentPeriodEnd: at(T0 + 30 * DAY),
    items: [{ priceId: "price_pro", productId: "prod_pro", currentPeriodEnd: at(T0 + 30 * DAY) }],
  });
});

it.each([
  ["basil and later", {}],
  ["before basil", { parent: undefined, subscription: "sub_1" }],
  ["both forms", { subscription: "sub_1" }],
  ["expanded", { parent: { subscription_details: { subscription: { id: "sub_1" } } } }],
  ["an empty text beside the new form", { subscription: "" }],
])("an invoice names its subscription: %s", (_, fields) => {
  expect(invoiceFromStripe(anInvoice(fields)).subscriptionId).toBe("sub_1");
});

describe("what is there is kept, and what is not is null", () => {
  it("a period from items that differ is the widest", () => {
    const items = [
      anItem({ current_period_start: T0 + 9 }),
      anItem({ id: "si_2", current_period_end: T0 + 99 * DAY }),
    ];
    expect(subscriptionFromStripe(aSubscription({ items: { data: items } }))).toMatchObject({
      currentPeriodStart: at(T0),
      currentPeriodEnd: at(T0 + 99 * DAY),
    });
  });

  it("items keep Stripe's order: the first is the plan", () => {
    const items = [anItem({ id: "si_9" }), anItem({ id: "si_1" })];
    expect(
      subscriptionFromStripe(aSubscription({ items: { data: items } })).items.map(({ id }) => id),
    ).toEqual(["si_9", "si_1"]);
  });

  it("an invoice of before there was a status", () => {
    expect(invoiceFromStripe(anInvoice({ status: undefined, paid: true })).status).toBe("paid");
    expect(invoiceFromStripe(anInvoice({ status: undefined, paid: false })).status).toBeNull();
  });

  it("an invoice that is due on a day", () => {
    expect(invoiceFromStripe(anInvoice({ due_date: T0 + 14 * DAY })).dueAt).toEqual(at(T0 + 14 * DAY));
  });

  it("features of products in their present and former place", () => {
    expect(productFromStripe(aProduct()).features).toEqual(["Everything"]);
    expect(
      productFromStripe(aProduct({ marketing_features: undefined, features: [{ name: "Old" }] })).features,
    ).toEqual(["Old"]);
    expect(productFromStripe(aProduct({ marketing_features: [{}, { name: "" }, null] })).features).toEqual(
      [],
    );
  });

  it("a price in tiers, a single price, and one below a cent", () => {
    expect(priceFromStripe(aPrice({ unit_amount: null })).unitAmount).toBeNull();
    expect(priceFromStripe(aPrice({ recurring: null, type: "one_time" }))).toMatchObject({
      type: "one_time",
      interval: null,
    });
    expect(priceFromStripe(aPrice({ unit_amount: 0.5 })).unitAmount).toBeNull();
  });

  it.each([
    ["text", { customer: "cus_1" }, "cus_1"],
    ["expanded", { customer: { id: "cus_1" } }, "cus_1"],
    ["deleted", { customer: { id: "cus_1", deleted: true } }, "cus_1"],
    ["an account in its place", { customer: null, customer_account: "acct_1" }, "acct_1"],
    ["none", { customer: null }, null],
    ["empty", { customer: "" }, null],
  ])("the customer: %s", (_, object, customer) => {
    expect(customerOf(object)).toBe(customer);
  });
});

it.each([
  ["subscription.status should be text, but it is undefined.", () => subscriptionFromStripe({ id: "sub_1" })],
  ["subscription.id should be an id, but it is a list.", () => subscriptionFromStripe({ id: [] })],
  [
    "invoice.currency should be text, but it is null.",
    () => invoiceFromStripe(anInvoice({ currency: null })),
  ],
  ["product.name should be text, but it is number.", () => productFromStripe(aProduct({ name: 1 }))],
])("what cannot be read says where: %s", (message, read) => {
  expect(read).toThrow(message);
});
