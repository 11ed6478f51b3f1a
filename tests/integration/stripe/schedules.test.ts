import type Stripe from "stripe";
import { expect, test } from "vitest";
import {
  advanceClock,
  at,
  catalogue,
  customerWith,
  DAY,
  HOUR,
  lines,
} from "@/tests/integration/stripe/billing";
import { useLocalStripe } from "@/tests/integration/stripe/support";

const it = useLocalStripe();
const since = (seen: number) => it.eventTypes().slice(seen);

const phaseOf = ({ phases: [phase] }: Stripe.SubscriptionSchedule) => ({
  items: (phase?.items ?? []).map(({ price, quantity = 1 }) => ({ price: String(price), quantity })),
  start_date: phase?.start_date ?? 0,
  end_date: phase?.end_date ?? 0,
});

/** A Pro subscription that is to be a Solo one from its period's end on. */
async function downgrading() {
  const { solo, pro } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const subscription = await it.stripe.subscriptions.create({ ...who, items: [{ price: pro.id }] });
  const made = await it.stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
  const schedule = await it.stripe.subscriptionSchedules.update(made.id, {
    end_behavior: "release",
    phases: [
      phaseOf(made),
      { items: [{ price: solo.id }], duration: { interval: "month" }, proration_behavior: "none" },
    ],
  });
  return { ...who, solo, pro, subscription, schedule };
}

test("made from a subscription, a schedule has its present period as its phase", async () => {
  const { pro } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const { id, items } = await it.stripe.subscriptions.create({ ...who, items: [{ price: pro.id }] });
  const seen = it.events().length;
  const schedule = await it.stripe.subscriptionSchedules.create({ from_subscription: id });
  const [item] = items.data;
  expect(schedule).toMatchObject({
    status: "active",
    end_behavior: "release",
    subscription: id,
    customer: who.customer,
    current_phase: { start_date: item?.current_period_start, end_date: item?.current_period_end },
    phases: [{ items: [{ price: pro.id, quantity: 1 }] }],
  });
  expect(since(seen)).toEqual(["subscription_schedule.created", "customer.subscription.updated"]);
  expect(await it.stripe.subscriptions.retrieve(id)).toMatchObject({ schedule: schedule.id });
  await expect(it.stripe.subscriptionSchedules.create({ from_subscription: id })).rejects.toThrow(
    /already attached to a schedule/,
  );
});

test("a downgrade at the period's end prorates nothing, and the schedule lets go", async () => {
  const { subscription, solo, schedule } = await downgrading();
  const [item] = subscription.items.data;
  const end = item?.current_period_end ?? 0;
  expect(schedule.phases).toMatchObject([{ end_date: end }, { start_date: end }]);
  const seen = it.events().length;
  await it.advance(end - it.local.account.now());
  expect(since(seen)).toEqual([
    "invoice.upcoming",
    "subscription_schedule.updated",
    "invoice.created",
    "customer.subscription.updated",
  ]);
  expect(it.events().at(seen)?.object).toMatchObject({ total: 500 });
  const after = await it.stripe.subscriptions.retrieve(subscription.id);
  expect(after.items.data).toMatchObject([{ price: { id: solo.id }, current_period_start: end }]);
  await it.advance(2 * HOUR);
  const [renewal] = (await it.stripe.invoices.list({ subscription: subscription.id })).data;
  expect(renewal && lines(renewal)).toEqual(["1 × Solo (at €5.00 / month): 500"]);
  expect(renewal?.amount_paid).toBe(500);

  await it.advance(32 * DAY);
  const released = await it.stripe.subscriptionSchedules.retrieve(schedule.id);
  expect(released).toMatchObject({
    status: "released",
    subscription: null,
    released_subscription: subscription.id,
    current_phase: null,
  });
  const free = await it.stripe.subscriptions.retrieve(subscription.id);
  expect(free).toMatchObject({ status: "active", schedule: null });
  expect(it.eventTypes().filter((type) => type.startsWith("subscription_schedule"))).toEqual([
    "subscription_schedule.created",
    "subscription_schedule.updated",
    "subscription_schedule.updated",
    "subscription_schedule.expiring",
    "subscription_schedule.completed",
    "subscription_schedule.released",
  ]);
});

