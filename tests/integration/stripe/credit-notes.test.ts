import Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { catalogue, customerWith } from "./billing";
import { useLocalStripe } from "./support";

const it = useLocalStripe();
const since = (seen: number) => it.eventTypes().slice(seen);

/** A finalised invoice of two lines, 1000 and 500 cents. */
async function invoiced() {
  const { id: customer } = await it.stripe.customers.create({
    payment_method: "pm_card_visa",
    invoice_settings: { default_payment_method: "pm_card_visa" },
  });
  await it.stripe.invoiceItems.create({
    customer,
    currency: "usd",
    quantity: 2,
    unit_amount_decimal: Stripe.Decimal.from("500"),
    description: "Seats",
  });
  await it.stripe.invoiceItems.create({ customer, currency: "usd", amount: 500, description: "Setup" });
  const draft = await it.stripe.invoices.create({
    customer,
    pending_invoice_items_behavior: "include",
    auto_advance: false,
  });
  const { id = "", number, lines } = await it.stripe.invoices.finalizeInvoice(draft.id ?? "");
  const line = (description: string) => lines.data.find((one) => one.description === description)?.id ?? "";
  return { invoice: id, number, customer, seats: line("Seats"), setup: line("Setup") };
}

const paid = async () => {
  const made = await invoiced();
  await it.stripe.invoices.pay(made.invoice);
  return made;
};

const again = (id: string) => it.stripe.invoices.retrieve(id);

describe("a credit note of an open invoice", () => {
  test("lowers what is to be paid, by lines of the invoice and others", async () => {
    const { invoice, number, customer, seats } = await invoiced();
    const seen = it.events().length;
    const note = await it.stripe.creditNotes.create({
      invoice,
      lines: [
        { type: "invoice_line_item", invoice_line_item: seats, quantity: 1 },
        { type: "custom_line_item", description: "Sorry", quantity: 2, unit_amount: 100 },
      ],
      memo: "For the outage",
      reason: "product_unsatisfactory",
      metadata: { ticket: "1" },
    });
    expect(note).toMatchObject({
      status: "issued",
      type: "pre_payment",
      number: `${number}-CN-01`,
      customer,
      invoice,
      amount: 700,
      total: 700,
      pre_payment_amount: 700,
      post_payment_amount: 0,
      memo: "For the outage",
      reason: "product_unsatisfactory",
    });
    expect(note.lines.data).toMatchObject([
      { type: "invoice_line_item", invoice_line_item: seats, amount: 500, quantity: 1, description: "Seats" },
      { type: "custom_line_item", amount: 200, quantity: 2, unit_amount: 100, description: "Sorry" },
    ]);
    expect(since(seen)).toEqual(["credit_note.created", "invoice.updated"]);
    expect(await again(invoice)).toMatchObject({
      status: "open",
      total: 1500,
      amount_due: 800,
      amount_remaining: 800,
      pre_payment_credit_notes_amount: 700,
    });
    await it.stripe.invoices.pay(invoice);
    expect((await it.stripe.charges.list({ customer })).data).toMatchObject([{ amount: 800 }]);
  });

  test("of all of it leaves the invoice paid, and nothing charged", async () => {
    const { invoice, customer } = await invoiced();
    const seen = it.events().length;
    await it.stripe.creditNotes.create({ invoice, amount: 1500 });
    expect(await again(invoice)).toMatchObject({ status: "paid", amount_paid: 0, amount_remaining: 0 });
    expect((await it.stripe.charges.list({ customer })).data).toEqual([]);
    expect(since(seen)).toEqual([
      "credit_note.created",
      "invoice.updated",
      "payment_intent.canceled",
      "invoice.updated",
      "invoice.paid",
      "invoice.payment_succeeded",
    ]);
  });

  test("is taken back as long as the invoice is open", async () => {
    const { invoice } = await invoiced();
    const note = await it.stripe.creditNotes.create({ invoice, amount: 600 });
    const seen = it.events().length;
    const voided = await it.stripe.creditNotes.voidCreditNote(note.id);
    expect(voided).toMatchObject({ status: "void", voided_at: expect.any(Number) });
    expect(since(seen)).toEqual(["credit_note.voided", "invoice.updated"]);
    expect(await again(invoice)).toMatchObject({ amount_due: 1500, pre_payment_credit_notes_amount: 0 });
    await expect(it.stripe.creditNotes.voidCreditNote(note.id)).rejects.toThrow(/has a status of void/);
    const other = await it.stripe.creditNotes.create({ invoice, amount: 600 });
    await it.stripe.invoices.pay(invoice);
    await expect(it.stripe.creditNotes.voidCreditNote(other.id)).rejects.toThrow(/whose invoice is open/);
  });
});

