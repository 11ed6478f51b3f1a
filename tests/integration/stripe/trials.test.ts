import { expect, test } from "vitest";
import { catalogue, customerWith, DAY, HOUR, lines } from "@/tests/integration/stripe/billing";
import { useLocalStripe } from "@/tests/integration/stripe/support";

const it = useLocalStripe();
const since = (seen: number) => it.eventTypes().slice(seen);

/** A trial of a week by a customer without a card. */
async function tryWithoutCard(behavior?: "cancel" | "pause") {
  const { solo } = await catalogue(it.stripe);
  const { id: customer } = await it.stripe.customers.create({});
  return it.stripe.subscriptions.create({
    customer,
    items: [{ price: solo.id }],
    trial_period_days: 7,
    ...(behavior ? { trial_settings: { end_behavior: { missing_payment_method: behavior } } } : {}),
  });
}

test("a trial begins with an invoice over nothing, and needs no card", async () => {
  const { solo } = await catalogue(it.stripe);
  const { id } = await it.stripe.customers.create({ email: "ada@example.com" });
  const seen = it.events().length;
  const subscription = await it.stripe.subscriptions.create({
    customer: id,
    items: [{ price: solo.id }],
    trial_period_days: 14,
    expand: ["latest_invoice"],
  });
  const { trial_end, trial_start, items, latest_invoice: invoice } = subscription;
  expect(subscription.status).toBe("trialing");
  expect((trial_end ?? 0) - (trial_start ?? 0)).toBe(14 * DAY);
  expect(items.data[0]?.current_period_end).toBe(trial_end);
  expect(subscription.billing_cycle_anchor).toBe(trial_end);
  if (invoice === null || typeof invoice === "string") throw new Error("It was to be expanded.");
  expect(invoice).toMatchObject({ status: "paid", total: 0 });
  expect(lines(invoice)).toEqual(["Trial period for Solo: 0"]);
  expect(since(seen)).toEqual([
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
    "customer.subscription.created",
  ]);
});

test("three days before a trial ends it is announced; at its end it is billed", async () => {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const { id } = await it.stripe.subscriptions.create({
    ...who,
    items: [{ price: solo.id }],
    trial_period_days: 14,
  });
  const begun = it.events().length;
  await it.advance(12 * DAY);
  expect(since(begun)).toEqual(["invoice.upcoming", "customer.subscription.trial_will_end"]);
  const warned = it.events().length;
  await it.advance(2 * DAY + 60);
  expect(since(warned)).toEqual(["invoice.created", "customer.subscription.updated"]);
  expect(it.events().at(-1)?.previous).toMatchObject({ status: "trialing" });
  const active = await it.stripe.subscriptions.retrieve(id, { expand: ["latest_invoice"] });
  expect(active).toMatchObject({
    status: "active",
    latest_invoice: { status: "draft", amount_due: 500, billing_reason: "subscription_cycle" },
  });
  await it.advance(HOUR);
  const [invoice] = (await it.stripe.invoices.list({ subscription: id })).data;
  expect(invoice?.status).toBe("paid");
});

test("a trial of less than three days is announced at once", async () => {
  const { solo } = await catalogue(it.stripe);
  const { id } = await it.stripe.customers.create({});
  const seen = it.events().length;
  await it.stripe.subscriptions.create({
    customer: id,
    items: [{ price: solo.id }],
    trial_period_days: 1,
  });
  expect(since(seen).slice(-2)).toEqual([
    "customer.subscription.created",
    "customer.subscription.trial_will_end",
  ]);
  await it.advance(DAY);
  expect(it.eventTypes().filter((type) => type.endsWith("trial_will_end"))).toHaveLength(1);
});

test.each([
  ["pause", "paused", "customer.subscription.paused"],
  ["cancel", "canceled", "customer.subscription.deleted"],
] as const)(
  "a trial that ends without a card leads to %s where that was asked for",
  async (behavior, status, event) => {
    const { id } = await tryWithoutCard(behavior);
    await it.advance(8 * DAY);
    expect(await it.stripe.subscriptions.retrieve(id)).toMatchObject({ status });
    expect(it.eventTypes().at(-1)).toBe(event);
    expect((await it.stripe.invoices.list({ subscription: id })).data).toHaveLength(1);
  },
);

test("without such a wish it is billed all the same, and past due", async () => {
  const { id } = await tryWithoutCard();
  await it.advance(7 * DAY + 2 * HOUR);
  expect(await it.stripe.subscriptions.retrieve(id)).toMatchObject({ status: "past_due" });
});

test("a trial can be ended now: it is billed at once, and the cycle begins", async () => {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const trial = await it.stripe.subscriptions.create({
    ...who,
    items: [{ price: solo.id }],
    trial_period_days: 30,
  });
  const active = await it.stripe.subscriptions.update(trial.id, {
    trial_end: "now",
    expand: ["latest_invoice"],
  });
  expect(active).toMatchObject({ status: "active", latest_invoice: { status: "paid", amount_paid: 500 } });
  expect(active.billing_cycle_anchor).toBeLessThan(trial.billing_cycle_anchor);
});

test("ended now without a card, it is paused, as the CLI's recipe has it", async () => {
  const { id } = await tryWithoutCard("pause");
  const seen = it.events().length;
  const paused = await it.stripe.subscriptions.update(id, { trial_end: "now" });
  expect(paused).toMatchObject({
    status: "paused",
    status_details: { paused: { subscription: { type: "trial_end_without_payment_method" } } },
  });
  expect(since(seen)).toEqual(["customer.subscription.updated", "customer.subscription.paused"]);
});

test("a trial can be made longer, and its price changed, for nothing", async () => {
  const { solo, pro } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const trial = await it.stripe.subscriptions.create({
    ...who,
    items: [{ price: solo.id }],
    trial_period_days: 7,
  });
  const end = (trial.trial_end ?? 0) + 7 * DAY;
  const [item] = trial.items.data;
  const longer = await it.stripe.subscriptions.update(trial.id, {
    trial_end: end,
    items: [{ id: item?.id ?? "", price: pro.id }],
  });
  expect(longer).toMatchObject({ status: "trialing", trial_end: end, billing_cycle_anchor: end });
  expect(longer.items.data[0]?.current_period_end).toBe(end);
  expect((await it.stripe.invoiceItems.list({ customer: who.customer })).data).toEqual([]);
  await expect(it.stripe.subscriptions.update(trial.id, { trial_end: 1 })).rejects.toMatchObject({
    param: "trial_end",
  });
});
