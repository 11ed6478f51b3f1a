import type Stripe from "stripe";
import { expect, test } from "vitest";
import { catalogue, customerWith, DAY, HOUR, lines, PAID_AT_ONCE } from "@/tests/integration/stripe/billing";
import { useLocalStripe } from "@/tests/integration/stripe/support";

const it = useLocalStripe();

/** The types of events since a number of them. */
const since = (seen: number) => it.eventTypes().slice(seen);

const invoiceOf = ({ latest_invoice }: Stripe.Subscription) =>
  it.stripe.invoices.retrieve(String(latest_invoice), { expand: ["payments"] });

const PAID = ["invoice.created", ...PAID_AT_ONCE];

test("paid at once, a subscription is active from its first event on", async () => {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const seen = it.events().length;
  const subscription = await it.stripe.subscriptions.create({
    ...who,
    items: [{ price: solo.id, quantity: 3 }],
    metadata: { plan: "solo" },
    description: "Three seats",
  });
  expect(subscription).toMatchObject({
    status: "active",
    currency: "eur",
    collection_method: "charge_automatically",
    billing_mode: { type: "flexible" },
    metadata: { plan: "solo" },
    description: "Three seats",
    items: { data: [{ quantity: 3, price: { id: solo.id }, plan: { id: solo.id, amount: 500 } }] },
  });
  expect(since(seen)).toEqual([...PAID, "customer.subscription.created"]);
  expect(it.events().at(-1)).toMatchObject({ object: { status: "active" } });
  const invoice = await invoiceOf(subscription);
  expect(invoice).toMatchObject({ status: "paid", billing_reason: "subscription_create", amount_paid: 1500 });
  expect(lines(invoice)).toEqual(["3 × Solo (at €5.00 / month): 1500"]);
});

test("to be confirmed first, it is incomplete, and then active with an event of its own", async () => {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const seen = it.events().length;
  const subscription = await it.stripe.subscriptions.create({
    ...who,
    items: [{ price: solo.id }],
    payment_behavior: "default_incomplete",
    payment_settings: { save_default_payment_method: "on_subscription" },
  });
  expect(subscription.status).toBe("incomplete");
  expect(since(seen)).toEqual([
    "invoice.created",
    "invoice.finalized",
    "payment_intent.created",
    "customer.subscription.created",
  ]);
  await it.stripe.invoices.pay(String(subscription.latest_invoice));
  expect(await it.stripe.subscriptions.retrieve(subscription.id)).toMatchObject({ status: "active" });
  expect(it.events().at(-1)).toMatchObject({
    type: "customer.subscription.updated",
    previous: { status: "incomplete" },
  });
});

test("a declined card leaves it incomplete; after 23 hours it expires, and its invoice is void", async () => {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_chargeCustomerFail");
  const subscription = await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
  expect(subscription.status).toBe("incomplete");
  await it.advance(23 * HOUR - 60);
  expect(await it.stripe.subscriptions.retrieve(subscription.id)).toMatchObject({ status: "incomplete" });
  const seen = it.events().length;
  await it.advance(2 * 60);
  const expired = await it.stripe.subscriptions.retrieve(subscription.id);
  expect(expired).toMatchObject({ status: "incomplete_expired", ended_at: subscription.created + 23 * HOUR });
  expect((await invoiceOf(expired)).status).toBe("void");
  expect(since(seen)).toEqual([
    "invoice.updated",
    "invoice.voided",
    "payment_intent.canceled",
    "customer.subscription.updated",
  ]);
});

test("a subscription whose payment must not fail is refused with 402, and never was", async () => {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_chargeCustomerFail");
  const seen = it.events().length;
  await expect(
    it.stripe.subscriptions.create({
      ...who,
      items: [{ price: solo.id }],
      payment_behavior: "error_if_incomplete",
    }),
  ).rejects.toMatchObject({ statusCode: 402, type: "StripeCardError", code: "card_declined" });
  expect((await it.stripe.subscriptions.list({ status: "all" })).data).toEqual([]);
  expect(since(seen)).toEqual([]);
});

test("without anything to charge Stripe says so, and nothing begins", async () => {
  const { solo } = await catalogue(it.stripe);
  const { id } = await it.stripe.customers.create({ email: "ada@example.com" });
  await expect(
    it.stripe.subscriptions.create({ customer: id, items: [{ price: solo.id }] }),
  ).rejects.toMatchObject({
    statusCode: 400,
    code: "resource_missing",
    message: expect.stringMatching(/^This customer has no attached payment source or default payment method/),
  });
  expect((await it.stripe.invoices.list({ customer: id })).data).toEqual([]);
});

