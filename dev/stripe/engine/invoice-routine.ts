import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";
import type { Routine } from "./due.ts";
import { finalizeInvoice, payInvoice, sendInvoice } from "./invoices.ts";

type Invoice = Stripe.Invoice;

/**
 * What Stripe does with invoices by itself: finalises drafts, collects or sends them, tries again, and says when one
 * should have been paid. https://docs.stripe.com/invoicing/integration/automatic-advancement-collection
 */
export const invoiceRoutine: Routine<"invoice"> = {
  kind: "invoice",
  customer: (invoice) => idOf(invoice.customer),

  dueAt(account, invoice) {
    switch (invoice.status) {
      case "draft":
        return invoice.auto_advance ? invoice.automatically_finalizes_at : null;
      case "open":
        if (invoice.auto_advance && invoice.next_payment_attempt !== null)
          return invoice.next_payment_attempt;
        return account.store.notes(invoice.id).overdue ? null : invoice.due_date;
      default:
        return null;
    }
  },

  run(account, invoice) {
    if (invoice.status === "draft") advanceDraft(account, invoice);
    else if (invoice.next_payment_attempt !== null && invoice.auto_advance) payByItself(account, invoice);
    else {
      account.store.note(invoice.id, { overdue: true });
      account.emit("invoice.overdue", invoice);
    }
  },
};

function advanceDraft(account: Account, draft: Invoice): void {
  const invoice = finalizeInvoice(account, draft);
  if (invoice.status !== "open") return;
  if (invoice.collection_method === "send_invoice") sendInvoice(account, invoice);
  else payByItself(account, invoice);
}

const payByItself = (account: Account, invoice: Invoice) =>
  payInvoice(account, invoice, { offSession: true, automatic: true });
