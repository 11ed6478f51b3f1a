import { describe, expect, test } from "vitest";
import { useLocalStripe } from "./support";

const it = useLocalStripe();

const card = (number: string, more = {}) => ({
  type: "card" as const,
  card: { number, exp_month: 12, exp_year: 2034, cvc: "123", ...more },
});

const customer = async () => (await it.stripe.customers.create({ email: "ada@example.com" })).id;

describe("a payment method", () => {
  test("is made of a card's number, and belongs to nobody yet", async () => {
    const method = await it.stripe.paymentMethods.create({
      ...card("4242424242424242"),
      billing_details: { name: "Ada", address: { city: "London", country: "GB" } },
      metadata: { from: "form" },
    });
    expect(method).toMatchObject({
      object: "payment_method",
      type: "card",
      card: { brand: "visa", last4: "4242", exp_month: 12, exp_year: 2034 },
      billing_details: { name: "Ada", email: null, address: { city: "London", country: "GB", line1: null } },
      customer: null,
      metadata: { from: "form" },
    });
    expect(await it.stripe.paymentMethods.retrieve(method.id)).toEqual(method);
    expect(it.eventTypes()).toEqual([]);
  });

  test("is made of a token, and of an account's number", async () => {
    const visa = await it.stripe.paymentMethods.create({
      type: "card",
      card: { token: "tok_visa" },
      billing_details: { email: "ada@example.com" },
    });
    expect(visa).toMatchObject({ card: { last4: "4242" }, billing_details: { email: "ada@example.com" } });
    const debit = await it.stripe.paymentMethods.create({
      type: "sepa_debit",
      sepa_debit: { iban: "AT61 1904 3002 3457 3201" },
    });
    expect(debit.sepa_debit).toMatchObject({ country: "AT", last4: "3201" });
  });

  test.each([
    [
      "a number that is none",
      card("4242424242424241"),
      402,
      "incorrect_number",
      "Your card number is incorrect.",
    ],
    ["a real card", card("4111111111111111"), 402, "card_declined", "Your request was in test mode"],
    [
      "a date that is over",
      card("4242424242424242", { exp_year: 2020 }),
      402,
      "invalid_expiry_year",
      "year is invalid",
    ],
    ["no card", { type: "card" as const }, 400, "parameter_missing", "Missing required param: card."],
    ["no type", {}, 400, "parameter_missing", "Missing required param: type."],
    [
      "an unknown token",
      { type: "card" as const, card: { token: "tok_no" } },
      400,
      "resource_missing",
      "tok_no",
    ],
    [
      "an IBAN that is none",
      { type: "sepa_debit" as const, sepa_debit: { iban: "AT611904300234573202" } },
      400,
      "invalid_bank_account_iban",
      "The IBAN you provided is invalid.",
    ],
  ])("is not made of %s", async (_, given, statusCode, code, message) => {
    await expect(it.stripe.paymentMethods.create(given)).rejects.toMatchObject({
      statusCode,
      code,
      message: expect.stringContaining(message),
    });
  });

  test("is attached, changed and detached, and then never used again", async () => {
    const ada = await customer();
    const { id } = await it.stripe.paymentMethods.create(card("5555555555554444"));
    await expect(it.stripe.paymentMethods.update(id, { metadata: { a: "1" } })).rejects.toThrow(
      "You must save this PaymentMethod to a customer before you can update it.",
    );
    await it.stripe.paymentMethods.attach(id, { customer: ada });
    await it.stripe.customers.update(ada, { invoice_settings: { default_payment_method: id } });
    const changed = await it.stripe.paymentMethods.update(id, {
      allow_redisplay: "always",
      billing_details: { email: "ada@king.example" },
      card: { exp_month: 1, exp_year: 2040 },
      metadata: { a: "1" },
    });
    expect(changed).toMatchObject({
      allow_redisplay: "always",
      billing_details: { email: "ada@king.example" },
      card: { exp_month: 1, exp_year: 2040, last4: "4444" },
      metadata: { a: "1" },
    });
    expect(await it.stripe.paymentMethods.detach(id)).toMatchObject({ customer: null });
    expect(it.eventTypes()).toEqual([
      "customer.created",
      "payment_method.attached",
      "customer.updated",
      "payment_method.updated",
      "payment_method.detached",
      "customer.updated",
    ]);
    expect(it.events().find(({ type }) => type === "payment_method.updated")?.previous).toMatchObject({
      card: { exp_month: 12, exp_year: 2034 },
    });
    expect(await it.stripe.customers.retrieve(ada)).toMatchObject({
      invoice_settings: { default_payment_method: null },
    });
    await expect(it.stripe.paymentMethods.attach(id, { customer: ada })).rejects.toThrow(
      /may not be used again/,
    );
    await expect(it.stripe.paymentMethods.detach(id)).rejects.toThrow(/detachment is impossible/);
  });

  test("that is declined cannot be attached; one that fails later can", async () => {
    const ada = await customer();
    await expect(
      it.stripe.paymentMethods.attach("pm_card_chargeDeclined", { customer: ada }),
    ).rejects.toMatchObject({
      type: "StripeCardError",
      code: "card_declined",
      decline_code: "generic_decline",
    });
    const fails = await it.stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: ada });
    expect(fails).toMatchObject({ customer: ada, card: { last4: "0341" } });
    await expect(it.stripe.paymentMethods.attach(fails.id, { customer: ada })).rejects.toThrow(
      "The payment method you provided has already been attached to a customer.",
    );
    await expect(it.stripe.paymentMethods.attach("pm_no", { customer: ada })).rejects.toThrow(
      "No such PaymentMethod: 'pm_no'",
    );
  });

  test("is found by its customer and its type, and by nobody else", async () => {
    const [ada, bob] = [await customer(), await customer()];
    const visa = await it.stripe.paymentMethods.attach("pm_card_visa", { customer: ada });
    const debit = await it.stripe.paymentMethods.create({
      type: "sepa_debit",
      sepa_debit: { iban: "AT611904300234573201" },
    });
    await it.stripe.paymentMethods.attach(debit.id, { customer: ada });
    const ids = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id);
    expect(ids(await it.stripe.paymentMethods.list({ customer: ada, type: "card" }))).toEqual([visa.id]);
    expect(ids(await it.stripe.customers.listPaymentMethods(ada))).toEqual([debit.id, visa.id]);
    expect(ids(await it.stripe.customers.listPaymentMethods(ada, { type: "sepa_debit" }))).toEqual([
      debit.id,
    ]);
    expect(ids(await it.stripe.customers.listPaymentMethods(bob))).toEqual([]);
    expect((await it.stripe.customers.retrievePaymentMethod(ada, visa.id)).id).toBe(visa.id);
    await expect(it.stripe.customers.retrievePaymentMethod(bob, visa.id)).rejects.toMatchObject({
      statusCode: 404,
      code: "resource_missing",
    });
  });
});

