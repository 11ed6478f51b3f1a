import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";
import { intentOf, paymentOf, subscriptionOf } from "./invoice-payment.ts";
import { asksOwner, confirmIntent } from "./payments.ts";
import { DAY } from "./periods.ts";
import { invoiceFailed, invoicePaid } from "./subscriptions.ts";

type Invoice = Stripe.Invoice;

/**
 * Days from each failed attempt to the next. Stripe's smart retries choose by what they have learnt; these are of the
 * same kind. https://docs.stripe.com/billing/revenue-recovery/smart-retries
 */
const RETRY_AFTER_DAYS = [3, 5, 7, 7];

type Attempt = {
  /** What to charge; without one the attempt fails. */
  method: Stripe.PaymentMethod | undefined;
  offSession: boolean;
  /** Whether Stripe tries by itself. */
  automatic: boolean;
  /** Where the customer comes back to from proving to be the card's owner. */
  returnUrl: string | undefined;
};

/** Charges an open invoice once, and draws the consequences. */
export function collect(account: Account, invoice: Invoice, attempt: Attempt): Invoice {
  const intent = intentOf(account, invoice);
  const isTaken = intent?.status === "succeeded" || intent?.status === "processing";
  const confirmed =
    intent && attempt.method && !isTaken ? charged(account, intent, attempt.method, attempt) : intent;
  const before = account.store.get("invoice", invoice.id) ?? invoice;
  return concluded(account, counted(before, attempt.automatic), confirmed, before);
}

/** For an invoice, unlike for other payments, a card may ask for its owner although nobody is there: it waits for them. */
function charged(
  account: Account,
  intent: Stripe.PaymentIntent,
  paymentMethod: Stripe.PaymentMethod,
  { offSession, returnUrl }: Attempt,
): Stripe.PaymentIntent {
  const waits = asksOwner(account, paymentMethod.id, offSession);
  return confirmIntent(account, intent, { paymentMethod, offSession: offSession && !waits, returnUrl });
}

/** Any attempt counts as the first; after that, only those that Stripe makes by itself. */
function counted(invoice: Invoice, automatic: boolean): Invoice {
  const more = automatic || invoice.attempt_count === 0 ? 1 : 0;
  return { ...invoice, attempted: true, attempt_count: invoice.attempt_count + more };
}

function concluded(
  account: Account,
  attempted: Invoice,
  intent: Stripe.PaymentIntent | undefined,
  before: Invoice,
): Invoice {
  const { attempt_count } = attempted;
  switch (intent?.status) {
    case "succeeded":
      return markPaid(account, before, { attempt_count });
    case "processing": {
      const changes = { attempted: true, attempt_count, next_payment_attempt: null };
      const waiting = account.change("invoice", before, changes, "invoice.updated");
      // A debit takes days: Stripe takes the customer's word for it meanwhile.
      if (subscriptionOf(waiting)) invoicePaid(account, waiting);
      return account.store.get("invoice", waiting.id) ?? waiting;
    }
    default:
      return markFailed(account, before, { attempt_count, asks: intent?.status === "requires_action" });
  }
}

/** Everything that follows from an invoice's payment. */
export function markPaid(
  account: Account,
  invoice: Invoice,
  {
    attempt_count = invoice.attempt_count,
    outOfBand = false,
  }: { attempt_count?: number; outOfBand?: boolean },
): Invoice {
  const paid_at = account.nowOf(idOf(invoice.customer));
  const payment = paymentOf(account, invoice);
  if (payment && !outOfBand) payInvoicePayment(account, payment, paid_at);
  const paid = account.change(
    "invoice",
    invoice,
    {
      status: "paid",
      status_transitions: { ...invoice.status_transitions, paid_at },
      amount_paid: invoice.amount_due,
      ...(outOfBand ? { amount_paid_off_stripe: invoice.amount_remaining } : {}),
      amount_remaining: 0,
      attempted: true,
      attempt_count,
      auto_advance: false,
      next_payment_attempt: null,
    },
    "invoice.updated",
  );
  account.emit("invoice.paid", paid);
  account.emit("invoice.payment_succeeded", paid);
  setDelinquent(account, paid, false);
  if (subscriptionOf(paid)) invoicePaid(account, paid);
  return account.store.get("invoice", paid.id) ?? paid;
}

function payInvoicePayment(account: Account, payment: Stripe.InvoicePayment, paid_at: number): void {
  const status_transitions = { ...payment.status_transitions, paid_at };
  const changes = { status: "paid", amount_paid: payment.amount_requested, status_transitions };
  account.emit("invoice_payment.paid", account.change("invoice_payment", payment, changes, null));
}

/** @param asks whether it is only the card's owner who is missing */
function markFailed(
  account: Account,
  invoice: Invoice,
  { attempt_count, asks }: { attempt_count: number; asks: boolean },
): Invoice {
  const next_payment_attempt = nextAttemptAt(account, invoice, attempt_count);
  const changes = { attempted: true, attempt_count, next_payment_attempt };
  const failed = account.change("invoice", invoice, changes, "invoice.updated");
  if (asks) account.emit("invoice.payment_action_required", failed);
  account.emit("invoice.payment_failed", failed);
  setDelinquent(account, failed, true);
  if (subscriptionOf(failed))
    invoiceFailed(account, failed, { final: attempt_count > RETRY_AFTER_DAYS.length });
  return account.store.get("invoice", failed.id) ?? failed;
}

function nextAttemptAt(account: Account, invoice: Invoice, attempts: number): number | null {
  const byItself = invoice.auto_advance && invoice.collection_method === "charge_automatically";
  if (!byItself || invoice.status !== "open" || invoice.billing_reason === "subscription_create") return null;
  const now = account.nowOf(idOf(invoice.customer));
  // An attempt by hand leaves the schedule as it is.
  if (invoice.next_payment_attempt !== null && invoice.next_payment_attempt > now && invoice.attempted)
    return invoice.next_payment_attempt;
  const days = RETRY_AFTER_DAYS[attempts - 1];
  return days === undefined ? null : now + days * DAY;
}

function setDelinquent(account: Account, invoice: Invoice, delinquent: boolean): void {
  const customer = account.store.get("customer", idOf(invoice.customer) ?? "");
  if (customer) account.change("customer", customer, { delinquent }, null);
}

/** The customer answered the bank, or a debit is decided: the invoice behind the payment moves on. */
export function intentSettled(account: Account, intent: Stripe.PaymentIntent): void {
  const invoice = account.store.get("invoice", account.store.notes(intent.id).invoice ?? "");
  if (!invoice || (invoice.status !== "open" && invoice.status !== "uncollectible")) return;
  concluded(account, counted(invoice, false), intent, invoice);
}
