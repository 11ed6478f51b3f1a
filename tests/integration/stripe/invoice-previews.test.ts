import { expect, test } from "vitest";
import { at, catalogue, customerWith, DAY, lines } from "@/tests/integration/stripe/billing";
import { useLocalStripe } from "@/tests/integration/stripe/support";

const it = useLocalStripe();
const BEGIN = at("2026-11-01T00:00:00Z");

/** A Solo subscription of November 2026, in the middle of it. */
async function midway(card = "pm_card_visa") {
  const prices = await catalogue(it.stripe);
  const clock = await it.stripe.testHelpers.testClocks.create({ frozen_time: BEGIN });
  const who = await customerWith(it.stripe, card, { test_clock: clock.id });
  const { id, items } = await it.stripe.subscriptions.create({ ...who, items: [{ price: prices.solo.id }] });
  await it.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: BEGIN + 15 * DAY });
  await expect.poll(() => it.local.account.now(clock.id)).toBe(BEGIN + 15 * DAY);
  const details = (price: string, proration_date?: number) => ({
    items: [{ id: items.data[0]?.id ?? "", price }],
    proration_behavior: "always_invoice" as const,
    ...(proration_date === undefined ? {} : { proration_date }),
  });
  return { ...prices, ...who, id, details };
}

test("a preview is what the change then bills, to the cent, and changes nothing itself", async () => {
  const { id, pro, details, customer } = await midway();
  const seen = it.events().length;
  const preview = await it.stripe.invoices.createPreview({
    customer,
    subscription: id,
    subscription_details: details(pro.id),
  });
  expect(it.events()).toHaveLength(seen);
  expect(preview).toMatchObject({ status: "draft", amount_due: 750, hosted_invoice_url: null });
  const prorated = preview.parent?.subscription_details?.subscription_proration_date;
  expect(prorated).toBe(BEGIN + 15 * DAY);
  await it.stripe.subscriptions.update(id, details(pro.id, prorated));
  const [billed] = (await it.stripe.invoices.list({ subscription: id })).data;
  expect(billed && lines(billed)).toEqual(lines(preview));
  expect(billed?.amount_paid).toBe(750);
});

test("without a change, the preview is of the next renewal", async () => {
  const { id } = await midway();
  const preview = await it.stripe.invoices.createPreview({ subscription: id });
  expect(lines(preview)).toEqual(["1 × Solo (at €5.00 / month): 500"]);
});

test("nobody is charged for a look, not even with a card that fails", async () => {
  const { id, pro, details } = await midway("pm_card_visa");
  const before = await it.stripe.subscriptions.retrieve(id);
  await it.stripe.invoices.createPreview({ subscription: id, subscription_details: details(pro.id) });
  expect(await it.stripe.subscriptions.retrieve(id)).toEqual(before);
  expect((await it.stripe.invoices.list({ subscription: id })).data).toHaveLength(1);
});

test("another customer's subscription is none", async () => {
  const { id } = await midway();
  const { customer } = await customerWith(it.stripe, "pm_card_visa");
  await expect(it.stripe.invoices.createPreview({ customer, subscription: id })).rejects.toMatchObject({
    code: "resource_missing",
  });
});

test("with its invoice voided, a change that waits for its payment is given up", async () => {
  const { id, pro, details, customer } = await midway();
  const failing = await it.stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
  await it.stripe.subscriptions.update(id, { default_payment_method: failing.id });
  const waiting = await it.stripe.subscriptions.update(id, {
    ...details(pro.id),
    payment_behavior: "pending_if_incomplete",
  });
  expect(waiting.pending_update).not.toBeNull();
  await it.stripe.invoices.voidInvoice(String(waiting.latest_invoice));
  expect(await it.stripe.subscriptions.retrieve(id)).toMatchObject({
    pending_update: null,
    status: "active",
  });
  expect(it.eventTypes().at(-1)).toBe("customer.subscription.pending_update_expired");
});