describe("a customer", () => {
  test("is made together with a card, which is the default", async () => {
    const made = await it.stripe.customers.create({
      payment_method: "pm_card_visa",
      invoice_settings: { default_payment_method: "pm_card_visa" },
    });
    const [card] = (await it.stripe.customers.listPaymentMethods(made.id)).data;
    expect(made.invoice_settings.default_payment_method).toBe(card?.id);
    expect(it.eventTypes()).toEqual(["customer.created", "payment_method.attached"]);
  });

  test("is not made with a card that is declined", async () => {
    await expect(
      it.stripe.customers.create({ payment_method: "pm_card_chargeDeclined" }),
    ).rejects.toMatchObject({ statusCode: 402, code: "card_declined" });
    expect((await it.stripe.customers.list()).data).toEqual([]);
    expect(it.eventTypes()).toEqual([]);
  });

  test("has only payment methods of their own as the default", async () => {
    const [ada, bob] = [await customer(), await customer()];
    const { id } = await it.stripe.paymentMethods.attach("pm_card_visa", { customer: bob });
    await expect(
      it.stripe.customers.update(ada, { invoice_settings: { default_payment_method: id } }),
    ).rejects.toMatchObject({
      code: "resource_missing",
      param: "invoice_settings[default_payment_method]",
      message: `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    });
    await it.stripe.customers.update(bob, {
      invoice_settings: { default_payment_method: id, footer: "Thanks" },
    });
    const cleared = await it.stripe.customers.update(bob, {
      invoice_settings: { default_payment_method: "" },
    });
    expect(cleared.invoice_settings).toMatchObject({ default_payment_method: null, footer: "Thanks" });
  });

  test("with a source is charged by it", async () => {
    const made = await it.stripe.customers.create({ source: "tok_visa" });
    expect(made.default_source).toMatch(/^pm_/);
    await it.stripe.invoiceItems.create({ customer: made.id, amount: 500, currency: "usd" });
    const invoice = await it.stripe.invoices.create({
      customer: made.id,
      pending_invoice_items_behavior: "include",
    });
    expect(await it.stripe.invoices.pay(invoice.id ?? "")).toMatchObject({
      status: "paid",
      amount_paid: 500,
    });
  });
});
