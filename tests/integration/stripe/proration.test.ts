import type Stripe from "stripe";
import { expect, test } from "vitest";
import { at, catalogue, customerWith, DAY, lines, PAID_AT_ONCE } from "@/tests/integration/stripe/billing";
import { useLocalStripe } from "@/tests/integration/stripe/support";

const it = useLocalStripe();
const since = (seen: number) => it.eventTypes().slice(seen);

const BEGIN = at("2026-11-01T00:00:00Z");

/** A subscription from 1 November 2026 on, of thirty days, by a clock of its own. */
async function subscribed(card = "pm_card_visa") {
  const prices = await catalogue(it.stripe);
  const clock = await it.stripe.testHelpers.testClocks.create({ frozen_time: BEGIN });
  const who = await customerWith(it.stripe, card, { test_clock: clock.id });
  const subscription = await it.stripe.subscriptions.create({ ...who, items: [{ price: prices.solo.id }] });
  const to = async (moment: number) => {
    await it.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: moment });
    await expect.poll(() => it.local.account.now(clock.id)).toBe(moment);
  };
  return { ...prices, ...who, subscription, item: subscription.items.data[0]?.id ?? "", to };
}

const pending = async (customer: string) =>
  (await it.stripe.invoiceItems.list({ customer, pending: true })).data
    .map(({ description, amount }) => `${description}: ${amount}`)
    .reverse();

const invoiceOf = ({ latest_invoice }: Stripe.Subscription) =>
  it.stripe.invoices.retrieve(String(latest_invoice));

test("an upgrade gives back the rest of the old price, and waits with the new for the next invoice", async () => {
  const { subscription, item, pro, customer, to } = await subscribed();
  await to(BEGIN + 10 * DAY);
  const seen = it.events().length;
  const after = await it.stripe.subscriptions.update(subscription.id, {
    items: [{ id: item, price: pro.id }],
  });
  expect(after.items.data).toMatchObject([{ id: item, price: { id: pro.id }, quantity: 1 }]);
  expect(after.latest_invoice).toBe(subscription.latest_invoice);
  expect(since(seen)).toEqual([
    "invoiceitem.created",
    "invoiceitem.created",
    "customer.subscription.updated",
  ]);
  expect(it.events().at(-1)?.previous).toMatchObject({ items: expect.anything() });
  expect(await pending(customer)).toEqual([
    "Unused time on Solo after 11 Nov 2026: -333",
    "Remaining time on Pro after 11 Nov 2026: 1333",
  ]);
  await to(BEGIN + 31 * DAY);
  const [renewal] = (await it.stripe.invoices.list({ subscription: subscription.id })).data;
  expect(renewal && lines(renewal)).toEqual([
    "Unused time on Solo after 11 Nov 2026: -333",
    "Remaining time on Pro after 11 Nov 2026: 1333",
    "1 × Pro (at €20.00 / month): 2000",
  ]);
  expect(renewal).toMatchObject({ status: "paid", amount_paid: 3000 });
  expect(await pending(customer)).toEqual([]);
});

test("billed at once, an upgrade is an invoice of the difference", async () => {
  const { subscription, item, pro, to } = await subscribed();
  await to(BEGIN + 15 * DAY);
  const seen = it.events().length;
  const after = await it.stripe.subscriptions.update(subscription.id, {
    items: [{ id: item, price: pro.id }],
    proration_behavior: "always_invoice",
  });
  expect(await invoiceOf(after)).toMatchObject({
    status: "paid",
    billing_reason: "subscription_update",
    amount_paid: 750,
  });
  expect(since(seen)).toEqual([
    "invoiceitem.created",
    "invoiceitem.created",
    "invoice.created",
    "customer.subscription.updated",
    ...PAID_AT_ONCE,
  ]);
});

test("a downgrade billed at once is a credit of the customer's", async () => {
  const { subscription, item, pro, solo, customer, to } = await subscribed();
  await it.stripe.subscriptions.update(subscription.id, {
    items: [{ id: item, price: pro.id }],
    proration_behavior: "always_invoice",
  });
  await to(BEGIN + 15 * DAY);
  await it.stripe.subscriptions.update(subscription.id, {
    items: [{ id: item, price: solo.id }],
    proration_behavior: "always_invoice",
  });
  expect(await it.stripe.customers.retrieve(customer)).toMatchObject({ balance: -750 });
});

test("without proration only the next invoice tells", async () => {
  const { subscription, item, pro, customer, to } = await subscribed();
  await to(BEGIN + 10 * DAY);
  await it.stripe.subscriptions.update(subscription.id, {
    items: [{ id: item, price: pro.id }],
    proration_behavior: "none",
  });
  expect(await pending(customer)).toEqual([]);
  await to(BEGIN + 31 * DAY);
  const [renewal] = (await it.stripe.invoices.list({ subscription: subscription.id })).data;
  expect(renewal?.amount_paid).toBe(2000);
});

test("more seats cost their part, as of the moment that is named", async () => {
  const { subscription, item, customer, to } = await subscribed();
  await to(BEGIN + 20 * DAY);
  await it.stripe.subscriptions.update(subscription.id, {
    items: [{ id: item, quantity: 4 }],
    proration_date: BEGIN + 15 * DAY,
  });
  expect(await pending(customer)).toEqual([
    "Unused time on Solo after 16 Nov 2026: -250",
    "Remaining time on 4 × Solo after 16 Nov 2026: 1000",
  ]);
});

