import type { Account } from "../account.ts";
import { type Hash, isHash } from "../hash.ts";
import { idOf } from "../store.ts";
import { part, without } from "./shapes.ts";
import { firstDiscount } from "./shapes-of-subscriptions.ts";

/** Until basil, an invoice named its subscription, its payment and its tax itself. https://docs.stripe.com/changelog/basil */
export function invoiceBeforeBasil(invoice: Hash, account: Account): Hash {
  const details = part(part(invoice, "parent"), "subscription_details");
  const { subscription = null, metadata = null, subscription_proration_date } = details;
  const payment = paymentOf(account, invoice);
  const paid = invoice.status === "paid";
  const taxes = taxesOf(invoice.total_taxes);
  return {
    ...without(invoice, "parent", "total_taxes"),
    application_fee_amount: null,
    charge: paid ? payment.charge : null,
    discount: firstDiscount(account, invoice),
    paid,
    paid_out_of_band: paid && invoice.amount_paid !== 0 && payment.charge === null,
    payment_intent: payment.intent,
    quote: null,
    subscription,
    subscription_details: { metadata },
    ...(subscription_proration_date === undefined ? {} : { subscription_proration_date }),
    tax: taxes.length > 0 ? taxes.reduce((sum, { amount }) => sum + amount, 0) : null,
    total_tax_amounts: taxes,
    transfer_data: null,
  };
}

/** The payment intent of an invoice that has been finalised, and what was charged through it. */
function paymentOf(account: Account, { id, status }: Hash): { intent: string | null; charge: string | null } {
  const none = { intent: null, charge: null };
  if (typeof id !== "string" || status === "draft") return none;
  const { invoicePayment } = account.store.notes(id);
  if (invoicePayment === undefined) return none;
  const intent = idOf(account.store.get("invoice_payment", invoicePayment)?.payment.payment_intent);
  if (intent === null) return none;
  const found = account.store.get("payment_intent", intent);
  const charged = found?.status === "succeeded" ? idOf(found.latest_charge) : null;
  return { intent, charge: charged };
}

function taxesOf(taxes: unknown) {
  if (!Array.isArray(taxes)) return [];
  return taxes.filter(isHash).map((tax) => ({
    amount: Number(tax.amount),
    inclusive: tax.tax_behavior === "inclusive",
    tax_rate: part(tax, "tax_rate_details").tax_rate ?? null,
    taxability_reason: tax.taxability_reason,
    taxable_amount: tax.taxable_amount,
  }));
}

/** Until basil, a line had its price, whole, and named its subscription item itself. */
export function lineBeforeBasil(line: Hash, account: Account): Hash {
  const parent = part(line, "parent");
  const ofItem = part(parent, "subscription_item_details");
  const ofInvoiceItem = part(parent, "invoice_item_details");
  const {
    proration = false,
    proration_details,
    subscription = null,
    subscription_item,
  } = {
    ...ofItem,
    ...ofInvoiceItem,
  };
  const { invoice_item } = ofInvoiceItem;
  return {
    ...without(line, "parent", "pricing", "taxes"),
    amount_excluding_tax: line.amount,
    ...(typeof invoice_item === "string" ? { invoice_item } : {}),
    ...priceOf(account, line),
    proration,
    proration_details: proration_details ?? { credited_items: null },
    subscription,
    ...(subscription_item ? { subscription_item } : {}),
    tax_amounts: taxesOf(line.taxes),
    tax_rates: [],
    type: typeof invoice_item === "string" ? "invoiceitem" : "subscription",
    unit_amount_excluding_tax: unitAmount(line),
  };
}

/** Until basil, an invoice item had its price, whole, and named its subscription itself. */
export function invoiceItemBeforeBasil(item: Hash, account: Account): Hash {
  const { subscription = null, subscription_item } = part(part(item, "parent"), "subscription_details");
  const decimal = unitAmount(item);
  return {
    ...without(item, "parent", "pricing"),
    ...priceOf(account, item),
    subscription,
    ...(subscription_item ? { subscription_item } : {}),
    unit_amount: decimal === null || decimal.includes(".") ? null : Number(decimal),
    unit_amount_decimal: decimal,
  };
}

/** What one of a line costs; of one without a price, its share of the amount. */
function unitAmount(line: Hash): string | null {
  const { unit_amount_decimal } = part(line, "pricing");
  if (unit_amount_decimal !== undefined && unit_amount_decimal !== null) return String(unit_amount_decimal);
  const share = Number(line.amount) / Number(line.quantity ?? 1);
  return Number.isInteger(share) ? String(share) : null;
}

function priceOf(account: Account, line: Hash): { price: unknown; plan: unknown } {
  const { price } = part(part(line, "pricing"), "price_details");
  const whole = typeof price === "string" ? (account.store.get("price", price) ?? null) : (price ?? null);
  return { price: whole, plan: isHash(whole) ? planOf(whole) : null };
}

/** A recurring price as the plan that it would have been. */
function planOf(price: Hash): Hash | null {
  const { id, active, billing_scheme, created, currency, livemode, metadata, nickname, product } = price;
  const recurring = part(price, "recurring");
  if (price.type !== "recurring") return null;
  return {
    id,
    object: "plan",
    active,
    aggregate_usage: null,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme,
    created,
    currency,
    interval: recurring.interval,
    interval_count: recurring.interval_count,
    livemode,
    metadata,
    meter: recurring.meter,
    nickname,
    product,
    tiers_mode: price.tiers_mode,
    transform_usage: price.transform_quantity,
    trial_period_days: recurring.trial_period_days,
    usage_type: recurring.usage_type,
  };
}

/** Until basil, a charge named the invoice that it was for. */
export function invoiceOfCharge(charge: Hash, account: Account): Hash {
  const { payment_intent } = charge;
  const intent = isHash(payment_intent) ? payment_intent.id : payment_intent;
  return { ...charge, invoice: invoiceOf(account, intent) };
}

/** Until basil, a payment intent named the invoice that it was for. */
export const invoiceOfIntent = (intent: Hash, account: Account): Hash => ({
  ...intent,
  invoice: invoiceOf(account, intent.id),
});

const invoiceOf = (account: Account, intent: unknown) =>
  typeof intent === "string" ? (account.store.notes(intent).invoice ?? null) : null;

/** Until basil, a credit note had one refund. */
export function refundOfCreditNote(note: Hash): Hash {
  const { refunds } = note;
  const first: unknown = Array.isArray(refunds) ? refunds[0] : undefined;
  return {
    ...without(note, "refunds", "total_taxes"),
    refund: isHash(first) ? first.refund : null,
    tax_amounts: taxesOf(note.total_taxes),
  };
}
