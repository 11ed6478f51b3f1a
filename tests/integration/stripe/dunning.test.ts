import { expect, test } from "vitest";
import { catalogue, customerWith, DAY, HOUR } from "@/tests/integration/stripe/billing";
import { useLocalStripe } from "@/tests/integration/stripe/support";

const it = useLocalStripe();
const since = (seen: number) => it.eventTypes().slice(seen);

/** A subscription that was paid once, and whose card is declined from then on. */
async function withFailingCard() {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const { id } = await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
  const bad = await it.stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: who.customer });
  await it.stripe.subscriptions.update(id, { default_payment_method: bad.id });
  const { items } = await it.stripe.subscriptions.retrieve(id);
  await it.advance((items.data[0]?.current_period_end ?? 0) - it.local.account.now());
  return { id, ...who };
}

const statusOf = async (id: string) => (await it.stripe.subscriptions.retrieve(id)).status;

test("a renewal that cannot be collected makes it past due, with the reason on the invoice", async () => {
  const { id } = await withFailingCard();
  const seen = it.events().length;
  await it.advance(HOUR);
  expect(since(seen)).toEqual([
    "invoice.finalized",
    "payment_intent.created",
    "charge.failed",
    "payment_intent.payment_failed",
    "invoice.updated",
    "invoice.payment_failed",
    "customer.subscription.updated",
  ]);
  expect(it.events().at(-1)?.previous).toEqual({ status: "active" });
  const [invoice] = (await it.stripe.invoices.list({ subscription: id })).data;
  expect(invoice).toMatchObject({ status: "open", attempt_count: 1 });
  expect(invoice?.next_payment_attempt).toBeGreaterThan(it.local.account.now() + 2 * DAY);
});

test("paid by hand with another card it is active again", async () => {
  const { id, default_payment_method } = await withFailingCard();
  await it.advance(HOUR);
  const { latest_invoice } = await it.stripe.subscriptions.retrieve(id);
  const seen = it.events().length;
  await it.stripe.invoices.pay(String(latest_invoice), { payment_method: default_payment_method });
  expect(since(seen).slice(-3)).toEqual([
    "invoice.paid",
    "invoice.payment_succeeded",
    "customer.subscription.updated",
  ]);
  expect(it.events().at(-1)?.previous).toEqual({ status: "past_due" });
  expect(await statusOf(id)).toBe("active");
});

test("a card that is better by the next attempt heals it without anybody's doing", async () => {
  const { id, default_payment_method } = await withFailingCard();
  await it.advance(HOUR);
  await it.stripe.subscriptions.update(id, { default_payment_method });
  expect(await statusOf(id)).toBe("past_due");
  await it.advance(3 * DAY);
  expect(await statusOf(id)).toBe("active");
});

test.each([
  ["cancel", "canceled", "customer.subscription.deleted"],
  ["unpaid", "unpaid", "customer.subscription.updated"],
] as const)("after the last attempt the account's wish, %s, is done", async (wish, status, event) => {
  it.local.account.whenRetriesEnd = wish;
  const { id } = await withFailingCard();
  await it.advance(21 * DAY);
  expect(await statusOf(id)).toBe("past_due");
  await it.advance(2 * DAY);
  expect(await it.stripe.subscriptions.retrieve(id)).toMatchObject({
    status,
    cancellation_details: { reason: wish === "cancel" ? "payment_failed" : null },
  });
  expect(it.eventTypes()).toContain(event);
  const failures = it.eventTypes().filter((type) => type === "invoice.payment_failed");
  expect(failures).toHaveLength(5);
});

test("left past due, it goes on being billed", async () => {
  it.local.account.whenRetriesEnd = "past_due";
  const { id } = await withFailingCard();
  await it.advance(40 * DAY);
  expect(await statusOf(id)).toBe("past_due");
  expect((await it.stripe.invoices.list({ subscription: id, status: "open" })).data).toHaveLength(2);
});

test("an unpaid subscription drafts its invoices and collects none", async () => {
  it.local.account.whenRetriesEnd = "unpaid";
  const { id } = await withFailingCard();
  await it.advance(35 * DAY);
  const { data } = await it.stripe.invoices.list({ subscription: id, status: "draft" });
  expect(data).toHaveLength(1);
  expect(data[0]?.auto_advance).toBe(false);
});

test("a renewal that asks for the card's owner waits for them as past due", async () => {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const { id } = await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
  const asks = await it.stripe.paymentMethods.attach("pm_card_authenticationRequired", {
    customer: who.customer,
  });
  await it.stripe.subscriptions.update(id, { default_payment_method: asks.id });
  await it.advance(32 * DAY);
  expect(await statusOf(id)).toBe("past_due");
  expect(it.eventTypes()).toContain("invoice.payment_action_required");
});
