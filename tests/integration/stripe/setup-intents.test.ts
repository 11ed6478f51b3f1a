import type Stripe from "stripe";
import { expect, test } from "vitest";
import { submit } from "./pages-support";
import { useLocalStripe } from "./support";

const it = useLocalStripe();

const save = (more: Stripe.SetupIntentCreateParams = {}) => it.stripe.setupIntents.create(more);
const BACK = "http://127.0.0.1:3000/back";

async function asked() {
  const { id: customer } = await it.stripe.customers.create();
  it.events().length = 0;
  const intent = await save({
    customer,
    payment_method: "pm_card_authenticationRequired",
    confirm: true,
    return_url: BACK,
  });
  expect(intent).toMatchObject({ status: "requires_action", next_action: { type: "redirect_to_url" } });
  return { intent, customer, bank: intent.next_action?.redirect_to_url?.url ?? "" };
}

test("a card is saved for later", async () => {
  const { id: customer } = await it.stripe.customers.create();
  const made = await save({ customer, metadata: { from: "settings" } });
  expect(made).toMatchObject({
    status: "requires_payment_method",
    usage: "off_session",
    client_secret: expect.stringMatching(/^seti_\w+_secret_\w+$/),
  });
  const chosen = await it.stripe.setupIntents.update(made.id, {
    payment_method: "pm_card_visa",
    description: "For renewals",
  });
  expect(chosen).toMatchObject({ status: "requires_confirmation", description: "For renewals" });
  const saved = await it.stripe.setupIntents.confirm(made.id);
  expect(saved).toMatchObject({ status: "succeeded", metadata: { from: "settings" } });
  expect(it.eventTypes()).toEqual([
    "customer.created",
    "setup_intent.created",
    "payment_method.attached",
    "setup_intent.succeeded",
  ]);
  const { data } = await it.stripe.customers.listPaymentMethods(customer);
  expect(data.map(({ id }) => id)).toEqual([saved.payment_method]);
  expect(await it.stripe.setupIntents.retrieve(made.id)).toEqual(saved);
  expect((await it.stripe.setupIntents.list({ customer })).data).toEqual([saved]);
  expect((await it.stripe.setupIntents.list({ payment_method: "pm_other" })).data).toEqual([]);
});

test("a card that is declined is not saved, and another one may be", async () => {
  const declined = await save({ payment_method: "pm_card_chargeDeclined", confirm: true }).catch(
    (error: unknown) => error,
  );
  expect(declined).toMatchObject({
    type: "StripeCardError",
    statusCode: 402,
    code: "card_declined",
    setup_intent: {
      status: "requires_payment_method",
      last_setup_error: { decline_code: "generic_decline" },
    },
  });
  expect(it.eventTypes()).toEqual(["setup_intent.created", "setup_intent.setup_failed"]);
  const [intent] = (await it.stripe.setupIntents.list()).data;
  const saved = await it.stripe.setupIntents.confirm(intent?.id ?? "", { payment_method: "pm_card_visa" });
  expect(saved).toMatchObject({ status: "succeeded", last_setup_error: null });
});

test("a card's owner is asked, and says yes", async () => {
  const { intent, customer, bank } = await asked();
  const { to } = await submit(bank, { answer: "complete" });
  expect(to).toContain(BACK);
  expect(await it.stripe.setupIntents.retrieve(intent.id)).toMatchObject({ status: "succeeded" });
  expect((await it.stripe.customers.listPaymentMethods(customer)).data).toHaveLength(1);
  expect(it.eventTypes()).toEqual([
    "setup_intent.created",
    "setup_intent.requires_action",
    "payment_method.attached",
    "setup_intent.succeeded",
  ]);
});

test("a card's owner is asked, and says no", async () => {
  const { intent, customer, bank } = await asked();
  await submit(bank, { answer: "fail" });
  expect(await it.stripe.setupIntents.retrieve(intent.id)).toMatchObject({
    status: "requires_payment_method",
    last_setup_error: { code: "setup_intent_authentication_failure" },
  });
  expect((await it.stripe.customers.listPaymentMethods(customer)).data).toEqual([]);
  expect(it.eventTypes().at(-1)).toBe("setup_intent.setup_failed");
});

test("given up, it is over", async () => {
  const { id } = await save();
  const canceled = await it.stripe.setupIntents.cancel(id, { cancellation_reason: "abandoned" });
  expect(canceled).toMatchObject({ status: "canceled", cancellation_reason: "abandoned" });
  expect(it.eventTypes()).toEqual(["setup_intent.created", "setup_intent.canceled"]);
  for (const late of [
    () => it.stripe.setupIntents.cancel(id),
    () => it.stripe.setupIntents.update(id, { description: "x" }),
    () => it.stripe.setupIntents.confirm(id, { payment_method: "pm_card_visa" }),
  ]) {
    await expect(late()).rejects.toMatchObject({
      code: "setup_intent_unexpected_state",
      setup_intent: { id, status: "canceled" },
    });
  }
});

test("what does not fit is refused", async () => {
  const [ada, bob] = [await it.stripe.customers.create(), await it.stripe.customers.create()];
  const { id } = await it.stripe.paymentMethods.attach("pm_card_visa", { customer: ada.id });
  await expect(save({ customer: bob.id, payment_method: id })).rejects.toMatchObject({
    code: "resource_missing",
  });
  await expect(save({ customer: "cus_no" })).rejects.toThrow("No such customer: 'cus_no'");
  await expect(save({ return_url: BACK })).rejects.toThrow(/unless confirm is set to true/);
  await expect(save({ confirm: true })).rejects.toThrow(/it's missing a payment method/);
  await expect(
    save({ allowed_payment_method_types: ["sepa_debit"], payment_method: "pm_card_visa", confirm: true }),
  ).rejects.toThrow("The PaymentMethod provided (card) is not allowed for this SetupIntent.");
});