test("an invoice that is sent leaves the subscription active, and is open to changes for an hour", async () => {
  const { solo } = await catalogue(it.stripe);
  const { id } = await it.stripe.customers.create({ email: "ada@example.com" });
  const subscription = await it.stripe.subscriptions.create({
    customer: id,
    items: [{ price: solo.id }],
    collection_method: "send_invoice",
    days_until_due: 14,
  });
  expect(subscription).toMatchObject({ status: "active", days_until_due: 14 });
  expect((await invoiceOf(subscription)).status).toBe("draft");
  await it.advance(HOUR + 1);
  const invoice = await invoiceOf(subscription);
  expect(invoice.status).toBe("open");
  expect(invoice.due_date).toBe((invoice.status_transitions.finalized_at ?? 0) + 14 * DAY);
});

test("a first period that an anchor cuts short costs its part", async () => {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const now = it.local.account.now();
  const anchor = now + 10 * DAY;
  const subscription = await it.stripe.subscriptions.create({
    ...who,
    items: [{ price: solo.id }],
    billing_cycle_anchor: anchor,
  });
  expect(subscription.items.data[0]?.current_period_end).toBe(anchor);
  const { amount_paid } = await invoiceOf(subscription);
  expect(amount_paid).toBeGreaterThan(155);
  expect(amount_paid).toBeLessThan(180);
  await it.advance(10 * DAY + 2 * HOUR);
  const [renewal] = (await it.stripe.invoices.list({ subscription: subscription.id })).data;
  expect(renewal).toMatchObject({ amount_paid: 500, billing_reason: "subscription_cycle" });
});

test("what is billed once stands on the first invoice", async () => {
  const { solo, setup } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const subscription = await it.stripe.subscriptions.create({
    ...who,
    items: [{ price: solo.id }],
    add_invoice_items: [{ price: setup.id }],
  });
  expect((await invoiceOf(subscription)).amount_paid).toBe(1500);
});

test.each([
  ["no price", { quantity: 1 }, "items[0][price]"],
  ["an unknown price", { price: "price_unknown" }, "items[0][price]"],
])("an item of %s is refused", async (_, item, param) => {
  const who = await customerWith(it.stripe, "pm_card_visa");
  await expect(it.stripe.subscriptions.create({ ...who, items: [item] })).rejects.toMatchObject({
    statusCode: 400,
    param,
  });
});

test("prices that do not recur, and the same one twice, are refused", async () => {
  const { solo, setup } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  await expect(it.stripe.subscriptions.create({ ...who, items: [{ price: setup.id }] })).rejects.toThrow(
    /only accepts prices with `type=recurring`/,
  );
  await expect(
    it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }, { price: solo.id }] }),
  ).rejects.toThrow(/multiple subscription items with the same plan/);
});

test("a payment method of somebody else is refused", async () => {
  const { solo } = await catalogue(it.stripe);
  const { default_payment_method } = await customerWith(it.stripe, "pm_card_visa");
  const { customer } = await customerWith(it.stripe, "pm_card_visa");
  await expect(
    it.stripe.subscriptions.create({ customer, default_payment_method, items: [{ price: solo.id }] }),
  ).rejects.toMatchObject({ code: "resource_missing", param: "default_payment_method" });
});

test("lists tell by customer, price and status, and leave out what is canceled", async () => {
  const { solo, pro } = await catalogue(it.stripe);
  const [ada, bob] = [
    await customerWith(it.stripe, "pm_card_visa"),
    await customerWith(it.stripe, "pm_card_visa"),
  ];
  const one = await it.stripe.subscriptions.create({ ...ada, items: [{ price: solo.id }] });
  const two = await it.stripe.subscriptions.create({ ...ada, items: [{ price: pro.id }] });
  const three = await it.stripe.subscriptions.create({ ...bob, items: [{ price: pro.id }] });
  await it.stripe.subscriptions.cancel(two.id);
  const ids = async (params: Stripe.SubscriptionListParams) =>
    (await it.stripe.subscriptions.list(params)).data.map(({ id }) => id);
  expect(await ids({})).toEqual([three.id, one.id]);
  expect(await ids({ status: "all" })).toEqual([three.id, two.id, one.id]);
  expect(await ids({ customer: ada.customer })).toEqual([one.id]);
  expect(await ids({ customer: ada.customer, status: "ended" })).toEqual([two.id]);
  expect(await ids({ price: pro.id })).toEqual([three.id]);
  expect(await ids({ status: "trialing" })).toEqual([]);
  const customer = await it.stripe.customers.retrieve(ada.customer, { expand: ["subscriptions"] });
  expect(customer).toMatchObject({ subscriptions: { data: [{ id: one.id }] } });
});

