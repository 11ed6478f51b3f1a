import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";
import { resolvePaymentMethod } from "./payment-methods.ts";
import { cancelIntent, createIntent } from "./payments.ts";

type Invoice = Stripe.Invoice;

/** The subscription that an invoice is for, by its id, or null. */
export const subscriptionOf = (invoice: Invoice): string | null =>
  idOf(invoice.parent?.subscription_details?.subscription);

/**
 * Readies a finalised invoice for payment: a payment intent for what is due, and the invoice payment that binds the
 * two. https://docs.stripe.com/api/invoice-payment
 */
export function openPayment(account: Account, invoice: Invoice): void {
  const intent = paidBefore(account, invoice) ?? createPayment(account, invoice);
  account.store.note(intent.id, { invoice: invoice.id });
  const payment = account.create(
    "invoice_payment",
    {
      id: account.newId("invoice_payment"),
      object: "invoice_payment",
      amount_paid: null,
      amount_requested: invoice.amount_remaining,
      created: account.nowOf(idOf(invoice.customer)),
      currency: invoice.currency,
      invoice: invoice.id,
      is_default: true,
      livemode: false,
      payment: { type: "payment_intent", payment_intent: intent.id },
      status: "open",
      status_transitions: { canceled_at: null, paid_at: null },
    },
    null,
  );
  account.store.note(invoice.id, { invoicePayment: payment.id });
}

const createPayment = (account: Account, invoice: Invoice) =>
  createIntent(account, {
    amount: invoice.amount_remaining,
    currency: invoice.currency,
    customer: idOf(invoice.customer),
    description: descriptionOf(invoice),
    paymentMethodTypes: typesFor(account, invoice),
    ...(subscriptionOf(invoice) === null ? {} : { setupFutureUsage: "off_session" }),
  });

/** Checkout takes the money before there is a subscription to bill. */
function paidBefore(account: Account, invoice: Invoice): Stripe.PaymentIntent | undefined {
  if (invoice.billing_reason !== "subscription_create") return undefined;
  const { paidBy } = account.store.notes(subscriptionOf(invoice) ?? "");
  return paidBy === undefined ? undefined : account.store.get("payment_intent", paidBy);
}

function typesFor(account: Account, invoice: Invoice): string[] | undefined {
  const subscription = account.store.get("subscription", subscriptionOf(invoice) ?? "");
  const settings = subscription?.payment_settings?.payment_method_types;
  return invoice.payment_settings.payment_method_types ?? settings ?? undefined;
}

function descriptionOf({ billing_reason }: Invoice): string {
  switch (billing_reason) {
    case "subscription_create":
      return "Subscription creation";
    case "subscription_cycle":
    case "subscription_update":
      return "Subscription update";
    default:
      return "Payment for Invoice";
  }
}

export function paymentOf(account: Account, invoice: { id: string }): Stripe.InvoicePayment | undefined {
  const { invoicePayment } = account.store.notes(invoice.id);
  return invoicePayment === undefined ? undefined : account.store.get("invoice_payment", invoicePayment);
}

/** The payment intent of a finalised invoice; none where nothing was due. */
export function intentOf(account: Account, invoice: { id: string }): Stripe.PaymentIntent | undefined {
  const id = idOf(paymentOf(account, invoice)?.payment.payment_intent);
  return id === null ? undefined : account.store.get("payment_intent", id);
}

/** Asks for another amount, after a credit note. */
export function requestAmount(account: Account, invoice: Invoice, amount: number): void {
  const payment = paymentOf(account, invoice);
  const intent = intentOf(account, invoice);
  if (payment) account.change("invoice_payment", payment, { amount_requested: amount }, null);
  if (intent) account.change("payment_intent", intent, { amount }, null);
}

/** Says that nobody will pay this way any more. */
export function cancelPayment(account: Account, invoice: Invoice): void {
  const payment = paymentOf(account, invoice);
  const intent = intentOf(account, invoice);
  if (payment?.status !== "open") return;
  const canceled_at = account.nowOf(idOf(invoice.customer));
  account.change(
    "invoice_payment",
    payment,
    { status: "canceled", status_transitions: { ...payment.status_transitions, canceled_at } },
    null,
  );
  if (intent?.status.startsWith("requires_")) cancelIntent(account, intent);
}

/**
 * What an invoice is to be charged to: what was named, else its own, the subscription's or the customer's default.
 * https://docs.stripe.com/billing/subscriptions/payment-methods-setting#payment-method-priority
 * @throws ApiError if one is named that is not the customer's
 */
export function methodFor(
  account: Account,
  invoice: Invoice,
  named: string | undefined,
): Stripe.PaymentMethod | undefined {
  const customer = idOf(invoice.customer) ?? "";
  if (named !== undefined) {
    const method = resolvePaymentMethod(account, named);
    if (idOf(method.customer) === null || idOf(method.customer) === customer) return method;
    throw ApiError.invalid(
      "The payment method you provided is attached to another customer. It cannot pay this invoice.",
      { param: "payment_method" },
    );
  }
  const subscription = account.store.get("subscription", subscriptionOf(invoice) ?? "");
  const { invoice_settings, default_source } = account.store.get("customer", customer) ?? {};
  const id =
    idOf(invoice.default_payment_method) ??
    idOf(subscription?.default_payment_method) ??
    idOf(invoice_settings?.default_payment_method) ??
    idOf(default_source);
  return id === null ? undefined : account.store.get("payment_method", id);
}
