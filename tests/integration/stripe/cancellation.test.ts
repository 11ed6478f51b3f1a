import { expect, test } from "vitest";
import { cancelFromPortal } from "@/dev/stripe/engine/subscription-ending";
import { catalogue, customerWith, DAY, HOUR, lines } from "@/tests/integration/stripe/billing";
import { useLocalStripe } from "@/tests/integration/stripe/support";

const it = useLocalStripe();
const since = (seen: number) => it.eventTypes().slice(seen);

async function subscribed(mode: "classic" | "flexible" = "flexible") {
  const prices = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const subscription = await it.stripe.subscriptions.create({
    ...who,
    items: [{ price: prices.solo.id }],
    billing_mode: { type: mode },
  });
  const [item] = subscription.items.data;
  return { ...prices, ...who, subscription, item: item?.id ?? "", end: item?.current_period_end ?? 0 };
}

test("canceled now, it is over, with what the customer said of it", async () => {
  const { subscription } = await subscribed();
  const seen = it.events().length;
  const canceled = await it.stripe.subscriptions.cancel(subscription.id, {
    cancellation_details: { feedback: "too_expensive", comment: "Sorry" },
  });
  expect(canceled).toMatchObject({
    status: "canceled",
    cancel_at: null,
    cancel_at_period_end: false,
    cancellation_details: { reason: "cancellation_requested", feedback: "too_expensive", comment: "Sorry" },
  });
  expect(canceled.ended_at).toBe(canceled.canceled_at);
  expect(since(seen)).toEqual(["customer.subscription.deleted"]);
  await it.advance(60 * DAY);
  expect((await it.stripe.invoices.list({ subscription: subscription.id })).data).toHaveLength(1);
  await expect(it.stripe.subscriptions.cancel(subscription.id)).rejects.toMatchObject({ statusCode: 404 });
  await expect(
    it.stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true }),
  ).rejects.toThrow(/A canceled subscription can only update/);
});

test("at the period's end it goes on until then, and can be taken back", async () => {
  const { subscription, end } = await subscribed();
  const seen = it.events().length;
  const ending = await it.stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
  expect(ending).toMatchObject({
    status: "active",
    cancel_at_period_end: true,
    cancel_at: end,
    cancellation_details: { reason: "cancellation_requested" },
  });
  expect(ending.canceled_at).not.toBeNull();
  expect(since(seen)).toEqual(["customer.subscription.updated"]);
  expect(it.events().at(-1)?.previous).toMatchObject({ cancel_at_period_end: false, cancel_at: null });
  const back = await it.stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false });
  expect(back).toMatchObject({
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { reason: null },
  });
});

test("when the period ends it is canceled, and not renewed", async () => {
  const { subscription, end } = await subscribed();
  await it.stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
  const seen = it.events().length;
  await it.advance(40 * DAY);
  expect(since(seen)).toEqual(["customer.subscription.deleted"]);
  expect(await it.stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
    status: "canceled",
    ended_at: end,
    cancel_at_period_end: true,
  });
});

test("what still waits to be billed then is billed", async () => {
  const { subscription, item, pro } = await subscribed();
  await it.advance(10 * DAY);
  await it.stripe.subscriptions.update(subscription.id, {
    items: [{ id: item, price: pro.id }],
    cancel_at_period_end: true,
  });
  await it.advance(30 * DAY);
  const [last] = (await it.stripe.invoices.list({ subscription: subscription.id })).data;
  expect(last).toMatchObject({ status: "paid", billing_reason: "subscription_cycle" });
  expect(last && lines(last)).toHaveLength(2);
});

