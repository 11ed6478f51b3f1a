import type { BillingView, SubscriptionView } from "@/lib/billing/queries";
import { formatDate } from "@/lib/format";

/** Something the user has to know about their plan, above everything else. What is to be paid stands in the banner. */
export type NextStep = { title: string; words: string[] };

/** What to know, or null if all is in order. */
export function nextStep({ access }: BillingView): NextStep | null {
  switch (access.state) {
    case "paused":
      return {
        title: "Your plan is paused",
        words: [
          "This happens, for one, when a trial ends without a payment method.",
          "Add a payment method if there is none, then resume the plan: its first payment is made at once.",
        ],
      };
    case "unknown":
      return {
        title: "We do not know this status yet",
        words: [
          "Stripe reports a status that this page has no word for, so your plan is switched off to be safe.",
          "Write to us: this is ours to mend.",
        ],
      };
    default:
      return null;
  }
}

/** That nothing is collected for a while, in words; null where it is. */
export function pauseNotice({ pause }: SubscriptionView): NextStep | null {
  if (pause === null) return null;
  const { resumesAt, isCollectedLater } = pause;
  return {
    title: resumesAt ? `Payments are paused until ${formatDate(resumesAt)}` : "Payments are paused",
    words: [
      "Your plan goes on as before. Nothing is charged for it meanwhile.",
      ...(isCollectedLater ? ["What falls due in this time may be collected afterwards."] : []),
    ],
  };
}
