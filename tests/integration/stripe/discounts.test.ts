import type Stripe from "stripe";
import { expect, test } from "vitest";
import { catalogue, customerWith, DAY } from "./billing";
import { useLocalStripe } from "./support";

const it = useLocalStripe();

/** Subscribes somebody to Pro, for 20 euros a month. */
async function subscribe(
  coupon: Stripe.CouponCreateParams,
  more: Partial<Stripe.SubscriptionCreateParams> = {},
) {
  const { pro } = await catalogue(it.stripe);
  const { id } = await it.stripe.coupons.create(coupon);
  return await it.stripe.subscriptions.create({
    ...(await customerWith(it.stripe, "pm_card_visa")),
    items: [{ price: pro.id }],
    discounts: [{ coupon: id }],
    ...more,
  });
}

/** Advances to the end of so many months, and says what each invoice since the first asked for. */
async function paidOver(months: number, { id, start_date }: Stripe.Subscription) {
  const end = new Date(start_date * 1000);
  end.setUTCMonth(end.getUTCMonth() + months);
  await it.advance(end.getTime() / 1000 + DAY - it.local.account.now());
  const { data } = await it.stripe.invoices.list({ subscription: id, limit: 100 });
  return data.map(({ amount_paid }) => amount_paid).reverse();
}

const deleted = () => it.events().filter(({ type }) => type === "customer.discount.deleted");

test("once: the first invoice is for less, and the discount is over with it", async () => {
  const subscription = await subscribe({ percent_off: 25 });
  expect(subscription.discounts).toEqual([]);
  expect(await paidOver(2, subscription)).toEqual([1500, 2000, 2000]);
  expect(deleted()).toMatchObject([{ object: { subscription: subscription.id, end: null } }]);
  const [first] = (await it.stripe.invoices.list({ expand: ["data.discounts"] })).data.slice(-1);
  expect(first?.discounts).toMatchObject([{ object: "discount", source: { type: "coupon" } }]);
});

test("once: a trial does not use it up", async () => {
  const subscription = await subscribe({ percent_off: 25 }, { trial_period_days: 7 });
  expect(subscription.discounts).toHaveLength(1);
  await it.advance(8 * DAY);
  expect(deleted()).toHaveLength(1);
  const { data } = await it.stripe.invoices.list({ subscription: subscription.id });
  expect(data.map(({ amount_paid }) => amount_paid)).toEqual([1500, 0]);
});

test("repeating: for so many months, to the day", async () => {
  const coupon = { amount_off: 500, currency: "eur", duration: "repeating", duration_in_months: 2 } as const;
  const subscription = await subscribe(coupon);
  expect(await paidOver(4, subscription)).toEqual([1500, 1500, 2000, 2000, 2000]);
  expect(deleted()).toHaveLength(1);
  const update = it
    .events()
    .find(
      ({ type, previous }) => type === "customer.subscription.updated" && previous && "discounts" in previous,
    );
  expect(update?.previous).toEqual({ discounts: subscription.discounts });
  expect((await it.stripe.subscriptions.retrieve(subscription.id)).discounts).toEqual([]);
});

test("forever: on every invoice, also when the coupon is deleted, until it is taken away", async () => {
  const subscription = await subscribe({ id: "HALF", percent_off: 50, duration: "forever" });
  await it.stripe.coupons.del("HALF");
  expect(await paidOver(2, subscription)).toEqual([1000, 1000, 1000]);
  expect(await it.stripe.subscriptions.deleteDiscount(subscription.id)).toMatchObject({
    id: subscription.discounts[0],
    object: "discount",
    deleted: true,
  });
  expect(deleted()).toMatchObject([{ object: { id: subscription.discounts[0] } }]);
  expect(await paidOver(3, subscription)).toEqual([1000, 1000, 1000, 2000]);
  await expect(it.stripe.subscriptions.deleteDiscount(subscription.id)).rejects.toMatchObject({
    code: "resource_missing",
    message: `No active discount for subscription: ${subscription.id}`,
  });
});

test("no customer has one of their own", async () => {
  const { id } = await it.stripe.customers.create();
  await expect(it.stripe.customers.deleteDiscount(id)).rejects.toThrow(
    `No active discount for customer: ${id}`,
  );
});

test("it says who redeemed what for which subscription, and the coupon counts", async () => {
  const subscription = await subscribe({
    id: "TWICE",
    percent_off: 10,
    duration: "forever",
    max_redemptions: 1,
  });
  const [created] = it.events().filter(({ type }) => type === "customer.discount.created");
  expect(created?.object).toMatchObject({
    id: subscription.discounts[0],
    customer: subscription.customer,
    end: null,
    source: { coupon: "TWICE", type: "coupon" },
    start: subscription.start_date,
    subscription: subscription.id,
  });
  expect(await it.stripe.coupons.retrieve("TWICE")).toMatchObject({ times_redeemed: 1, valid: false });
  const again = it.stripe.subscriptions.create({
    ...(await customerWith(it.stripe, "pm_card_visa")),
    items: subscription.items.data.map(({ price }) => ({ price: price.id })),
    discounts: [{ coupon: "TWICE" }],
  });
  await expect(again).rejects.toMatchObject({
    code: "coupon_expired",
    message: "Coupon TWICE is used up and cannot be applied.",
    param: "discounts[0][coupon]",
  });
});

test("an amount is taken off prices of its own currency alone", async () => {
  await expect(subscribe({ amount_off: 500, currency: "usd" })).rejects.toThrow("currency");
  expect((await it.stripe.subscriptions.list({ status: "all" })).data).toEqual([]);
  expect((await it.stripe.coupons.list()).data).toMatchObject([{ times_redeemed: 0 }]);
});

test("it is taken off the products that it is for", async () => {
  const { pro, setup } = await catalogue(it.stripe);
  const { id } = await it.stripe.coupons.create({
    percent_off: 50,
    applies_to: { products: [String(setup.product)] },
  });
  await it.stripe.subscriptions.create({
    ...(await customerWith(it.stripe, "pm_card_visa")),
    items: [{ price: pro.id }],
    add_invoice_items: [{ price: setup.id }],
    discounts: [{ coupon: id }],
  });
  const [invoice] = (await it.stripe.invoices.list()).data;
  expect(invoice).toMatchObject({ subtotal: 3000, total: 2500, total_discount_amounts: [{ amount: 500 }] });
});

test("an update exchanges it for another, or keeps it", async () => {
  const subscription = await subscribe({ percent_off: 50, duration: "forever" });
  const [own = ""] = subscription.discounts;
  const other = await it.stripe.coupons.create({ percent_off: 10, duration: "forever" });
  const both = await it.stripe.subscriptions.update(subscription.id, {
    discounts: [{ discount: String(own) }, { coupon: other.id }],
  });
  expect(both.discounts).toEqual([own, expect.stringMatching(/^di_/)]);
  expect(deleted()).toEqual([]);
  await it.stripe.subscriptions.update(subscription.id, {
    discounts: [{ discount: String(both.discounts[1]) }],
  });
  expect(deleted()).toMatchObject([{ object: { id: own } }]);
  expect(await paidOver(1, subscription)).toEqual([1000, 1800]);
  await it.stripe.subscriptions.update(subscription.id, { discounts: "" });
  expect(await paidOver(2, subscription)).toEqual([1000, 1800, 2000]);
  const gone = it.stripe.subscriptions.update(subscription.id, { discounts: [{ discount: String(own) }] });
  await expect(gone).rejects.toThrow(`No such discount: '${own}'`);
});
