import { type Change, mirror } from "./mirror";
import { flag, smallInteger, storedAmount, storedText, text, time } from "./read";
import { invoiceFromStripe } from "./subscription/from-stripe";
import type { StripeEvent } from "./webhook/event";

/** The invoices table. Nothing else writes it. */
export const invoices = mirror({
  kind: "invoice",
  table: { name: "invoices" },
  columns: {
    id: storedText,
    customerId: text,
    subscriptionId: text,
    status: text,
    number: text,
    amountDue: storedAmount,
    amountPaid: storedAmount,
    currency: storedText,
    attemptCount: (stored) => smallInteger(stored) ?? 0,
    dueAt: time,
    nextPaymentAttempt: time,
    hostedInvoiceUrl: text,
    invoicePdf: text,
    livemode: flag,
    createdAt: time,
  },
  fromStripe: invoiceFromStripe,
  retrieve: (api, id, options) => api.invoices.retrieve(id, {}, options),
  stage: (state) => {
    const progress = PROGRESS.indexOf(state.status ?? "draft");
    // Nothing is known of how far along an unknown status is.
    return progress < 0 ? [] : [Math.min(progress, SETTLED), state.attemptCount, state.amountPaid];
  },
  // A paid invoice still changes (a credit note, a refund), so no status of it shuts out later news.
  isFinal: () => false,
});

/** https://docs.stripe.com/invoicing/overview#invoice-statuses */
const PROGRESS = ["draft", "open", "uncollectible", "paid", "void"];

/** Both ways to be settled are equally far. */
const SETTLED = PROGRESS.indexOf("paid");

/**
 * A charge failed, or the customer's bank asks them to confirm it: the open invoice tells the amount, the attempts and
 * when Stripe tries again, and the dashboard asks for payment. The subscription's status is left to its own event: which
 * one follows (`past_due`, `unpaid`, `incomplete`) is a setting of the Stripe account.
 * https://docs.stripe.com/billing/subscriptions/webhooks#payment-failures
 */
export function markPaymentFailed(event: StripeEvent): Change {
  return invoices.snapshot(event);
}
