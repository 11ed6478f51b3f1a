import type Stripe from "stripe";
import { expect, test } from "vitest";
import { customerWith, DAY, HOUR, lines } from "./billing";
import { useLocalStripe } from "./support";

const it = useLocalStripe();
const last = () => it.events().at(-1);

const meter = (more: Partial<Stripe.Billing.MeterCreateParams> = {}) =>
  it.stripe.billing.meters.create({
    display_name: "API calls",
    event_name: "api_call",
    default_aggregation: { formula: "sum" },
    ...more,
  });

const use = (customer: string, value: string, more: Partial<Stripe.Billing.MeterEventCreateParams> = {}) =>
  it.stripe.billing.meterEvents.create({
    event_name: "api_call",
    payload: { stripe_customer_id: customer, value },
    ...more,
  });

test("a meter is created, seen, renamed, switched off and on, and listed", async () => {
  const made = await meter();
  expect(made).toMatchObject({
    id: expect.stringMatching(/^mtr_\w{24}$/),
    object: "billing.meter",
    customer_mapping: { event_payload_key: "stripe_customer_id", type: "by_id" },
    default_aggregation: { formula: "sum" },
    display_name: "API calls",
    event_name: "api_call",
    event_time_window: null,
    status: "active",
    status_transitions: { deactivated_at: null },
    value_settings: { event_payload_key: "value" },
  });
  await expect(meter()).rejects.toMatchObject({ param: "event_name" });
  await it.stripe.billing.meters.update(made.id, { display_name: "Calls" });
  expect(last()).toMatchObject({ type: "billing.meter.updated", previous: { display_name: "API calls" } });
  const off = await it.stripe.billing.meters.deactivate(made.id);
  expect(off).toMatchObject({
    status: "inactive",
    status_transitions: { deactivated_at: expect.any(Number) },
  });
  expect(last()).toMatchObject({ type: "billing.meter.deactivated", previous: { status: "active" } });
  await expect(it.stripe.billing.meters.deactivate(made.id)).rejects.toThrow("already inactive");
  expect((await it.stripe.billing.meters.list({ status: "active" })).data).toEqual([]);
  expect((await it.stripe.billing.meters.list()).data).toMatchObject([{ id: made.id }]);
  await it.stripe.billing.meters.reactivate(made.id);
  expect(await it.stripe.billing.meters.retrieve(made.id)).toMatchObject({
    display_name: "Calls",
    status: "active",
  });
  expect(it.eventTypes()).toEqual([
    "billing.meter.created",
    "billing.meter.updated",
    "billing.meter.deactivated",
    "billing.meter.reactivated",
  ]);
});

test("what was used is billed when the period is over, and each period on its own", async () => {
  const { id } = await meter();
  const price = await it.stripe.prices.create({
    product_data: { name: "Calls" },
    currency: "eur",
    unit_amount: 3,
    recurring: { interval: "month", usage_type: "metered", meter: id },
  });
  const who = await customerWith(it.stripe, "pm_card_visa");
  const subscription = await it.stripe.subscriptions.create({ ...who, items: [{ price: price.id }] });
  expect(subscription).toMatchObject({ status: "active" });
  const end = subscription.items.data[0]?.current_period_end ?? 0;
  await use(who.customer, "100");
  await it.advance(5 * DAY);
  await use(who.customer, "50");
  await use((await it.stripe.customers.create()).id, "7000");
  await it.advance(end - it.local.account.now() + 2 * HOUR);
  const [renewal] = (await it.stripe.invoices.list({ subscription: subscription.id })).data;
  expect(renewal).toMatchObject({ amount_paid: 450, billing_reason: "subscription_cycle" });
  expect(renewal && lines(renewal)).toEqual(["150 × Calls (at €0.03 / month): 450"]);
  await use(who.customer, "20");
  await it.advance(32 * DAY);
  const [next] = (await it.stripe.invoices.list({ subscription: subscription.id })).data;
  expect(next).toMatchObject({ subtotal: 60, total: 60 });
});

test.each<["count" | "last" | "sum", number]>([
  ["sum", 17],
  ["count", 3],
  ["last", 2],
])("a meter that takes the %s says so of a period", async (formula, expected) => {
  const { id } = await meter({ default_aggregation: { formula } });
  const { id: customer } = await it.stripe.customers.create();
  const now = Math.floor(it.local.account.now() / 60) * 60;
  await use(customer, "5", { timestamp: now - 3 * HOUR });
  await use(customer, "2", { timestamp: now - HOUR });
  await use(customer, "10", { timestamp: now - 2 * HOUR });
  await use(customer, "400", { timestamp: now - DAY });
  await use(customer, "3000", { timestamp: now - 60 });
  const { data } = await it.stripe.billing.meters.listEventSummaries(id, {
    customer,
    start_time: now - 4 * HOUR,
    end_time: now - 60,
  });
  expect(data).toMatchObject([
    { object: "billing.meter_event_summary", aggregated_value: expected, meter: id },
  ]);
});

test("a meter event is answered as it was sent, and counts once", async () => {
  await meter();
  const { id } = await it.stripe.customers.create();
  const timestamp = it.local.account.now() - 60;
  const event = await use(id, "1", { identifier: "call_1", timestamp });
  const { lastResponse: _, ...shown } = event;
  expect(shown).toEqual({
    object: "billing.meter_event",
    created: expect.any(Number),
    event_name: "api_call",
    identifier: "call_1",
    livemode: false,
    payload: { stripe_customer_id: id, value: "1" },
    timestamp,
  });
  await expect(use(id, "1", { identifier: "call_1" })).rejects.toThrow(
    "An event already exists with identifier call_1.",
  );
});

test("what cannot be counted is refused", async () => {
  const { id: meterId } = await meter();
  const { id } = await it.stripe.customers.create();
  await expect(use(id, "1", { event_name: "other" })).rejects.toThrow("No active meter found");
  await expect(use("cus_no", "1")).rejects.toMatchObject({ param: "payload[stripe_customer_id]" });
  await expect(use(id, "many")).rejects.toMatchObject({ param: "payload[value]" });
  await expect(use(id, "1", { payload: { value: "1" } })).rejects.toMatchObject({
    message: "Missing required param: payload[stripe_customer_id].",
  });
  for (const away of [-36 * DAY, 6 * 60]) {
    const timestamp = it.local.account.now() + away;
    await expect(use(id, "1", { timestamp })).rejects.toMatchObject({ param: "timestamp" });
  }
  await it.stripe.billing.meters.deactivate(meterId);
  await expect(use(id, "1")).rejects.toThrow("No active meter found");
  const attached = it.stripe.prices.create({
    product_data: { name: "Calls" },
    currency: "eur",
    unit_amount: 1,
    recurring: { interval: "month", usage_type: "metered", meter: meterId },
  });
  await expect(attached).rejects.toThrow("is not active");
});
