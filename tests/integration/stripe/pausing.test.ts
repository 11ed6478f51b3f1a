import { expect, test } from "vitest";
import { catalogue, customerWith, DAY } from "@/tests/integration/stripe/billing";
import { useLocalStripe } from "@/tests/integration/stripe/support";

const it = useLocalStripe();
const since = (seen: number) => it.eventTypes().slice(seen);

async function subscribed() {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  return { ...who, ...(await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] })) };
}

test("a pause ends access and billing, and keeps the credit for the unused time", async () => {
  const { id, customer } = await subscribed();
  await it.advance(15 * DAY);
  const seen = it.events().length;
  const paused = await it.stripe.subscriptions.pause(id);
  expect(paused).toMatchObject({
    status: "paused",
    pause_collection: null,
    status_details: { paused: { type: "subscription", subscription: { type: "pause_requested" } } },
  });
  expect(since(seen)).toEqual([
    "invoiceitem.created",
    "customer.subscription.updated",
    "customer.subscription.paused",
  ]);
  const [credit] = (await it.stripe.invoiceItems.list({ customer: String(customer), pending: true })).data;
  expect(credit?.amount).toBeLessThan(-230);
  expect(credit?.amount).toBeGreaterThan(-275);
  await it.advance(60 * DAY);
  expect((await it.stripe.invoices.list({ subscription: id })).data).toHaveLength(1);
  await expect(it.stripe.subscriptions.pause(id)).rejects.toMatchObject({ statusCode: 400 });
});

test("resumed, a new cycle begins and is billed, less the credit", async () => {
  const { id } = await subscribed();
  await it.stripe.subscriptions.pause(id);
  await it.advance(60 * DAY);
  const seen = it.events().length;
  const active = await it.stripe.subscriptions.resume(id, { expand: ["latest_invoice"] });
  expect(active.status).toBe("active");
  expect(active).not.toHaveProperty("status_details");
  expect(active.billing_cycle_anchor).toBe(active.items.data[0]?.current_period_start);
  expect(active.latest_invoice).toMatchObject({ status: "paid", total: 0 });
  expect(since(seen)).toEqual([
    "invoice.created",
    "customer.subscription.updated",
    "customer.subscription.resumed",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
  ]);
  expect(it.events().at(seen + 1)?.previous).toMatchObject({ status: "paused" });
});

test("resumed without a new cycle, it goes on in the old one", async () => {
  const { id, billing_cycle_anchor } = await subscribed();
  await it.stripe.subscriptions.pause(id, { bill_for: { unused_time_from: { type: "none" } } });
  await it.advance(40 * DAY);
  const active = await it.stripe.subscriptions.resume(id, { billing_cycle_anchor: { type: "unchanged" } });
  expect(active.billing_cycle_anchor).toBe(billing_cycle_anchor);
  const [invoice] = (await it.stripe.invoices.list({ subscription: id })).data;
  expect(invoice?.amount_paid).toBeLessThan(400);
  expect(invoice?.amount_paid).toBeGreaterThan(300);
});

test("to be paid first, it stays paused until its invoice is", async () => {
  const { id, customer, default_payment_method: good } = await subscribed();
  await it.stripe.subscriptions.pause(id, { bill_for: { unused_time_from: { type: "none" } } });
  const bad = await it.stripe.paymentMethods.attach("pm_card_chargeCustomerFail", {
    customer: String(customer),
  });
  await it.stripe.subscriptions.update(id, { default_payment_method: bad.id });
  const waiting = await it.stripe.subscriptions.resume(id, {
    payment_behavior: "resume_on_payment_success",
  });
  expect(waiting.status).toBe("paused");
  await it.stripe.invoices.pay(String(waiting.latest_invoice), { payment_method: String(good) });
  expect(await it.stripe.subscriptions.retrieve(id)).toMatchObject({ status: "active" });
  expect(it.eventTypes().at(-1)).toBe("customer.subscription.resumed");
});

test("only what is paused can be resumed", async () => {
  const { id } = await subscribed();
  await expect(it.stripe.subscriptions.resume(id)).rejects.toMatchObject({ statusCode: 400 });
});

test("a paused subscription can be canceled", async () => {
  const { id } = await subscribed();
  await it.stripe.subscriptions.pause(id);
  expect(await it.stripe.subscriptions.cancel(id)).toMatchObject({ status: "canceled" });
});