describe("a credit note of a paid invoice", () => {
  test("refunds a part, and leaves the rest as the customer's balance", async () => {
    const { invoice, customer } = await paid();
    const seen = it.events().length;
    const note = await it.stripe.creditNotes.create({
      invoice,
      amount: 1000,
      refund_amount: 700,
      credit_amount: 300,
    });
    expect(note).toMatchObject({ type: "post_payment", pre_payment_amount: 0, post_payment_amount: 1000 });
    const refund = await it.stripe.refunds.retrieve(String(note.refunds[0]?.refund));
    expect(refund).toMatchObject({ amount: 700, status: "succeeded" });
    expect(await it.stripe.customers.retrieve(customer)).toMatchObject({ balance: -300 });
    expect(await again(invoice)).toMatchObject({
      status: "paid",
      amount_paid: 1500,
      post_payment_credit_notes_amount: 1000,
    });
    expect(since(seen)).toEqual([
      "charge.refunded",
      "refund.created",
      "customer.updated",
      "credit_note.created",
      "invoice.updated",
    ]);
  });

  test("names a refund that there is already", async () => {
    const { invoice, customer } = await paid();
    const [charge] = (await it.stripe.charges.list({ customer })).data;
    const { id } = await it.stripe.refunds.create({ charge: charge?.id ?? "", amount: 400 });
    const note = await it.stripe.creditNotes.create({ invoice, amount: 400, refunds: [{ refund: id }] });
    expect(note.refunds).toMatchObject([{ refund: id, amount_refunded: 400, type: "refund" }]);
    expect((await it.stripe.refunds.list()).data).toHaveLength(1);
  });

  test("that does not say how the money goes back is refused, and nothing happened", async () => {
    const { invoice } = await paid();
    const seen = it.events().length;
    await expect(it.stripe.creditNotes.create({ invoice, amount: 1000, refund_amount: 400 })).rejects.toThrow(
      "The sum of credit amount, refund amount, refunds and out of band amount ($4.00) must equal the post payment credit note amount ($10.00).",
    );
    await expect(
      it.stripe.creditNotes.create({ invoice, amount: 1600, credit_amount: 1600 }),
    ).rejects.toMatchObject({ param: "amount", message: expect.stringContaining("($15.00)") });
    expect(since(seen)).toEqual([]);
    expect((await it.stripe.creditNotes.list()).data).toEqual([]);
  });
});

test("what a discount had taken off is not given back", async () => {
  const coupon = await it.stripe.coupons.create({ percent_off: 50, duration: "forever" });
  const { solo } = await catalogue(it.stripe);
  const subscription = await it.stripe.subscriptions.create({
    ...(await customerWith(it.stripe, "pm_card_visa")),
    items: [{ price: solo.id }],
    discounts: [{ coupon: coupon.id }],
    payment_behavior: "default_incomplete",
    expand: ["latest_invoice"],
  });
  const { latest_invoice } = subscription;
  if (typeof latest_invoice !== "object" || !latest_invoice?.id) throw new Error("There is an invoice.");
  const [line] = latest_invoice.lines.data;
  const note = await it.stripe.creditNotes.create({
    invoice: latest_invoice.id,
    lines: [{ type: "invoice_line_item", invoice_line_item: line?.id ?? "", amount: 200 }],
  });
  expect(note).toMatchObject({ subtotal: 200, discount_amount: 100, amount: 100 });
  expect(note.discount_amounts).toMatchObject([{ amount: 100, discount: subscription.discounts[0] }]);
  expect(await again(latest_invoice.id)).toMatchObject({ total: 250, amount_remaining: 150 });
});