test("taken back, the downgrade does not happen", async () => {
  const { subscription, pro, schedule } = await downgrading();
  const seen = it.events().length;
  const released = await it.stripe.subscriptionSchedules.release(schedule.id);
  expect(released).toMatchObject({ status: "released", released_subscription: subscription.id });
  expect(since(seen)).toEqual(["subscription_schedule.released", "customer.subscription.updated"]);
  await it.advance(32 * DAY);
  const after = await it.stripe.subscriptions.retrieve(subscription.id);
  expect(after.items.data).toMatchObject([{ price: { id: pro.id } }]);
  await expect(it.stripe.subscriptionSchedules.release(schedule.id)).rejects.toMatchObject({
    statusCode: 400,
  });
});

test("while a schedule has it, a subscription's end is the schedule's business", async () => {
  const { subscription } = await downgrading();
  await expect(
    it.stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true }),
  ).rejects.toThrow(/managed by the subscription schedule/);
});

test("with its subscription a schedule ends", async () => {
  const { subscription, schedule } = await downgrading();
  await it.stripe.subscriptions.cancel(subscription.id);
  expect(await it.stripe.subscriptionSchedules.retrieve(schedule.id)).toMatchObject({ status: "canceled" });
});

test("a phase that begins within a period is prorated", async () => {
  const { solo, pro } = await catalogue(it.stripe);
  const clock = await it.stripe.testHelpers.testClocks.create({ frozen_time: at("2026-11-01T00:00:00Z") });
  const who = await customerWith(it.stripe, "pm_card_visa", { test_clock: clock.id });
  const { id } = await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
  const made = await it.stripe.subscriptionSchedules.create({ from_subscription: id });
  const middle = at("2026-11-16T00:00:00Z");
  await it.stripe.subscriptionSchedules.update(made.id, {
    phases: [{ ...phaseOf(made), end_date: middle }, { items: [{ price: pro.id, quantity: 2 }] }],
  });
  await advanceClock(it.stripe, clock.id, middle + HOUR);
  const pending = await it.stripe.invoiceItems.list({ customer: who.customer, pending: true });
  expect(pending.data.map(({ description, amount }) => `${description}: ${amount}`).reverse()).toEqual([
    "Unused time on Solo after 16 Nov 2026: -250",
    "Remaining time on 2 × Pro after 16 Nov 2026: 2000",
  ]);
});

/** As the CLI's recipes make them: phases with numbers for names, and iterations. */
const twoPhases = (customer: string, price: string, start = "now") =>
  it.raw(
    "POST /v1/subscription_schedules",
    new URLSearchParams({
      customer,
      start_date: start,
      "phases[0][iterations]": "1",
      "phases[0][items][0][price]": price,
      "phases[0][items][0][quantity]": "1",
      "phases[1][iterations]": "1",
      "phases[1][items][0][price]": price,
      "phases[1][items][0][quantity]": "2",
    }).toString(),
  );

test("begun now, a schedule makes its subscription, whose first invoice waits for an hour", async () => {
  const { solo } = await catalogue(it.stripe);
  const { customer } = await customerWith(it.stripe, "pm_card_visa");
  const seen = it.events().length;
  const { status, body } = await twoPhases(customer, solo.id);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    object: "subscription_schedule",
    status: "active",
    phases: [{ items: [{ quantity: 1 }] }, { items: [{ quantity: 2 }] }],
  });
  expect(since(seen)).toEqual([
    "invoice.created",
    "customer.subscription.created",
    "subscription_schedule.created",
  ]);
  const [subscription] = (await it.stripe.subscriptions.list({ customer })).data;
  expect(subscription).toMatchObject({ status: "active", items: { data: [{ quantity: 1 }] } });
  await it.advance(32 * DAY);
  const [after] = (await it.stripe.subscriptions.list({ customer })).data;
  expect(after?.items.data).toMatchObject([{ quantity: 2 }]);
});

