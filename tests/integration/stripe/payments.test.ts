import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { submit } from "./pages-support";
import { useLocalStripe } from "./support";

const it = useLocalStripe();
const since = (seen: number) => it.eventTypes().slice(seen);

const ask = (more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  it.stripe.paymentIntents.create({
    amount: 2000,
    currency: "usd",
    allowed_payment_method_types: ["card"],
    ...more,
  });

const payWith = (payment_method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  ask({ payment_method, confirm: true, ...more });

async function customerWith(card: string) {
  const { id: customer } = await it.stripe.customers.create();
  const { id } = await it.stripe.paymentMethods.attach(card, { customer });
  return { customer, payment_method: id };
}

describe("a payment intent", () => {
  test("waits for a payment method, then for leave, and is paid", async () => {
    const made = await ask({ description: "Two mugs", metadata: { order: "7" } });
    expect(made).toMatchObject({
      status: "requires_payment_method",
      amount: 2000,
      amount_received: 0,
      client_secret: expect.stringMatching(/^pi_\w+_secret_\w+$/),
    });
    const chosen = await it.stripe.paymentIntents.update(made.id, {
      payment_method: "pm_card_visa",
      amount: 2500,
    });
    expect(chosen).toMatchObject({ status: "requires_confirmation", amount: 2500 });
    const paid = await it.stripe.paymentIntents.confirm(made.id);
    expect(paid).toMatchObject({ status: "succeeded", amount_received: 2500, metadata: { order: "7" } });
    expect(it.eventTypes()).toEqual([
      "payment_intent.created",
      "charge.succeeded",
      "payment_intent.succeeded",
    ]);
    const charge = await it.stripe.charges.retrieve(String(paid.latest_charge));
    expect(charge).toMatchObject({ amount: 2500, captured: true, paid: true, payment_intent: made.id });
    expect(await it.stripe.paymentIntents.retrieve(made.id)).toEqual(paid);
  });

  test.each([
    ["pm_card_chargeDeclined", "card_declined", "generic_decline"],
    ["pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"],
    ["pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"],
  ])("of %s is declined with 402, and can be paid by another card", async (card, code, decline_code) => {
    const declined = await payWith(card).catch((error: unknown) => error);
    expect(declined).toMatchObject({ type: "StripeCardError", statusCode: 402, code, decline_code });
    const [intent] = (await it.stripe.paymentIntents.list()).data;
    expect(declined).toMatchObject({ payment_intent: { id: intent?.id, status: "requires_payment_method" } });
    expect(intent).toMatchObject({ last_payment_error: { code, decline_code }, payment_method: null });
    expect(it.eventTypes()).toEqual([
      "payment_intent.created",
      "charge.failed",
      "payment_intent.payment_failed",
    ]);
    const paid = await it.stripe.paymentIntents.confirm(intent?.id ?? "", { payment_method: "pm_card_visa" });
    expect(paid).toMatchObject({ status: "succeeded", last_payment_error: null });
    const charges = await it.stripe.charges.list({ payment_intent: intent?.id ?? "" });
    expect(charges.data.map(({ status }) => status)).toEqual(["succeeded", "failed"]);
  });

  test("of a card that attaches and then fails is declined", async () => {
    const who = await customerWith("pm_card_chargeCustomerFail");
    await expect(ask({ ...who, confirm: true })).rejects.toMatchObject({
      statusCode: 402,
      code: "card_declined",
    });
  });

  test("waits for the card's owner, and goes on when they say yes", async () => {
    const asked = await payWith("pm_card_authenticationRequired", {
      return_url: "http://127.0.0.1:3000/back",
    });
    expect(asked).toMatchObject({
      status: "requires_action",
      next_action: { type: "redirect_to_url", redirect_to_url: { return_url: "http://127.0.0.1:3000/back" } },
    });
    const seen = it.events().length;
    const answered = await submit(asked.next_action?.redirect_to_url?.url ?? "", { answer: "complete" });
    expect(answered.to).toMatch(/^http:\/\/127\.0\.0\.1:3000\/back\?.*redirect_status=succeeded/);
    expect(await it.stripe.paymentIntents.retrieve(asked.id)).toMatchObject({
      status: "succeeded",
      next_action: null,
    });
    expect(since(seen)).toEqual(["charge.succeeded", "payment_intent.succeeded"]);
  });

  test("fails when the card's owner says no, without a charge", async () => {
    const asked = await payWith("pm_card_authenticationRequired", {
      return_url: "http://127.0.0.1:3000/back",
    });
    await submit(asked.next_action?.redirect_to_url?.url ?? "", { answer: "fail" });
    expect(await it.stripe.paymentIntents.retrieve(asked.id)).toMatchObject({
      status: "requires_payment_method",
      last_payment_error: { code: "payment_intent_authentication_failure" },
      latest_charge: null,
    });
    expect(it.eventTypes()).toEqual([
      "payment_intent.created",
      "payment_intent.requires_action",
      "payment_intent.payment_failed",
    ]);
  });

  test("whose customer is away is declined by a card that asks for its owner", async () => {
    const who = await customerWith("pm_card_authenticationRequired");
    await expect(ask({ ...who, confirm: true, off_session: true })).rejects.toMatchObject({
      statusCode: 402,
      code: "authentication_required",
      payment_intent: { status: "requires_payment_method" },
    });
  });

  test("saves its card where it is the first of several", async () => {
    const { id: customer } = await it.stripe.customers.create();
    const paid = await payWith("pm_card_visa", { customer, setup_future_usage: "off_session" });
    const saved = await it.stripe.customers.listPaymentMethods(customer);
    expect(saved.data.map(({ id }) => id)).toEqual([paid.payment_method]);
    expect((await it.stripe.paymentIntents.list({ customer })).data.map(({ id }) => id)).toEqual([paid.id]);
  });

  test("holds the money until it is captured, in part too", async () => {
    const held = await payWith("pm_card_visa", { capture_method: "manual" });
    expect(held).toMatchObject({ status: "requires_capture", amount_capturable: 2000, amount_received: 0 });
    await expect(
      it.stripe.paymentIntents.capture(held.id, { amount_to_capture: 2001 }),
    ).rejects.toMatchObject({
      code: "amount_too_large",
      param: "amount_to_capture",
    });
    const seen = it.events().length;
    const taken = await it.stripe.paymentIntents.capture(held.id, { amount_to_capture: 1500 });
    expect(taken).toMatchObject({ status: "succeeded", amount_capturable: 0, amount_received: 1500 });
    expect(since(seen)).toEqual(["charge.captured", "payment_intent.succeeded"]);
    expect(await it.stripe.charges.retrieve(String(taken.latest_charge))).toMatchObject({
      amount_captured: 1500,
      amount_refunded: 500,
      captured: true,
    });
    await expect(it.stripe.paymentIntents.capture(held.id)).rejects.toMatchObject({
      code: "payment_intent_unexpected_state",
      message:
        "This PaymentIntent could not be captured because it has a status of succeeded. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.",
      payment_intent: { id: held.id },
    });
  });

  test("is canceled as long as it is not paid, and is then over", async () => {
    const { id } = await ask();
    const canceled = await it.stripe.paymentIntents.cancel(id, { cancellation_reason: "abandoned" });
    expect(canceled).toMatchObject({ status: "canceled", cancellation_reason: "abandoned" });
    expect(it.eventTypes().at(-1)).toBe("payment_intent.canceled");
    for (const late of [
      () => it.stripe.paymentIntents.cancel(id),
      () => it.stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" }),
      () => it.stripe.paymentIntents.update(id, { amount: 3000 }),
    ]) {
      await expect(late()).rejects.toMatchObject({
        code: "payment_intent_unexpected_state",
        message: expect.stringContaining("status of canceled"),
      });
    }
    const paid = await payWith("pm_card_visa");
    await expect(it.stripe.paymentIntents.confirm(paid.id)).rejects.toThrow(
      "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.",
    );
    expect(await it.stripe.paymentIntents.update(paid.id, { metadata: { late: "1" } })).toMatchObject({
      metadata: { late: "1" },
    });
  });

  test.each([
    ["too little", { amount: 49 }, "amount", "Amount must be at least $0.50 usd"],
    ["nothing", { amount: 0 }, "amount", "This value must be greater than or equal to 1."],
    ["a currency that is none", { currency: "dollars" }, "currency", "Invalid currency: dollars."],
    ["an unknown customer", { customer: "cus_no" }, "customer", "No such customer: 'cus_no'"],
    ["an unknown card", { payment_method: "pm_no" }, "payment_method", "No such PaymentMethod: 'pm_no'"],
    [
      "a way back that nobody needs",
      { return_url: "http://127.0.0.1/" },
      "return_url",
      "The parameter `return_url` cannot be passed when creating a PaymentIntent unless confirm is set to true.",
    ],
    [
      "no way back from a bank that may be asked",
      { allowed_payment_method_types: [], payment_method: "pm_card_visa", confirm: true },
      "return_url",
      "you must provide a `return_url`",
    ],
    ["an unknown parameter", { colour: "red" }, "colour", "Received unknown parameter: colour"],
  ])("is refused for %s", async (_, given: object, param, message) => {
    const { allowed_payment_method_types: none, ...rest } = {
      allowed_payment_method_types: undefined,
      ...given,
    };
    const types = none ? {} : { allowed_payment_method_types: ["card" as const] };
    await expect(
      it.stripe.paymentIntents.create({ amount: 2000, currency: "usd", ...types, ...rest }),
    ).rejects.toMatchObject({ statusCode: 400, param, message: expect.stringContaining(message) });
    expect(it.eventTypes()).toEqual([]);
  });

  test("takes no card of somebody else", async () => {
    const { customer, payment_method } = await customerWith("pm_card_visa");
    const { id: other } = await it.stripe.customers.create();
    await expect(payWith(payment_method)).rejects.toThrow(
      `The \`payment_method\` parameter supplied ${payment_method} belongs to the Customer ${customer}. Please include the Customer in the \`customer\` parameter on the PaymentIntent.`,
    );
    await expect(payWith(payment_method, { customer: other })).rejects.toMatchObject({
      code: "resource_missing",
    });
    const mine = await ask({ customer });
    await expect(it.stripe.paymentIntents.update(mine.id, { customer: other })).rejects.toThrow(
      /You cannot modify `customer` on a PaymentIntent once it already has been set/,
    );
    const { id } = await ask();
    await expect(it.stripe.paymentIntents.confirm(id)).rejects.toThrow(/it's missing a payment method/);
  });

  test("of an invoice pays it when it is confirmed, and ends only with it", async () => {
    const { customer, payment_method } = await customerWith("pm_card_visa");
    await it.stripe.invoiceItems.create({ customer, amount: 700, currency: "usd" });
    const draft = await it.stripe.invoices.create({ customer, pending_invoice_items_behavior: "include" });
    const { id = "" } = await it.stripe.invoices.finalizeInvoice(draft.id ?? "");
    const [payment] = (await it.stripe.invoicePayments.list({ invoice: id })).data;
    const intent = String(payment?.payment.payment_intent);
    await expect(it.stripe.paymentIntents.cancel(intent)).rejects.toThrow(/Void the invoice instead/);
    await it.stripe.paymentIntents.confirm(intent, { payment_method, return_url: "http://127.0.0.1:3000/" });
    expect(await it.stripe.invoices.retrieve(id)).toMatchObject({ status: "paid", amount_paid: 700 });
    expect(it.eventTypes().slice(-2)).toEqual(["invoice.paid", "invoice.payment_succeeded"]);
  });
});

describe("a debit", () => {
  test.each([
    ["AT611904300234573201", "succeeded", ["charge.succeeded", "payment_intent.succeeded"]],
    ["AT861904300235473202", "requires_payment_method", ["charge.failed", "payment_intent.payment_failed"]],
  ])("of %s is under way, and then %s", async (iban, status, events) => {
    const intent = await it.stripe.paymentIntents.create({
      amount: 2000,
      currency: "eur",
      allowed_payment_method_types: ["sepa_debit"],
      payment_method_data: { type: "sepa_debit", sepa_debit: { iban } },
      confirm: true,
    });
    expect(intent.status).toBe("processing");
    expect(it.eventTypes()).toEqual([
      "payment_intent.created",
      "charge.pending",
      "payment_intent.processing",
    ]);
    await it.advance(5);
    expect(await it.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status });
    expect(since(3)).toEqual(events);
  });
});

test("a charge's own words can be changed, and lists know its customer", async () => {
  const who = await customerWith("pm_card_visa");
  const { latest_charge } = await ask({ ...who, confirm: true });
  await payWith("pm_card_visa");
  const seen = it.events().length;
  const changed = await it.stripe.charges.update(String(latest_charge), {
    description: "For Ada",
    metadata: { a: "1" },
  });
  expect(changed).toMatchObject({ description: "For Ada", metadata: { a: "1" } });
  expect(since(seen)).toEqual(["charge.updated"]);
  expect((await it.stripe.charges.list({ customer: who.customer })).data.map(({ id }) => id)).toEqual([
    latest_charge,
  ]);
  await expect(it.stripe.charges.retrieve("ch_no")).rejects.toMatchObject({
    statusCode: 404,
    message: "No such charge: 'ch_no'",
  });
});

describe("a refund", () => {
  test("gives back a part, then the rest, and no more", async () => {
    const { id: payment_intent, latest_charge } = await payWith("pm_card_visa");
    const charge = String(latest_charge);
    const seen = it.events().length;
    const part = await it.stripe.refunds.create({
      payment_intent,
      amount: 500,
      reason: "requested_by_customer",
      metadata: { ticket: "1" },
    });
    expect(part).toMatchObject({ status: "succeeded", amount: 500, charge, payment_intent });
    expect(since(seen)).toEqual(["charge.refunded", "refund.created"]);
    expect(it.events()[seen]?.previous).toEqual({ amount_refunded: 0 });
    await expect(it.stripe.refunds.create({ charge, amount: 1501 })).rejects.toMatchObject({
      statusCode: 400,
      param: "amount",
      message: "Refund amount ($15.01) is greater than unrefunded amount on charge ($15.00)",
    });
    const rest = await it.stripe.refunds.create({ charge });
    expect(rest.amount).toBe(1500);
    const after = await it.stripe.charges.retrieve(charge, { expand: ["refunds"] });
    expect(after).toMatchObject({ refunded: true, amount_refunded: 2000 });
    expect(after.refunds?.data.map(({ id }) => id)).toEqual([rest.id, part.id]);
    await expect(it.stripe.refunds.create({ charge })).rejects.toMatchObject({
      code: "charge_already_refunded",
      message: `Charge ${charge} has already been refunded.`,
    });
  });

  test("is listed, looked at, and told apart by its metadata", async () => {
    const [one, other] = [await payWith("pm_card_visa"), await payWith("pm_card_visa")];
    const { id } = await it.stripe.refunds.create({ payment_intent: one.id });
    await it.stripe.refunds.create({ payment_intent: other.id });
    const seen = it.events().length;
    const changed = await it.stripe.refunds.update(id, { metadata: { order: "1" } });
    expect(changed.metadata).toEqual({ order: "1" });
    expect(since(seen)).toEqual(["refund.updated", "charge.refund.updated"]);
    expect(await it.stripe.refunds.retrieve(id)).toEqual(changed);
    expect(
      (await it.stripe.refunds.list({ payment_intent: one.id })).data.map((refund) => refund.id),
    ).toEqual([id]);
    expect((await it.stripe.refunds.list()).data).toHaveLength(2);
  });

  test("wants one thing that was paid", async () => {
    const { id } = await ask();
    await expect(it.stripe.refunds.create({ payment_intent: id })).rejects.toThrow(
      `This PaymentIntent (${id}) does not have a successful charge to refund.`,
    );
    await expect(it.stripe.refunds.create({})).rejects.toThrow(/payment_intent or charge/);
    await expect(it.stripe.refunds.create({ charge: "ch_no" })).rejects.toThrow("No such charge: 'ch_no'");
  });
});
