import type Stripe from "stripe";
import { expect, test } from "vitest";
import { customerWith } from "./billing";
import { useLocalStripe } from "./support";

const it = useLocalStripe();

const ada = async () => (await it.stripe.customers.create({ email: "ada@example.com" })).id;
const add = (customer: string, amount: number, more: Partial<Stripe.InvoiceItemCreateParams> = {}) =>
  it.stripe.invoiceItems.create({ customer, currency: "eur", amount, ...more });
const amounts = ({ lines }: Stripe.Invoice) => lines.data.map(({ amount }) => amount);

test("a draft's words and items change until it is final, and its sums with them", async () => {
  const customer = await ada();
  const { id } = await it.stripe.invoices.create({ customer, currency: "eur" });
  const item = await add(customer, 1000, { invoice: id, description: "Consulting" });
  await add(customer, 500, { invoice: id });
  await it.stripe.invoices.update(id, { description: "Thanks", metadata: { order: "7" } });
  await it.stripe.invoiceItems.update(item.id, { amount: 2000, description: "More consulting" });
  expect(await it.stripe.invoiceItems.retrieve(item.id)).toMatchObject({ amount: 2000, invoice: id });
  const draft = await it.stripe.invoices.retrieve(id);
  expect(draft).toMatchObject({ description: "Thanks", metadata: { order: "7" }, total: 2500 });
  expect(amounts(draft).sort()).toEqual([2000, 500]);

  await it.stripe.invoiceItems.del(item.id);
  expect(await it.stripe.invoices.retrieve(id)).toMatchObject({ total: 500 });
  await expect(it.stripe.invoiceItems.retrieve(item.id)).rejects.toMatchObject({ code: "resource_missing" });

  await it.stripe.invoices.finalizeInvoice(id);
  const [line] = (await it.stripe.invoiceItems.list({ invoice: id })).data;
  for (const late of [
    it.stripe.invoiceItems.update(line?.id ?? "", { amount: 1 }),
    it.stripe.invoiceItems.del(line?.id ?? ""),
    it.stripe.invoices.del(id),
  ])
    await expect(late).rejects.toMatchObject({ statusCode: 400 });
  expect(await it.stripe.invoices.retrieve(id)).toMatchObject({ total: 500, status: "open" });
});

test("a deleted draft is gone, and what it had taken up waits again", async () => {
  const customer = await ada();
  const item = await add(customer, 700);
  const draft = await it.stripe.invoices.create({ customer, pending_invoice_items_behavior: "include" });
  expect(amounts(draft)).toEqual([700]);
  expect(await it.stripe.invoices.del(draft.id)).toMatchObject({ id: draft.id, deleted: true });
  expect(await it.stripe.invoiceItems.retrieve(item.id)).toMatchObject({ invoice: null });
  expect(it.eventTypes().at(-1)).toBe("invoice.deleted");
});

test("an invoice holds one currency: another one's item is refused, and one that waits goes on waiting", async () => {
  const customer = await ada();
  const waiting = await add(customer, 300, { currency: "usd" });
  await add(customer, 700);
  const draft = await it.stripe.invoices.create({
    customer,
    currency: "eur",
    pending_invoice_items_behavior: "include",
  });
  expect(amounts(draft)).toEqual([700]);
  await expect(add(customer, 300, { currency: "usd", invoice: draft.id })).rejects.toMatchObject({
    statusCode: 400,
    param: "currency",
  });
  expect(await it.stripe.invoices.retrieve(draft.id)).toMatchObject({ currency: "eur", total: 700 });
  expect(await it.stripe.invoiceItems.retrieve(waiting.id)).toMatchObject({ invoice: null });
});

test("an invoice takes a coupon of its own", async () => {
  const customer = await ada();
  const coupon = await it.stripe.coupons.create({ percent_off: 20, duration: "once" });
  await add(customer, 1000);
  const invoice = await it.stripe.invoices.create({
    customer,
    currency: "eur",
    pending_invoice_items_behavior: "include",
    discounts: [{ coupon: coupon.id }],
  });
  expect(invoice).toMatchObject({ subtotal: 1000, total: 800 });
  expect(invoice.total_discount_amounts).toMatchObject([{ amount: 200, discount: invoice.discounts[0] }]);
  await expect(
    it.stripe.invoices.create({ customer, discounts: [{ coupon: "none" }] }),
  ).rejects.toMatchObject({ code: "resource_missing", param: "discounts[0][coupon]" });
});

test("an invoice that is sent is final, and says so", async () => {
  const customer = await ada();
  await add(customer, 700);
  const { id } = await it.stripe.invoices.create({
    customer,
    collection_method: "send_invoice",
    days_until_due: 30,
    pending_invoice_items_behavior: "include",
  });
  expect(await it.stripe.invoices.sendInvoice(id)).toMatchObject({ status: "open", amount_due: 700 });
  expect(it.eventTypes()).toContain("invoice.finalized");
  expect(it.eventTypes().at(-1)).toBe("invoice.sent");
});

test("what paid an invoice, and its lines page by page, have endpoints of their own", async () => {
  const { customer } = await customerWith(it.stripe, "pm_card_visa", {
    payment_method: "pm_card_visa",
    invoice_settings: { default_payment_method: "pm_card_visa" },
  });
  for (const amount of [100, 200, 300]) await add(customer, amount);
  const { id } = await it.stripe.invoices.create({ customer, pending_invoice_items_behavior: "include" });
  const paid = await it.stripe.invoices.pay(id);
  expect(paid.status).toBe("paid");

  const seen: number[] = [];
  for await (const { amount } of it.stripe.invoices.listLineItems(id, { limit: 2 })) seen.push(amount);
  expect(seen).toEqual(amounts(paid));
  expect(seen).toHaveLength(3);

  const [payment] = (await it.stripe.invoicePayments.list({ invoice: id })).data;
  expect(await it.stripe.invoicePayments.retrieve(payment?.id ?? "")).toMatchObject({
    object: "invoice_payment",
    invoice: id,
    amount_paid: 600,
    status: "paid",
  });
});
