import type { Tx } from "@/lib/db";
import { ask } from "./fetch";
import { mirror, type Outcome, splitRow } from "./mirror";
import type { Stamp } from "./order";
import { type InvoiceState, invoiceFromStripe } from "./subscription/from-stripe";
import type { StripeEvent } from "./webhook/event";

/** The invoices table. Nothing else writes it. */
export const invoices = mirror<InvoiceState>({
  kind: "invoice",
  fromStripe: invoiceFromStripe,
  read: readInvoice,
  write: writeInvoice,
  fetch: (id) => ask((api) => api.invoices.retrieve(id)),
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

/** A bill was made, paid, changed, voided or given up: its snapshot becomes the row. https://docs.stripe.com/api/invoices */
export function updateInvoice(tx: Tx, event: StripeEvent): Promise<Outcome> {
  return invoices.apply(tx, event);
}

/**
 * A charge failed, or the customer's bank asks them to confirm it: the open invoice tells the amount, the attempts and
 * when Stripe tries again, and the dashboard asks for payment. The subscription's status is left to its own event: which
 * one follows (`past_due`, `unpaid`, `incomplete`) is a setting of the Stripe account.
 * https://docs.stripe.com/billing/subscriptions/webhooks#payment-failures
 */
export function markPaymentFailed(tx: Tx, event: StripeEvent): Promise<Outcome> {
  return invoices.apply(tx, event);
}

async function readInvoice(tx: Tx, id: string) {
  const row = await tx.invoice.findUnique({ where: { id } });
  return row && splitRow(row);
}

async function writeInvoice(tx: Tx, { id, ...columns }: InvoiceState, stamp: Stamp): Promise<void> {
  await tx.invoice.upsert({
    where: { id },
    create: { id, ...columns, ...stamp },
    update: { ...columns, ...stamp, version: { increment: 1 } },
  });
}
