import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { catalogue, customerWith, DAY } from "./billing";
import { ASKS_OWNER, card, DECLINED, GOOD, submit, visit } from "./pages-support";
import { readPdf } from "./pdf";
import { useLocalStripe } from "./support";

const it = useLocalStripe();

const customer = (more: Stripe.CustomerCreateParams = {}) =>
  it.stripe.customers.create({ name: "Ada Lovelace", email: "ada@example.com", ...more });

/** An invoice over 25.00 that is sent, and that nobody charges. */
async function sentInvoice(id: string, more: Stripe.InvoiceCreateParams = {}): Promise<Stripe.Invoice> {
  const invoice = await it.stripe.invoices.create({
    customer: id,
    collection_method: "send_invoice",
    currency: "eur",
    days_until_due: 30,
    ...more,
  });
  const line = { customer: id, currency: "eur", invoice: invoice.id };
  await it.stripe.invoiceItems.create({ ...line, amount: 2000, description: "Consulting" });
  await it.stripe.invoiceItems.create({ ...line, amount: 500, description: "Coffee <strong> & cake" });
  return await it.stripe.invoices.finalizeInvoice(invoice.id);
}

const pageOf = ({ hosted_invoice_url }: Stripe.Invoice) => hosted_invoice_url ?? "";
const again = ({ id }: Stripe.Invoice) => it.stripe.invoices.retrieve(id);