test("a date can be set, before or after the period's end", async () => {
  const { subscription, end } = await subscribed();
  const set = await it.stripe.subscriptions.update(subscription.id, { cancel_at: end + 3 * DAY });
  expect(set).toMatchObject({ cancel_at: end + 3 * DAY, cancel_at_period_end: false });
  await it.advance(end - it.local.account.now() + 2 * HOUR);
  expect(await it.stripe.subscriptions.retrieve(subscription.id)).toMatchObject({ status: "active" });
  const [short] = (await it.stripe.invoices.list({ subscription: subscription.id })).data;
  expect(short?.total).toBeLessThan(55);
  expect(short?.total).toBeGreaterThan(45);
  expect(short?.lines.data[0]?.period.end).toBe(end + 3 * DAY);
  await it.advance(3 * DAY);
  expect(await it.stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
    status: "canceled",
    ended_at: end + 3 * DAY,
  });
  await expect(
    it.stripe.subscriptions.update((await subscribed()).subscription.id, { cancel_at: 1 }),
  ).rejects.toMatchObject({ param: "cancel_at" });
});

test("an end within the period gives back what was paid beyond it", async () => {
  const { subscription, customer, end } = await subscribed();
  const begin = subscription.items.data[0]?.current_period_start ?? 0;
  const middle = begin + (end - begin) / 2;
  const ending = await it.stripe.subscriptions.update(subscription.id, { cancel_at: middle });
  expect(ending.items.data[0]).toMatchObject({ current_period_start: begin, current_period_end: middle });
  await it.advance(20 * DAY);
  expect(await it.stripe.subscriptions.retrieve(subscription.id)).toMatchObject({ ended_at: middle });
  const [last] = (await it.stripe.invoices.list({ subscription: subscription.id })).data;
  expect(last).toMatchObject({ total: -250, status: "paid" });
  expect(await it.stripe.customers.retrieve(customer)).toMatchObject({ balance: -250 });
});

test("flexible billing can name the period's end by a word", async () => {
  const { subscription, end } = await subscribed();
  const set = await it.stripe.subscriptions.update(subscription.id, { cancel_at: "min_period_end" });
  expect(set).toMatchObject({ cancel_at: end, cancel_at_period_end: false });
  expect(await it.stripe.subscriptions.update(subscription.id, { cancel_at: "" })).toMatchObject({
    cancel_at: null,
  });
});

test.each([
  ["flexible", false],
  ["classic", true],
] as const)("the portal's cancellation in %s mode says it its own way", async (mode, flag) => {
  const { subscription, end } = await subscribed(mode);
  const { account } = it.local;
  const kept = account.store.get("subscription", subscription.id);
  if (!kept) throw new Error("There is no subscription.");
  const ending = cancelFromPortal(account, kept, { feedback: "unused" });
  expect(ending).toMatchObject({
    cancel_at: end,
    cancel_at_period_end: flag,
    cancellation_details: { feedback: "unused", reason: "cancellation_requested" },
  });
  await it.advance(32 * DAY);
  expect(await it.stripe.subscriptions.retrieve(subscription.id)).toMatchObject({ status: "canceled" });
});

test("canceled with proration, the unused time is credited by a last invoice", async () => {
  const { subscription, customer } = await subscribed();
  await it.stripe.subscriptions.cancel(subscription.id, { prorate: true, invoice_now: true });
  const [last] = (await it.stripe.invoices.list({ subscription: subscription.id })).data;
  expect(last).toMatchObject({ status: "paid", total: -500, amount_due: 0 });
  expect(await it.stripe.customers.retrieve(customer)).toMatchObject({ balance: -500 });
});

test("what is open when it ends is not collected any more; a first invoice is void", async () => {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_chargeCustomerFail");
  const { id, latest_invoice } = await it.stripe.subscriptions.create({
    ...who,
    items: [{ price: solo.id }],
  });
  const seen = it.events().length;
  await it.stripe.subscriptions.cancel(id);
  expect(await it.stripe.invoices.retrieve(String(latest_invoice))).toMatchObject({ status: "void" });
  expect(since(seen)).toEqual([
    "invoice.updated",
    "invoice.voided",
    "payment_intent.canceled",
    "customer.subscription.deleted",
  ]);
});