test("a preview shows what would be, and does nothing", async () => {
  const { invoice, setup } = await invoiced();
  const seen = it.events().length;
  const wanted: Stripe.CreditNotePreviewParams = {
    invoice,
    lines: [{ type: "invoice_line_item", invoice_line_item: setup }],
  };
  expect(await it.stripe.creditNotes.preview(wanted)).toMatchObject({ amount: 500, status: "issued" });
  const lines = await it.stripe.creditNotes.listPreviewLineItems(wanted);
  expect(lines.data).toMatchObject([{ amount: 500, description: "Setup" }]);
  expect((await it.stripe.creditNotes.list({ invoice })).data).toEqual([]);
  expect(since(seen)).toEqual([]);
});

test("it is found by its invoice and its customer, with its lines, and can be annotated", async () => {
  const [one, other] = [await invoiced(), await invoiced()];
  const { id } = await it.stripe.creditNotes.create({ invoice: one.invoice, amount: 100 });
  await it.stripe.creditNotes.create({ invoice: other.invoice, amount: 100 });
  const changed = await it.stripe.creditNotes.update(id, { memo: "Sorry", metadata: { a: "1" } });
  expect(changed).toMatchObject({ memo: "Sorry", metadata: { a: "1" } });
  expect(it.eventTypes().at(-1)).toBe("credit_note.updated");
  expect(await it.stripe.creditNotes.retrieve(id)).toEqual(changed);
  const ids = async (params: Stripe.CreditNoteListParams) =>
    (await it.stripe.creditNotes.list(params)).data.map((note) => note.id);
  expect(await ids({ invoice: one.invoice })).toEqual([id]);
  expect(await ids({ customer: one.customer })).toEqual([id]);
  expect(await ids({})).toHaveLength(2);
  expect((await it.stripe.creditNotes.listLineItems(id)).data).toMatchObject([{ amount: 100 }]);
});

test.each([
  ["no invoice that there is", { invoice: "in_no", amount: 100 }, "No such invoice: 'in_no'"],
  ["no amount", {}, "You must pass one of the following parameters: amount, lines, or shipping_cost."],
  ["an amount below one", { amount: -5 }, "This value must be greater than or equal to 1."],
  [
    "a line of another invoice",
    { lines: [{ type: "invoice_line_item", invoice_line_item: "il_no" }] },
    "No such invoice line item: 'il_no'",
  ],
  ["a line without a price", { lines: [{ type: "custom_line_item" }] }, "lines[0][unit_amount]"],
])("it is refused with %s", async (_, given: object, message) => {
  const { invoice } = await invoiced();
  await expect(it.stripe.creditNotes.create({ invoice, ...given })).rejects.toMatchObject({
    statusCode: 400,
    message: expect.stringContaining(message),
  });
});

test("a draft has none, and no line gives more than it took", async () => {
  const { invoice, customer, seats } = await invoiced();
  const draft = await it.stripe.invoices.create({ customer });
  await expect(it.stripe.creditNotes.create({ invoice: draft.id ?? "", amount: 1 })).rejects.toThrow(
    /This invoice has a status of draft/,
  );
  await expect(
    it.stripe.creditNotes.create({
      invoice,
      lines: [{ type: "invoice_line_item", invoice_line_item: seats, quantity: 3 }],
    }),
  ).rejects.toThrow(/You cannot credit more of the line item/);
});