describe("the page of an invoice", () => {
  test("is there from finalisation on, not before", async () => {
    const { id } = await customer();
    const draft = await it.stripe.invoices.create({ customer: id });
    expect(draft).toMatchObject({ hosted_invoice_url: null, invoice_pdf: null });
    expect((await visit(`${it.local.url}/i/${draft.id}`)).status).toBe(404);
    expect((await visit(`${it.local.url}/i/${draft.id}/pdf`)).status).toBe(404);
    const final = await it.stripe.invoices.finalizeInvoice(draft.id);
    expect((await visit(pageOf(final))).status).toBe(200);
    expect((await fetch(final.invoice_pdf ?? "")).status).toBe(200);
  });

  test("shows what is billed, to whom, and what is to pay until when", async () => {
    const { id } = await customer({ address: { line1: "Dorset Street 1", city: "London", country: "GB" } });
    const invoice = await sentInvoice(id, { description: "Thank you.", footer: "VAT 123" });
    const { html } = await visit(pageOf(invoice));
    for (const text of [
      invoice.number,
      "Ada Lovelace",
      "Dorset Street 1",
      "Consulting",
      "Coffee &lt;strong&gt; &amp; cake",
      "€20.00",
      "€5.00",
      "€25.00",
      "Thank you.",
      "VAT 123",
      "Open",
      "Pay €25.00",
      "This is the local Stripe.",
    ])
      expect(html).toContain(text);
    expect(html).toContain(`<time datetime="${new Date((invoice.due_date ?? 0) * 1000).toISOString()}"`);
  });

  test("names each discount and its part, and what the balance pays", async () => {
    const coupon = await it.stripe.coupons.create({ percent_off: 20, duration: "once", name: "Spring" });
    const { id } = await customer({ balance: -300 });
    const { solo } = await catalogue(it.stripe);
    const { latest_invoice } = await it.stripe.subscriptions.create({
      customer: id,
      items: [{ price: solo.id, quantity: 5 }],
      discounts: [{ coupon: coupon.id }],
      collection_method: "send_invoice",
      days_until_due: 30,
    });
    const invoice = await it.stripe.invoices.finalizeInvoice(String(latest_invoice));
    expect(invoice).toMatchObject({ status: "open", total: 2000, amount_due: 1700 });
    const { html } = await visit(pageOf(invoice));
    expect(rows(html)).toEqual([
      ["Subtotal", "€25.00"],
      ["Spring (20% off once)", "-€5.00"],
      ["Total", "€20.00"],
      ["Paid from your balance", "-€3.00"],
      ["Amount due", "€17.00"],
    ]);
    const pdf = await readPdf(await fetch(invoice.invoice_pdf ?? ""));
    for (const words of rows(html)) expect(pdf.text).toContain(words.join(" "));
  });

  test("is paid with a card, and thanks for it", async () => {
    const invoice = await sentInvoice((await customer()).id);
    const seen = it.events().length;
    expect(await submit(pageOf(invoice), card(GOOD))).toMatchObject({ status: 303, to: `/i/${invoice.id}` });
    expect(await again(invoice)).toMatchObject({ status: "paid", amount_paid: 2500, amount_remaining: 0 });
    expect(it.eventTypes().slice(seen)).toContain("invoice.paid");
    const { html } = await visit(pageOf(invoice));
    expect(html).toContain("Paid. Thank you.");
    expect(html).toContain("Visa ending in 4242");
    expect(html).toContain(`/i/${invoice.id}/receipt`);
    expect(html).not.toContain("Card number");
  });

  test("is not paid twice by two clicks", async () => {
    const invoice = await sentInvoice((await customer()).id);
    await Promise.all([submit(pageOf(invoice), card(GOOD)), submit(pageOf(invoice), card(GOOD))]);
    expect(it.eventTypes().filter((type) => type === "charge.succeeded")).toHaveLength(1);
    expect(await submit(pageOf(invoice), card(GOOD))).toMatchObject({ status: 303 });
    expect(it.eventTypes().filter((type) => type === "charge.succeeded")).toHaveLength(1);
  });

  test("says why a card was refused, forgets its number, and takes another", async () => {
    const invoice = await sentInvoice((await customer()).id);
    const declined = await submit(pageOf(invoice), card(DECLINED));
    expect(declined.status).toBe(402);
    expect(declined.html).toContain('role="alert"');
    expect(declined.html).toContain("Your card was declined.");
    expect(declined.html).not.toMatch(/value="4000/);
    expect(await again(invoice)).toMatchObject({ status: "open", attempt_count: 1 });
    const wrong = await submit(pageOf(invoice), card("4242 4242 4242 4241", { cvc: "" }));
    expect(wrong.status).toBe(422);
    expect(wrong.html).toContain('aria-describedby="cvc-error"');
    await submit(pageOf(invoice), card(GOOD));
    expect(await again(invoice)).toMatchObject({ status: "paid" });
  });

  test("sends to the bank and takes back from it, whatever the answer", async () => {
    const invoice = await sentInvoice((await customer()).id);
    for (const answer of ["fail", "complete"]) {
      const asked = await submit(pageOf(invoice), card(ASKS_OWNER));
      expect(asked.to).toMatch(/^\/authenticate\/pi_/);
      expect((await visit(it.local.url + asked.to)).html).toContain("€25.00");
      const back = await submit(it.local.url + asked.to, { answer });
      expect(new URL(back.to ?? "").pathname).toBe(`/i/${invoice.id}`);
      const { html } = await visit(back.to ?? "");
      expect(html).toContain(answer === "fail" ? "We could not confirm that the card is yours." : "Paid.");
    }
    expect(await again(invoice)).toMatchObject({ status: "paid" });
  });

  test("pays with what the customer has saved, and with nobody else's", async () => {
    const other = await customerWith(it.stripe, "pm_card_visa");
    const own = await customerWith(it.stripe, "pm_card_mastercard");
    const invoice = await sentInvoice(own.customer);
    expect((await visit(pageOf(invoice))).html).toContain("Mastercard ending in 4444");
    for (const method of [other.default_payment_method, "pm_no", "pm_card_visa_no"])
      expect((await submit(pageOf(invoice), { method })).status).toBe(422);
    expect(await again(invoice)).toMatchObject({ status: "open" });
    await submit(pageOf(invoice), { method: own.default_payment_method });
    expect(await again(invoice)).toMatchObject({ status: "paid" });
    expect((await visit(pageOf(invoice))).html).toContain("Mastercard ending in 4444");
  });

  test("asks for nothing once it is void, but takes what is uncollectible", async () => {
    const { id } = await customer();
    const voided = await it.stripe.invoices.voidInvoice((await sentInvoice(id)).id);
    const page = await visit(pageOf(voided));
    expect(page.html).toContain("This invoice was voided");
    expect(page.html).not.toContain("Card number");
    await submit(pageOf(voided), card(GOOD));
    expect(await again(voided)).toMatchObject({ status: "void", amount_paid: 0 });
    const given = await it.stripe.invoices.markUncollectible((await sentInvoice(id)).id);
    expect((await visit(pageOf(given))).html).toContain("Not collected");
    await submit(pageOf(given), card(GOOD));
    expect(await again(given)).toMatchObject({ status: "paid" });
  });

  test("heals a subscription whose renewal failed", async () => {
    const { solo } = await catalogue(it.stripe);
    const who = await customerWith(it.stripe, "pm_card_visa");
    const { id } = await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
    const bad = await it.stripe.paymentMethods.attach("pm_card_chargeCustomerFail", {
      customer: who.customer,
    });
    await it.stripe.subscriptions.update(id, { default_payment_method: bad.id });
    await it.advance(32 * DAY);
    const overdue = await it.stripe.subscriptions.retrieve(id, { expand: ["latest_invoice"] });
    expect(overdue.status).toBe("past_due");
    const invoice = overdue.latest_invoice;
    if (typeof invoice !== "object" || invoice === null) throw new Error("There is no invoice.");
    expect((await visit(pageOf(invoice))).html).toContain("The last attempt to charge it failed.");
    await submit(pageOf(invoice), card(GOOD));
    expect(await it.stripe.subscriptions.retrieve(id)).toMatchObject({ status: "active" });
  });
});

describe("the PDF of an invoice", () => {
  test("is a PDF that says the same as the invoice", async () => {
    const { id } = await customer({ name: "Łukasz Wiśniewski" });
    const invoice = await sentInvoice(id);
    const answer = await fetch(invoice.invoice_pdf ?? "");
    expect(answer.headers.get("content-type")).toBe("application/pdf");
    expect(answer.headers.get("content-disposition")).toBe(
      `attachment; filename="Invoice-${invoice.number}.pdf"`,
    );
    const { text, pages } = await readPdf(answer);
    expect(pages).toBe(1);
    for (const words of [
      invoice.number,
      "Łukasz Wiśniewski",
      "Not paid yet",
      "Consulting 1 €20.00",
      "Coffee <strong> & cake 1 €5.00",
      "Amount due €25.00",
    ])
      expect(text).toContain(words);
  });

  test("becomes a receipt when it is paid", async () => {
    const invoice = await sentInvoice((await customer()).id);
    expect((await visit(`${pageOf(invoice)}/receipt`)).status).toBe(404);
    await submit(pageOf(invoice), card(GOOD));
    const { text } = await readPdf(await fetch(`${pageOf(invoice)}/receipt`));
    for (const words of ["Receipt", "Paid on ", "Visa ending in 4242", "Amount paid €25.00"])
      expect(text).toContain(words);
  });

  test("goes on to further pages where there are many lines", async () => {
    const { id } = await customer();
    const { id: draft } = await it.stripe.invoices.create({ customer: id });
    for (let at = 1; at <= 40; at++) {
      const description = `Line ${at}, of many words, that go on until they need a second row of the table`;
      await it.stripe.invoiceItems.create({
        customer: id,
        invoice: draft,
        currency: "usd",
        amount: 100 * at,
        description,
      });
    }
    const invoice = await it.stripe.invoices.finalizeInvoice(draft);
    const { text, pages } = await readPdf(await fetch(invoice.invoice_pdf ?? ""));
    expect(pages).toBeGreaterThan(1);
    expect(text).toContain(`Page ${pages} of ${pages}`);
    for (let at = 1; at <= 40; at++) expect(text).toContain(`Line ${at},`);
    expect(text).toContain("Total $820.00");
  });
});

/** The rows of sums on a page: their labels and amounts. */
const rows = (html: string): string[][] =>
  [...html.matchAll(/<div class="row[^"]*"><span>([^<]*)<\/span><span class="amount">([^<]*)</g)].map(
    ([, label = "", amount = ""]) => [label, amount],
  );
