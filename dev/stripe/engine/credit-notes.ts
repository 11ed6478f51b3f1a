import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";
import { type CreditDraft, draftCreditNote } from "./credit-note-draft.ts";
import { markPaid } from "./invoice-collection.ts";
import { cancelPayment, intentOf, requestAmount } from "./invoice-payment.ts";
import { refund } from "./refunds.ts";

type CreditNote = Stripe.CreditNote;
type Invoice = Stripe.Invoice;

/**
 * Issues a credit note: the refund and the customer's credit that it brings, `credit_note.created`, then the invoice
 * with its new amounts. One that asks for nothing more is paid.
 */
export function createCreditNote(account: Account, invoice: Invoice, draft: CreditDraft): CreditNote {
  return account.atomically(() => {
    const drafted = draftCreditNote(account, invoice, draft);
    const { refund_amount = 0, credit_amount = 0 } = draft;
    const made = refund_amount === 0 ? [] : [refundFor(account, invoice, refund_amount)];
    if (credit_amount > 0) credit(account, drafted, credit_amount);
    const note = account.create(
      "credit_note",
      { ...drafted, refunds: [...drafted.refunds, ...made] },
      "credit_note.created",
    );
    lowerInvoice(account, invoice, note);
    return note;
  });
}

/** Takes a credit note back. @throws ApiError unless its invoice is still open and nothing of it was given back */
export function voidCreditNote(account: Account, note: CreditNote): CreditNote {
  const invoice = found(account, "invoice", idOf(note.invoice) ?? "");
  if (note.status !== "issued") {
    throw ApiError.invalid(
      `You can only void an issued credit note. This one has a status of ${note.status}.`,
    );
  }
  if (invoice.status !== "open" || note.type !== "pre_payment") {
    throw ApiError.invalid("You can only void a credit note whose invoice is open and has not been paid.");
  }
  const voided_at = account.nowOf(idOf(note.customer));
  const after = account.change("credit_note", note, { status: "void", voided_at }, "credit_note.voided");
  adjust(account, invoice, { pre: -note.pre_payment_amount, post: 0 });
  return after;
}

function refundFor(account: Account, invoice: Invoice, amount: number): Stripe.CreditNote.Refund {
  const intent = intentOf(account, invoice);
  if (intent?.status !== "succeeded") {
    throw ApiError.invalid("There is no charge of this invoice to refund. Use `credit_amount` instead.", {
      param: "refund_amount",
    });
  }
  const { id } = refund(account, { intent: intent.id, amount });
  return { amount_refunded: amount, payment_record_refund: null, refund: id, type: "refund" };
}

/** A balance below zero is the customer's, and pays the next invoices. */
function credit(account: Account, note: CreditNote, amount: number): void {
  const customer = account.store.get("customer", idOf(note.customer) ?? "");
  if (customer)
    account.change("customer", customer, { balance: customer.balance - amount }, "customer.updated");
}

function lowerInvoice(account: Account, invoice: Invoice, note: CreditNote): void {
  const { pre_payment_amount: pre, post_payment_amount: post } = note;
  const after = adjust(account, invoice, { pre, post });
  if (pre === 0 || after.amount_remaining > 0) return;
  cancelPayment(account, after);
  markPaid(account, after, { outOfBand: true });
}

function adjust(account: Account, invoice: Invoice, { pre, post }: { pre: number; post: number }): Invoice {
  const amount_remaining = invoice.amount_remaining - pre;
  if (pre !== 0 && amount_remaining > 0) requestAmount(account, invoice, amount_remaining);
  return account.change(
    "invoice",
    invoice,
    {
      amount_due: invoice.amount_due - pre,
      amount_remaining,
      post_payment_credit_notes_amount: invoice.post_payment_credit_notes_amount + post,
      pre_payment_credit_notes_amount: invoice.pre_payment_credit_notes_amount + pre,
    },
    "invoice.updated",
  );
}
