import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";
import { useUp } from "./discounts.ts";
import { collect, markPaid } from "./invoice-collection.ts";
import { draftInvoice, type InvoiceDraft } from "./invoice-draft.ts";
import { assign, itemsOf, ofOneCurrency, pendingItems } from "./invoice-items.ts";
import { cancelPayment, methodFor, openPayment, subscriptionOf } from "./invoice-payment.ts";
import { balanced } from "./invoice-totals.ts";
import { DAY, HOUR } from "./periods.ts";
import { invoicePaid } from "./subscriptions.ts";

type Invoice = Stripe.Invoice;

/** Adds a draft, and sends `invoice.created`. https://docs.stripe.com/billing/invoices/overview */
export function createInvoice(
  account: Account,
  draft: InvoiceDraft,
  items = draft.includePending ? waitingFor(account, draft) : [],
): Invoice {
  const invoice = draftInvoice(account, account.newId("invoice"), draft, items);
  if (draft.daysUntilDue !== null) account.store.note(invoice.id, { daysUntilDue: draft.daysUntilDue });
  assign(account, items, invoice.id);
  return account.create("invoice", invoice, "invoice.created");
}

function waitingFor(account: Account, { customer, subscription, lines, currency }: InvoiceDraft) {
  const items = pendingItems(account, customer, subscription?.id ?? null);
  return ofOneCurrency(items, lines[0]?.currency ?? currency ?? subscription?.currency);
}

/**
 * Makes a draft final: it gets its number, uses up the customer's balance, and can be paid. One that asks for nothing
 * is paid at once. https://docs.stripe.com/billing/invoices/workflow
 * @throws ApiError unless it is a draft
 */
export function finalizeInvoice(
  account: Account,
  draft: Invoice,
  { autoAdvance = draft.auto_advance ?? false } = {},
): Invoice {
  const invoice = { ...draft, auto_advance: autoAdvance };
  if (draft.status !== "draft") {
    throw ApiError.invalid("This invoice is already finalized, you can't re-finalize a non-draft invoice.", {
      code: "invoice_not_editable",
    });
  }
  const due = useBalance(account, invoice);
  const paid = due.amount_due === 0;
  const final = account.change(
    "invoice",
    draft,
    { auto_advance: autoAdvance, ...due, ...finality(account, invoice, paid) },
    null,
  );
  account.emit("invoice.finalized", final);
  useUp(account, final);
  if (!paid) {
    openPayment(account, final);
    return final;
  }
  account.emit("invoice.paid", final);
  account.emit("invoice.payment_succeeded", final);
  if (subscriptionOf(final)) invoicePaid(account, final);
  return account.store.get("invoice", final.id) ?? final;
}

/** Settles an invoice against the customer's balance, which changes with it. */
function useBalance(account: Account, invoice: Invoice) {
  const customer = account.store.get("customer", idOf(invoice.customer) ?? "");
  const starting_balance = customer?.balance ?? 0;
  const { due, balance } = balanced(invoice.total + starting_balance, invoice.currency);
  if (customer && balance !== starting_balance)
    account.change("customer", customer, { balance }, "customer.updated");
  return { amount_due: due, amount_remaining: due, starting_balance, ending_balance: balance };
}

function finality(account: Account, invoice: Invoice, paid: boolean): Partial<Invoice> {
  const now = account.nowOf(idOf(invoice.customer));
  const { daysUntilDue } = account.store.notes(invoice.id);
  const url = `${account.url}/i/${invoice.id}`;
  return {
    status: paid ? "paid" : "open",
    status_transitions: {
      ...invoice.status_transitions,
      finalized_at: now,
      paid_at: paid ? now : null,
    },
    ...(paid ? { attempted: true, auto_advance: false } : {}),
    number: invoice.number ?? nextNumber(account, invoice),
    effective_at: invoice.effective_at ?? now,
    due_date: daysUntilDue === undefined ? invoice.due_date : now + daysUntilDue * DAY,
    automatically_finalizes_at: null,
    next_payment_attempt: paid ? null : firstAttemptAt(invoice, now),
    hosted_invoice_url: url,
    invoice_pdf: `${url}/pdf`,
  };
}

/** Stripe does not collect a subscription's first invoice by itself: whoever subscribes pays it. */
function firstAttemptAt({ auto_advance, collection_method, billing_reason }: Invoice, now: number) {
  const byItself = auto_advance && collection_method === "charge_automatically";
  return byItself && billing_reason !== "subscription_create" ? now + HOUR : null;
}

/** `PREFIX-0001`: each customer's invoices count up. */
function nextNumber(account: Account, invoice: Invoice): string {
  const customer = account.store.get("customer", idOf(invoice.customer) ?? "");
  const sequence = customer?.next_invoice_sequence ?? 1;
  if (customer) account.change("customer", customer, { next_invoice_sequence: sequence + 1 }, null);
  return `${customer?.invoice_prefix ?? "LOCAL"}-${String(sequence).padStart(4, "0")}`;
}