test("items that come and go are prorated on their own", async () => {
  const { subscription, item, pro, customer, to } = await subscribed();
  await to(BEGIN + 15 * DAY);
  const both = await it.stripe.subscriptions.update(subscription.id, { items: [{ price: pro.id }] });
  expect(both.items.data).toHaveLength(2);
  expect(both.items.data[1]?.current_period_end).toBe(BEGIN + 30 * DAY);
  await it.stripe.subscriptions.update(subscription.id, { items: [{ id: item, deleted: true }] });
  expect(await pending(customer)).toEqual([
    "Remaining time on Pro after 16 Nov 2026: 1000",
    "Unused time on Solo after 16 Nov 2026: -250",
  ]);
});

test("from months to years a new cycle begins, and is billed at once", async () => {
  const { subscription, item, yearly, to } = await subscribed();
  const now = BEGIN + 15 * DAY;
  await to(now);
  const after = await it.stripe.subscriptions.update(subscription.id, {
    items: [{ id: item, price: yearly.id }],
  });
  expect(after.billing_cycle_anchor).toBe(now);
  expect(after.items.data[0]).toMatchObject({
    current_period_start: now,
    current_period_end: at("2027-11-16T00:00:00Z"),
  });
  const invoice = await invoiceOf(after);
  expect(lines(invoice)).toEqual([
    "Unused time on Solo after 16 Nov 2026: -250",
    "1 × Solo (at €50.00 / year): 5000",
  ]);
  expect(invoice).toMatchObject({ status: "paid", amount_paid: 4750 });
});

test("the cycle can be begun anew on the same price", async () => {
  const { subscription, to } = await subscribed();
  await to(BEGIN + 15 * DAY);
  const after = await it.stripe.subscriptions.update(subscription.id, {
    billing_cycle_anchor: { type: "now" },
    proration_behavior: "none",
  });
  expect(after.billing_cycle_anchor).toBe(BEGIN + 15 * DAY);
  expect((await invoiceOf(after)).amount_paid).toBe(500);
});

test("an upgrade whose payment must not fail is refused with 402, and nothing changed", async () => {
  const { subscription, item, pro, customer } = await subscribed();
  const bad = await it.stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
  await it.stripe.subscriptions.update(subscription.id, { default_payment_method: bad.id });
  const before = await it.stripe.subscriptions.retrieve(subscription.id);
  const seen = it.events().length;
  await expect(
    it.stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price: pro.id }],
      proration_behavior: "always_invoice",
      payment_behavior: "error_if_incomplete",
    }),
  ).rejects.toMatchObject({ statusCode: 402, code: "card_declined" });
  expect(await it.stripe.subscriptions.retrieve(subscription.id)).toEqual(before);
  expect(await pending(customer)).toEqual([]);
  expect(since(seen)).toEqual([]);
});

test("otherwise the change holds, and the subscription is past due", async () => {
  const { subscription, item, pro, customer } = await subscribed();
  const bad = await it.stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
  const after = await it.stripe.subscriptions.update(subscription.id, {
    default_payment_method: bad.id,
    items: [{ id: item, price: pro.id }],
    proration_behavior: "always_invoice",
  });
  expect(after).toMatchObject({ status: "past_due", items: { data: [{ price: { id: pro.id } }] } });
});

/** An upgrade that waits for its payment: the card fails, but the one before it is still there. */
async function pendingUpgrade() {
  const made = await subscribed();
  const { subscription, item, pro, customer } = made;
  const bad = await it.stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
  await it.stripe.subscriptions.update(subscription.id, { default_payment_method: bad.id });
  const seen = it.events().length;
  const waiting = await it.stripe.subscriptions.update(subscription.id, {
    items: [{ id: item, price: pro.id }],
    proration_behavior: "always_invoice",
    payment_behavior: "pending_if_incomplete",
  });
  return { ...made, waiting, seen };
}

test("an upgrade can wait until it is paid", async () => {
  const { waiting, solo, pro, default_payment_method } = await pendingUpgrade();
  expect(waiting).toMatchObject({
    status: "active",
    items: { data: [{ price: { id: solo.id } }] },
    pending_update: { subscription_items: [{ price: { id: pro.id } }] },
  });
  await it.stripe.invoices.pay(String(waiting.latest_invoice), { payment_method: default_payment_method });
  expect(await it.stripe.subscriptions.retrieve(waiting.id)).toMatchObject({
    status: "active",
    items: { data: [{ price: { id: pro.id } }] },
    pending_update: null,
  });
  expect(it.eventTypes().slice(-2)).toEqual([
    "customer.subscription.updated",
    "customer.subscription.pending_update_applied",
  ]);
});

test("unpaid for 23 hours, a waiting upgrade is forgotten", async () => {
  const { waiting, solo, to } = await pendingUpgrade();
  await to(BEGIN + DAY);
  expect(await it.stripe.subscriptions.retrieve(waiting.id)).toMatchObject({
    status: "active",
    items: { data: [{ price: { id: solo.id } }] },
    pending_update: null,
  });
  expect((await invoiceOf(waiting)).status).toBe("void");
  expect(it.eventTypes()).toContain("customer.subscription.pending_update_expired");
});

test("a price of another currency is refused, and so is an item that is not there", async () => {
  const { subscription, pro } = await subscribed();
  const recurring = { interval: "month" } as const;
  const product = await it.stripe.products.create({ name: "Dollars" });
  const usd = await it.stripe.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 500,
    recurring,
  });
  await expect(
    it.stripe.subscriptions.update(subscription.id, { items: [{ price: usd.id }] }),
  ).rejects.toThrow(/expected currency: `eur`/);
  await expect(
    it.stripe.subscriptions.update(subscription.id, { items: [{ id: "si_unknown", price: pro.id }] }),
  ).rejects.toMatchObject({ code: "resource_missing", param: "items[0][id]" });
});
