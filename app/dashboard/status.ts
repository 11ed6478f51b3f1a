import type { BillingView, SubscriptionView } from "@/lib/billing/queries";
import { formatDate, formatDistance } from "@/lib/format";

export type Tone = "good" | "warn" | "bad" | "quiet";

/** A subscription in words: one for the pill, one sentence for what happens when. */
export type Status = { label: string; tone: Tone; sentence: string };

/** The state that decides over access, in the user's words. Never Stripe's, but for a status that is not known here. */
export function describeStatus(view: BillingView, now: Date): Status {
  const { state, until, access } = view.access;
  const on = until ? `${formatDate(until)}, ${formatDistance(until, now)}` : null;
  switch (state) {
    case "none":
      return { label: "No plan", tone: "quiet", sentence: "There is no plan yet." };
    case "active":
      return { label: "Active", tone: "good", sentence: on ? `Renews on ${on}.` : "Paid, with no end set." };
    case "trialing":
      return {
        label: "Trial",
        tone: "good",
        sentence: on ? `The trial ends on ${on}. Then the first payment is due.` : "The trial is running.",
      };
    case "ending":
      return {
        label: "Ending",
        tone: "warn",
        sentence: `${on ? `Ends on ${on}` : "Ends soon"}. It does not renew.`,
      };
    case "past_due":
      return access
        ? {
            label: "Past due",
            tone: "bad",
            sentence: `Switched off ${until ? formatDistance(until, now) : "soon"}, unless it is paid.`,
          }
        : {
            label: "Past due",
            tone: "bad",
            sentence: until ? `The time to pay ended on ${formatDate(until)}.` : "The time to pay is over.",
          };
    case "unpaid":
    case "incomplete":
    case "paused":
      return STANDING_STILL[state];
    case "ended":
      return {
        label: endedLabel(view.subscription?.status),
        tone: "quiet",
        sentence: until ? `Ended on ${on}.` : "It has ended.",
      };
    case "unknown":
      return unclear(view.subscription?.status ?? "unknown");
    default:
      return state satisfies never;
  }
}

/** States in which nothing happens by itself: the same words, whichever subscription it is. */
const STANDING_STILL = {
  unpaid: { label: "Unpaid", tone: "bad", sentence: "Every attempt to collect the payment failed." },
  incomplete: { label: "Incomplete", tone: "warn", sentence: "It starts with the first payment." },
  paused: { label: "Paused", tone: "warn", sentence: "Nothing is charged while it is paused." },
} as const satisfies Record<string, Status>;

const unclear = (status: string): Status => ({
  label: "Unclear",
  tone: "warn",
  sentence: `Stripe calls its status “${status}”.`,
});

/** Why it is over, in Stripe's word where it has one. */
function endedLabel(status: string | undefined): string {
  if (status === "canceled") return "Canceled";
  return status === "incomplete_expired" ? "Expired" : "Ended";
}

/** Another live subscription, beside the one that decides, in a few words. */
export function describeOther(subscription: SubscriptionView): Status {
  const { status, cancelAt, cancelAtPeriodEnd, currentPeriodEnd } = subscription;
  const end = cancelAt ?? (cancelAtPeriodEnd ? currentPeriodEnd : null);
  if (end && (status === "active" || status === "trialing"))
    return { label: "Ending", tone: "warn", sentence: `Ends on ${formatDate(end)}.` };
  const renews = currentPeriodEnd ? `Renews on ${formatDate(currentPeriodEnd)}.` : "";
  switch (status) {
    case "active":
      return { label: "Active", tone: "good", sentence: renews };
    case "trialing":
      return { label: "Trial", tone: "good", sentence: renews };
    case "past_due":
      return { label: "Past due", tone: "bad", sentence: "Stripe is still trying to collect it." };
    case "unpaid":
    case "incomplete":
    case "paused":
      return STANDING_STILL[status];
    default:
      return unclear(status);
  }
}

/** Whether the subscription costs money now or will by itself, so that having two of them is worth a warning. */
export const isCharging = ({ status }: SubscriptionView): boolean =>
  status === "active" || status === "trialing" || status === "past_due";
