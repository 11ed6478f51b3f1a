import { isFinalStatus } from "../billing/subscription/access";
import type { Mail } from "./outbox";

/** Nobody is told after so long, whatever held it up, unless an operator asks for it. */
const OLDEST_MS = 4 * 86_400_000;

/**
 * Why a mail is not to be sent, by what the rows say now; null if it is as true as it was. Pure.
 * @returns a sentence for an operator
 */
export function whyNotSend(mail: Mail, now: Date): string | null {
  if (mail.to === null) return "No user owns the customer.";
  if (now.getTime() - mail.newsAt.getTime() > OLDEST_MS) return "It is too old to be news.";
  switch (mail.kind) {
    case "started":
      return mail.status === "active" || mail.status === "trialing"
        ? null
        : `The plan is ${mail.status ?? "gone"}.`;
    case "trial_ending":
      if (mail.status !== "trialing") return "The trial is over.";
      if (mail.trialEnd?.getTime() !== mail.nextAt?.getTime()) return "The trial ends at another time now.";
      return mail.isEnding ? "The plan was cancelled, so nothing will be charged." : null;
    case "payment_failed":
      if (mail.isAsked) return "The bank asked about this attempt, and that is told.";
      return whyNotPay(mail);
    case "action_required":
      return whyNotPay(mail);
    case "cancelled":
      if (mail.status !== null && isFinalStatus(mail.status)) return "The plan has ended, and that is told.";
      return mail.isEnding === false ? "The cancellation was taken back." : null;
    case "ended":
      return null;
    default:
      return "This version knows no mail of this kind.";
  }
}

function whyNotPay({ billStatus, billAttempts, attempt, status }: Mail): string | null {
  if (billStatus !== null && billStatus !== "open") return `The bill is ${billStatus}.`;
  if ((billAttempts ?? 0) > (attempt ?? 0)) return "A later attempt is told.";
  return status !== null && isFinalStatus(status) ? "The plan has ended." : null;
}
