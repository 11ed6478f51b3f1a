import type { OpenBill, Standing } from "@/lib/billing/standing";
import { formatDate, formatDateTime, formatDistance, formatMoney } from "@/lib/format";
import { httpsUrl } from "@/lib/https-url";

/** What is to be paid, in words, with the way to do it. */
export type PaymentStep = {
  tone: "bad" | "warn";
  title: string;
  words: string[];
  link: { href: string; label: string } | null;
};

/** What the user has to pay or confirm now, or null. */
export function paymentStep(
  { access, bill }: Pick<Standing, "access" | "bill">,
  now: Date,
): PaymentStep | null {
  if (access.state === "incomplete") return firstPayment(bill);
  if (bill?.changeExpiresAt) return changePayment(bill, bill.changeExpiresAt);
  if (!bill && access.state !== "past_due" && access.state !== "unpaid") return null;
  return {
    tone: bill?.needsAction ? "warn" : "bad",
    title: titleOf(bill),
    words: [retryWords(bill), accessWords(access, now)].flatMap((words) => words ?? []),
    link: linkTo(bill),
  };
}

function firstPayment(bill: OpenBill | null): PaymentStep {
  return {
    tone: "warn",
    title: "The first payment is not complete",
    words: [
      "Your bank may be waiting for you to confirm it. What is not paid within 23 hours expires, and nothing is charged.",
    ],
    link: linkTo(bill, "Complete the payment"),
  };
}

function changePayment(bill: OpenBill, expiresAt: Date): PaymentStep {
  return {
    tone: "warn",
    title: titleOf(bill),
    words: [
      "It is for the change of your plan, which is made as soon as this is paid. Until then your plan stays as it is.",
      `What is not paid by ${formatDateTime(expiresAt)} is dropped.`,
    ],
    link: linkTo(bill),
  };
}

function titleOf(bill: OpenBill | null): string {
  if (!bill) return "The last payment failed";
  return bill.needsAction
    ? `Your bank asks you to confirm a payment of ${formatMoney(bill.due)}`
    : `A payment of ${formatMoney(bill.due)} failed`;
}

function retryWords(bill: OpenBill | null): string {
  if (bill?.needsAction)
    return "Your card is fine: the bank only wants to know that it is you. Until then it is not paid.";
  return bill?.nextPaymentAttempt
    ? `Stripe tries again on ${formatDateTime(bill.nextPaymentAttempt)}. You can also pay now.`
    : "Stripe does not try again by itself.";
}

function accessWords({ state, access, until }: Standing["access"], now: Date): string | null {
  if (state === "unpaid") return "Your plan is switched off. Paying the invoice switches it on again.";
  if (state !== "past_due") return null;
  if (access)
    return until
      ? `Your plan stays on until ${formatDateTime(until)}: it is switched off ${formatDistance(until, now)}, unless this is paid.`
      : "Your plan stays on for now.";
  const since = until ? ` since ${formatDate(until)}` : "";
  return `Your plan is switched off${since}. Paying the invoice switches it on again.`;
}

function linkTo(bill: OpenBill | null, label?: string): PaymentStep["link"] {
  const href = httpsUrl(bill?.hostedInvoiceUrl ?? null);
  if (!bill || !href) return null;
  return { href, label: label ?? `${bill.needsAction ? "Confirm" : "Pay"} ${formatMoney(bill.due)}` };
}