test("begun later, there is no subscription before its time", async () => {
  const { solo } = await catalogue(it.stripe);
  const { customer } = await customerWith(it.stripe, "pm_card_visa");
  const start = it.local.account.now() + 10 * DAY;
  const { body } = await twoPhases(customer, solo.id, String(start));
  expect(body).toMatchObject({ status: "not_started", subscription: null, current_phase: null });
  expect((await it.stripe.subscriptionSchedules.list({ scheduled: true })).data).toHaveLength(1);
  await it.advance(10 * DAY + 1);
  const [schedule] = (await it.stripe.subscriptionSchedules.list({ customer })).data;
  expect(schedule).toMatchObject({ status: "active", current_phase: { start_date: start } });
  expect((await it.stripe.subscriptions.list({ customer })).data).toMatchObject([
    { schedule: schedule?.id, start_date: start },
  ]);
});

test("one that is to cancel ends its subscription with its last phase", async () => {
  const { solo } = await catalogue(it.stripe);
  const { customer, default_payment_method } = await customerWith(it.stripe, "pm_card_visa");
  const schedule = await it.stripe.subscriptionSchedules.create({
    customer,
    start_date: "now",
    end_behavior: "cancel",
    default_settings: { default_payment_method },
    phases: [{ items: [{ price: solo.id }], duration: { interval: "month", interval_count: 2 } }],
  });
  const id = String(schedule.subscription);
  const end = schedule.phases[0]?.end_date;
  expect(await it.stripe.subscriptions.retrieve(id)).toMatchObject({ cancel_at: end });
  await it.advance(65 * DAY);
  expect(await it.stripe.subscriptions.retrieve(id)).toMatchObject({ status: "canceled", ended_at: end });
  expect(await it.stripe.subscriptionSchedules.retrieve(schedule.id)).toMatchObject({
    status: "completed",
    completed_at: end,
  });
  expect(it.eventTypes()).toContain("subscription_schedule.expiring");
  expect(it.eventTypes().slice(-2)).toEqual([
    "customer.subscription.deleted",
    "subscription_schedule.completed",
  ]);
});

test("canceled, a schedule takes its subscription with it", async () => {
  const { schedule, subscription } = await downgrading();
  const seen = it.events().length;
  const canceled = await it.stripe.subscriptionSchedules.cancel(schedule.id, {
    invoice_now: false,
    prorate: false,
  });
  expect(canceled).toMatchObject({ status: "canceled", current_phase: null });
  expect(since(seen)).toEqual(["subscription_schedule.canceled", "customer.subscription.deleted"]);
  expect(await it.stripe.subscriptions.retrieve(subscription.id)).toMatchObject({ status: "canceled" });
});

test("its metadata can be changed, its dates must follow one another", async () => {
  const { schedule, solo } = await downgrading();
  const updated = await it.stripe.subscriptionSchedules.update(schedule.id, { metadata: { foo: "bar" } });
  expect(updated.metadata).toEqual({ foo: "bar" });
  expect(updated.phases).toEqual(schedule.phases);
  await expect(
    it.stripe.subscriptionSchedules.update(schedule.id, {
      phases: [phaseOf(schedule), { items: [{ price: solo.id }], start_date: 1 }],
    }),
  ).rejects.toMatchObject({ param: "phases[1][start_date]" });
  await expect(
    it.stripe.subscriptionSchedules.update(schedule.id, { phases: [{ items: [{ price: solo.id }] }] }),
  ).rejects.toThrow("a `start_date` to anchor end dates to");
});