test("items have endpoints of their own", async () => {
  const { solo, pro } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const subscription = await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
  const added = await it.stripe.subscriptionItems.create({
    subscription: subscription.id,
    price: pro.id,
    quantity: 2,
  });
  expect(added).toMatchObject({ object: "subscription_item", quantity: 2, subscription: subscription.id });
  expect(await it.stripe.subscriptionItems.update(added.id, { quantity: 5 })).toMatchObject({ quantity: 5 });
  expect(await it.stripe.subscriptionItems.retrieve(added.id)).toMatchObject({ quantity: 5 });
  const listed = await it.stripe.subscriptionItems.list({ subscription: subscription.id });
  expect(listed.data.map(({ price }) => price.id)).toEqual([solo.id, pro.id]);
  expect(await it.stripe.subscriptionItems.del(added.id)).toMatchObject({ deleted: true });
  await expect(it.stripe.subscriptionItems.retrieve(added.id)).rejects.toMatchObject({ statusCode: 404 });
  const [only] = listed.data;
  await expect(it.stripe.subscriptionItems.del(only?.id ?? "")).rejects.toThrow(/at least one active plan/);
});

test("a subscription shows ten of its items, and lists them all", async () => {
  await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const product = await it.stripe.products.create({ name: "Extra" });
  const prices: Stripe.Price[] = [];
  for (let at = 0; at < 12; at++) {
    const recurring = { interval: "month" } as const;
    prices.push(
      await it.stripe.prices.create({ product: product.id, currency: "eur", unit_amount: 100, recurring }),
    );
  }
  const items = prices.map(({ id }) => ({ price: id }));
  const subscription = await it.stripe.subscriptions.create({ ...who, items });
  expect(subscription.items).toMatchObject({ has_more: true, data: { length: 10 } });
  const all = await it.stripe.subscriptionItems.list({ subscription: subscription.id, limit: 100 });
  expect(all.data).toHaveLength(12);
});

test("a discount is redeemed with the subscription, and can be taken away", async () => {
  const { pro } = await catalogue(it.stripe);
  const coupon = await it.stripe.coupons.create({ percent_off: 25, duration: "forever" });
  const who = await customerWith(it.stripe, "pm_card_visa");
  const subscription = await it.stripe.subscriptions.create({
    ...who,
    items: [{ price: pro.id }],
    discounts: [{ coupon: coupon.id }],
  });
  expect((await invoiceOf(subscription)).amount_paid).toBe(1500);
  await it.stripe.subscriptions.deleteDiscount(subscription.id);
  expect((await it.stripe.subscriptions.retrieve(subscription.id)).discounts).toEqual([]);
  await it.advance(32 * DAY);
  const [renewal] = (await it.stripe.invoices.list({ subscription: subscription.id })).data;
  expect(renewal?.amount_paid).toBe(2000);
});

test("with its customer a subscription ends", async () => {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const { id } = await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
  const seen = it.events().length;
  expect(await it.stripe.customers.del(who.customer)).toMatchObject({ deleted: true });
  expect(since(seen)).toEqual(["customer.subscription.deleted", "customer.deleted"]);
  expect(await it.stripe.subscriptions.retrieve(id)).toMatchObject({ status: "canceled" });
});

test("what a classic subscription cannot have, a flexible one can, and one becomes the other", async () => {
  const { solo, yearly } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const mixed = [{ price: solo.id }, { price: yearly.id }];
  await expect(
    it.stripe.subscriptions.create({ ...who, items: mixed, billing_mode: { type: "classic" } }),
  ).rejects.toThrow(/mismatch in interval/);
  const flexible = await it.stripe.subscriptions.create({ ...who, items: mixed });
  const [month, year] = flexible.items.data;
  expect((year?.current_period_end ?? 0) - (month?.current_period_end ?? 0)).toBeGreaterThan(300 * DAY);
  const classic = await it.stripe.subscriptions.create({
    ...who,
    items: [{ price: solo.id }],
    billing_mode: { type: "classic" },
  });
  expect(classic.billing_mode).toEqual({ type: "classic", flexible: null });
  const migrated = await it.stripe.subscriptions.migrate(classic.id, { billing_mode: { type: "flexible" } });
  expect(migrated.billing_mode.type).toBe("flexible");
});
