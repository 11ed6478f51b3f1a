import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import type { InvoiceDraft } from "./invoice-draft.ts";
import type { LineDraft } from "./invoice-lines.ts";
import { intentOf } from "./invoice-payment.ts";
import { createInvoice, finalizeInvoice, markUncollectible, payInvoice, voidInvoice } from "./invoices.ts";
import { cardError } from "./payments.ts";
import { HOUR } from "./periods.ts";
import { currentPeriod } from "./subscription-items.ts";
import { customerOf, methodOf, nowFor } from "./subscription-state.ts";

type Subscription = Stripe.Subscription;

/** What an invoice of a subscription is made of, beyond what the subscription itself says. */
export type Billing = {
  reason: Stripe.Invoice.BillingReason;
  lines: LineDraft[];
  /** Those of a renewal, and of what nobody waits for, are open to changes for an hour. */
  finalizes: "now" | "in an hour" | "never";
  /** Else the one that the subscription is in. */
  period?: { start: number; end: number };
};

/** The invoice of a subscription, not kept yet. */
export function invoiceOf(account: Account, subscription: Subscription, billing: Billing): InvoiceDraft {
  const { reason, lines, finalizes } = billing;
  const { start, end } = billing.period ?? currentPeriod(subscription);
  return {
    customer: customerOf(subscription),
    subscription,
    billingReason: reason,
    lines,
    periodStart: start,
    periodEnd: end,
    collectionMethod: subscription.collection_method,
    daysUntilDue: subscription.days_until_due,
    autoAdvance: finalizes !== "never",
    includePending: true,
    finalizesAt: finalizes === "in an hour" ? nowFor(account, subscription) + HOUR : null,
  };
}

/** Drafts an invoice for a subscription, and takes up what waits to be billed. */
export const draftFor = (account: Account, subscription: Subscription, billing: Billing): Stripe.Invoice =>
  createInvoice(account, invoiceOf(account, subscription, billing));

/** How a payment that does not go through is answered. https://docs.stripe.com/billing/subscriptions/overview */
export type PaymentBehavior =
  | "allow_incomplete"
  | "default_incomplete"
  | "error_if_incomplete"
  | "pending_if_incomplete";

/**
 * Finalises an invoice and tries to collect it, as far as the request wants it tried.
 * @throws ApiError where a request finds nothing to charge, or, with `error_if_incomplete`, if the payment does not go through
 */
export function collectNow(
  account: Account,
  subscription: Subscription,
  draft: Stripe.Invoice,
  behavior: PaymentBehavior,
  offSession: boolean,
): Stripe.Invoice {
  const invoice = finalizeInvoice(account, draft);
  if (invoice.status !== "open" || behavior === "default_incomplete") return invoice;
  if (subscription.collection_method === "send_invoice") return invoice;
  if (methodOf(account, subscription) === null && !account.isDue) throw noPaymentMethod();
  const paid = payInvoice(account, invoice, { offSession });
  if (paid.status === "open" && behavior === "error_if_incomplete") throw refused(account, paid);
  return paid;
}

function refused(account: Account, invoice: Stripe.Invoice): ApiError {
  const intent = intentOf(account, invoice);
  if (intent?.last_payment_error) return cardError(intent);
  return ApiError.card(
    "subscription_payment_intent_requires_action",
    "Payment for this subscription requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with subscription.",
    intent ? { payment_intent: intent } : {},
  );
}

const noPaymentMethod = () =>
  ApiError.invalid(
    "This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#setting-a-default-payment-method.",
    { code: "resource_missing" },
  );

/** What `pause_collection` does to an invoice that has just been drafted. */
export function withhold(
  account: Account,
  invoice: Stripe.Invoice,
  behavior: Stripe.Subscription.PauseCollection.Behavior,
): void {
  if (behavior === "keep_as_draft") return;
  const open = finalizeInvoice(account, invoice);
  if (open.status !== "open") return;
  if (behavior === "void") voidInvoice(account, open);
  else markUncollectible(account, open);
}
