import type { BillingView, InvoiceView } from "@/lib/billing/queries";
import { formatDate, formatDateTime, formatMoney } from "@/lib/format";
import { httpsUrl } from "./https-url";

/** Something the user has to know or do, above everything else. */
export type NextStep = {
  tone: "bad" | "warn";
  title: string;
  words: string[];
  link: { href: string; label: string } | null;
};

/** What to do next, or null if all is in order. */
export function nextStep(view: BillingView): NextStep | null {
  const { state, access, until } = view.access;
  const invoice = view.unpaidInvoice;
  switch (state) {
    case "past_due":
      return {
        tone: "bad",
        title: failedTitle(invoice),
        words: [
          retryWords(invoice),
          access
            ? `Your plan stays on${until ? ` until ${formatDateTime(until)}` : " for now"}.`
            : `Your plan is switched off${until ? ` since ${formatDate(until)}` : ""}. Paying the invoice switches it on again.`,
        ],
        link: payLink(invoice),
      };
    case "unpaid":
      return {
        tone: "bad",
        title: failedTitle(invoice),
        words: [
          "Stripe does not try again by itself, and your plan is switched off.",
          "Paying the invoice switches it on again.",
        ],
        link: payLink(invoice),
      };
    case "incomplete":
      return {
        tone: "warn",
        title: "The first payment is not complete",
        words: [
          "Your bank may be waiting for you to confirm it. What is not paid within 23 hours expires, and nothing is charged.",
        ],
        link: payLink(
          invoice ?? view.invoices.find(({ status }) => status === "open") ?? null,
          "Complete the payment",
        ),
      };
    case "paused":
      return {
        tone: "warn",
        title: "Your plan is paused",
        words: ["A trial that ends without a payment method is paused. Add one, and it goes on from there."],
        link: null,
      };
    case "unknown":
      return {
        tone: "warn",
        title: "We do not know this status yet",
        words: [
          "Stripe reports a status that this page has no word for, so your plan is switched off to be safe.",
          "Write to us: this is ours to mend.",
        ],
        link: null,
      };
    default:
      // The charge failed, and Stripe's word on what that means for the subscription is still to come.
      return invoice
        ? { tone: "bad", title: failedTitle(invoice), words: [retryWords(invoice)], link: payLink(invoice) }
        : null;
  }
}

function failedTitle(invoice: InvoiceView | null): string {
  return invoice ? `A payment of ${formatMoney(due(invoice))} failed` : "The last payment failed";
}

function retryWords(invoice: InvoiceView | null): string {
  return invoice?.nextPaymentAttempt
    ? `Stripe tries again on ${formatDateTime(invoice.nextPaymentAttempt)}. You can also pay now.`
    : "Stripe does not try again by itself.";
}

function payLink(invoice: InvoiceView | null, label?: string): NextStep["link"] {
  const href = httpsUrl(invoice?.hostedInvoiceUrl ?? null);
  return invoice && href ? { href, label: label ?? `Pay ${formatMoney(due(invoice))}` } : null;
}

const due = ({ amountDue, amountPaid }: InvoiceView) => ({
  amount: amountDue.amount - amountPaid.amount,
  currency: amountDue.currency,
});
