import type { Tx } from "@/lib/db";
import { ask } from "./fetch";
import { mirror, type Outcome } from "./mirror";
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
  whenMissing: () => null,
  stage: (state) => [progress(state.status), state.attemptCount, state.amountPaid],
  // A paid invoice still changes (a credit note, a refund), so no status of it shuts out later news.
  isFinal: () => false,
});

/** draft ▸ open ▸ uncollectible ▸ paid or void. https://docs.stripe.com/invoicing/overview#invoice-statuses */
function progress(status: string | null): number {
  return ["draft", "open", "uncollectible"].indexOf(status ?? "draft") + (isSettled(status) ? 4 : 0);
}

function isSettled(status: string | null): boolean {
  return status === "paid" || status === "void";
}

/** A bill was made, paid, changed, voided or given up. */
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
  if (row === null) return null;
  const { stripeStateAt, syncedAt, version, ...state } = row;
  return { state, stamp: { stripeStateAt, syncedAt }, version };
}

async function writeInvoice(tx: Tx, { id, ...columns }: InvoiceState, stamp: Stamp): Promise<void> {
  await tx.invoice.upsert({
    where: { id },
    create: { id, ...columns, ...stamp },
    update: { ...columns, ...stamp, version: { increment: 1 } },
  });
}