export type Payment = {
  /** Else the subscription's, or the customer's, default. */
  paymentMethod?: string;
  offSession: boolean;
  /** Whether it was paid elsewhere, so that nothing is charged. */
  outOfBand?: boolean;
  /** Whether Stripe tries by itself: only then does it count as a further attempt. */
  automatic?: boolean;
  /** Where the customer comes back to from proving to be the card's owner. */
  returnUrl?: string;
};

/**
 * Tries once to have an invoice paid, after finalising it if it is a draft. A decline does not throw: the invoice
 * stays open, and its payment intent says why.
 * @throws ApiError if it is void or the payment method is not the customer's
 */
export function payInvoice(account: Account, invoice: Invoice, payment: Payment): Invoice {
  const { paymentMethod, offSession, outOfBand = false, automatic = false, returnUrl } = payment;
  if (invoice.status === "void") throw ApiError.invalid("This invoice has been voided and cannot be paid.");
  const method = outOfBand ? undefined : methodFor(account, invoice, paymentMethod);
  const open = invoice.status === "draft" ? finalizeInvoice(account, invoice) : invoice;
  if (open.status === "paid") return open;
  if (outOfBand) {
    cancelPayment(account, open);
    return markPaid(account, open, { outOfBand });
  }
  return collect(account, open, { method, offSession, automatic, returnUrl });
}

/**
 * Takes an invoice back. What it used of the customer's balance returns.
 * @throws ApiError unless it is open or uncollectible
 */
export function voidInvoice(account: Account, invoice: Invoice): Invoice {
  if (invoice.status !== "open" && invoice.status !== "uncollectible") {
    throw ApiError.invalid(
      `You can only pass in open or uncollectible invoices. This invoice has a status of ${invoice.status}.`,
    );
  }
  const customer = account.store.get("customer", idOf(invoice.customer) ?? "");
  const used = invoice.starting_balance - (invoice.ending_balance ?? 0);
  if (customer && used !== 0)
    account.change("customer", customer, { balance: customer.balance + used }, "customer.updated");
  const after = closed(account, invoice, "void", "voided_at");
  account.emit("invoice.voided", after);
  cancelPayment(account, after);
  return after;
}

/** Gives up on an open invoice. It can still be paid. @throws ApiError unless it is open */
export function markUncollectible(account: Account, invoice: Invoice): Invoice {
  if (invoice.status !== "open") {
    throw ApiError.invalid(
      `You can only mark open invoices as uncollectible. This invoice has a status of ${invoice.status}.`,
    );
  }
  const after = closed(account, invoice, "uncollectible", "marked_uncollectible_at");
  account.emit("invoice.marked_uncollectible", after);
  return after;
}

function closed(
  account: Account,
  invoice: Invoice,
  status: Stripe.Invoice.Status,
  transition: keyof Stripe.Invoice.StatusTransitions,
): Invoice {
  const now = account.nowOf(idOf(invoice.customer));
  const status_transitions = { ...invoice.status_transitions, [transition]: now };
  return account.change(
    "invoice",
    invoice,
    { status, status_transitions, auto_advance: false, next_payment_attempt: null },
    "invoice.updated",
  );
}

/** Deletes a draft; what it had taken up waits again. @throws ApiError unless it is a draft */
export function deleteDraft(account: Account, invoice: Invoice): void {
  if (invoice.status !== "draft") {
    throw ApiError.invalid("You can only delete draft invoices. Void this invoice instead.", {
      code: "invoice_not_editable",
    });
  }
  assign(account, itemsOf(account, invoice), null);
  account.store.remove("invoice", invoice.id, { gone: true });
  account.emit("invoice.deleted", invoice);
}

/** Keeps Stripe from collecting an invoice by itself, as the end of its subscription does. */
export const stopCollecting = (account: Account, invoice: Invoice): Invoice =>
  account.change(
    "invoice",
    invoice,
    { auto_advance: false, automatically_finalizes_at: null, next_payment_attempt: null },
    "invoice.updated",
  );

/**
 * Sends an invoice to its customer, after finalising it if it is a draft. No mail leaves the local Stripe.
 * @throws ApiError if it is void, or is to be charged automatically
 */
export function sendInvoice(account: Account, invoice: Invoice): Invoice {
  if (invoice.collection_method !== "send_invoice") {
    throw ApiError.invalid(
      "You can only manually send an invoice if its collection method is set to 'send_invoice'.",
    );
  }
  if (invoice.status !== "draft" && invoice.status !== "open") {
    throw ApiError.invalid(`You cannot send an invoice that has a status of ${invoice.status}.`);
  }
  const open = invoice.status === "draft" ? finalizeInvoice(account, invoice) : invoice;
  account.emit("invoice.sent", open);
  return open;
}
