import { expect, test } from "vitest";
import { catalogue, customerWith, DAY, HOUR, lines, PAID_AT_ONCE } from "@/tests/integration/stripe/billing";
import { useLocalStripe } from "@/tests/integration/stripe/support";

const it = useLocalStripe();
const since = (seen: number) => it.eventTypes().slice(seen);

test("a week before it renews, Stripe tells what will be billed, and waits with it", async () => {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const { items } = await it.stripe.subscriptions.create({
    ...who,
    items: [{ price: solo.id, quantity: 2 }],
  });
  const seen = it.events().length;
  const end = items.data[0]?.current_period_end ?? 0;
  await it.advance(end - it.local.account.now() - 7 * DAY);
  expect(since(seen)).toEqual(["invoice.upcoming"]);
  expect(it.events().at(-1)?.object).toMatchObject({
    total: 1000,
    status: "draft",
    billing_reason: "subscription_cycle",
    lines: { data: [{ description: "2 × Solo (at €5.00 / month)", period: { start: end } }] },
  });
  expect((await it.stripe.invoices.list({ customer: who.customer })).data).toHaveLength(1);
});

test("the period moves, its invoice is drafted, and an hour later it is paid", async () => {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const before = await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
  const [item] = before.items.data;
  const end = item?.current_period_end ?? 0;
  await it.advance(end - it.local.account.now() - 1);
  const seen = it.events().length;
  await it.advance(1);
  expect(since(seen)).toEqual(["invoice.created", "customer.subscription.updated"]);
  const after = await it.stripe.subscriptions.retrieve(before.id, { expand: ["latest_invoice"] });
  expect(after.items.data[0]).toMatchObject({ id: item?.id, current_period_start: end });
  expect(after).toMatchObject({
    status: "active",
    latest_invoice: { status: "draft", automatically_finalizes_at: end + HOUR },
  });
  expect(Object.keys(it.events().at(-1)?.previous ?? {}).sort()).toEqual(["items", "latest_invoice"]);

  await it.advance(HOUR);
  expect(since(seen).slice(2)).toEqual(PAID_AT_ONCE);
  const [invoice] = (await it.stripe.invoices.list({ subscription: before.id })).data;
  expect(invoice).toMatchObject({ amount_paid: 500, billing_reason: "subscription_cycle" });
  expect(invoice?.period_end).toBe(end);
});

test("a year of months is twelve renewals, each on its day", async () => {
  const { solo } = await catalogue(it.stripe);
  const clock = await it.stripe.testHelpers.testClocks.create({ frozen_time: Date.UTC(2026, 0, 31) / 1000 });
  const who = await customerWith(it.stripe, "pm_card_visa", { test_clock: clock.id });
  const { id } = await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
  const { account } = it.local;
  for (let month = 1; month <= 12; month++) {
    const to = Date.UTC(2026, month + 1, 1) / 1000;
    await it.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: to });
    await expect.poll(() => account.now(clock.id)).toBe(to);
  }
  const invoices = await it.stripe.invoices.list({ subscription: id, limit: 100 });
  const starts = invoices.data.map(({ lines }) => lines.data[0]?.period.start ?? 0).reverse();
  expect(starts.map((start) => new Date(start * 1000).toISOString().slice(5, 10))).toEqual([
    "01-31",
    "02-28",
    "03-31",
    "04-30",
    "05-31",
    "06-30",
    "07-31",
    "08-31",
    "09-30",
    "10-31",
    "11-30",
    "12-31",
    "01-31",
  ]);
  expect(invoices.data.every(({ status }) => status === "paid")).toBe(true);
});

test("items of two intervals renew each in its own time", async () => {
  const { solo, yearly } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const { id } = await it.stripe.subscriptions.create({
    ...who,
    items: [{ price: solo.id }, { price: yearly.id }],
  });
  await it.advance(33 * DAY);
  const [renewal, first] = (await it.stripe.invoices.list({ subscription: id })).data;
  expect(first?.amount_paid).toBe(5500);
  expect(renewal?.amount_paid).toBe(500);
  expect(renewal && lines(renewal)).toEqual(["1 × Solo (at €5.00 / month): 500"]);
});

test.each([
  ["keep_as_draft", "draft"],
  ["void", "void"],
  ["mark_uncollectible", "uncollectible"],
] as const)(
  "while collection is paused to %s, renewals go on and their invoices are %s",
  async (behavior, status) => {
    const { solo } = await catalogue(it.stripe);
    const who = await customerWith(it.stripe, "pm_card_visa");
    const { id } = await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
    const resumes_at = it.local.account.now() + 40 * DAY;
    const paused = await it.stripe.subscriptions.update(id, { pause_collection: { behavior, resumes_at } });
    expect(paused).toMatchObject({ status: "active", pause_collection: { behavior, resumes_at } });
    await it.advance(35 * DAY);
    const [invoice] = (await it.stripe.invoices.list({ subscription: id })).data;
    expect(invoice).toMatchObject({ status, billing_reason: "subscription_cycle" });
    await it.advance(6 * DAY);
    expect(await it.stripe.subscriptions.retrieve(id)).toMatchObject({ pause_collection: null });
    await it.advance(30 * DAY);
    const [next] = (await it.stripe.invoices.list({ subscription: id })).data;
    expect(next?.status).toBe("paid");
  },
);

test("paused collection can be taken up again at any time", async () => {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const { id } = await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
  await it.stripe.subscriptions.update(id, { pause_collection: { behavior: "void" } });
  expect(await it.stripe.subscriptions.update(id, { pause_collection: "" })).toMatchObject({
    pause_collection: null,
  });
});

test("two thousand subscriptions renew in one advance", async () => {
  const { solo } = await catalogue(it.stripe);
  const { account } = it.local;
  const { createSubscription } = await import("@/dev/stripe/engine/subscriptions");
  const { createCustomer } = await import("@/dev/stripe/engine/customers");
  const { attach } = await import("@/dev/stripe/engine/payment-methods");
  for (let count = 0; count < 2_000; count++) {
    const { id: customer } = createCustomer(account, {});
    const { id } = attach(account, "pm_card_visa", customer);
    createSubscription(account, { customer, default_payment_method: id, items: [{ price: solo.id }] });
  }
  await it.advance(32 * DAY);
  const invoices = account.store
    .all("invoice")
    .filter(({ billing_reason: why }) => why === "subscription_cycle");
  expect(invoices).toHaveLength(2_000);
  expect(invoices.every(({ status }) => status === "paid")).toBe(true);
});
