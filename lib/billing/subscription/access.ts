/**
 * Who may use the product: pure policy over subscription rows. No clock, no database, no configuration of its own.
 * While the collection of payments is paused, Stripe leaves the status as it is, and so access stays.
 * Statuses: https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses
 */

/** What the policy needs to know of a subscription. A database row has all of it. */
export type SubscriptionFacts = {
  id: string;
  /** Stripe's word, stored as it came. Stripe adds statuses: one unknown here gives no access. */
  status: string;
  currentPeriodStart: Date | null;
  currentPeriodEnd: Date | null;
  cancelAtPeriodEnd: boolean;
  cancelAt: Date | null;
  endedAt: Date | null;
  trialEnd: Date | null;
  startedAt: Date | null;
  /** When the oldest bill that is still unpaid was made, if one is known. The grace period counts from it. */
  unpaidSince: Date | null;
};

/** Among subscriptions that agree on access, the one whose state comes first is shown. */
const SHOWN_FIRST = [
  "active",
  "trialing",
  "ending",
  "past_due",
  "unpaid",
  "incomplete",
  "paused",
  "unknown",
  "ended",
  "none",
] as const;

export type AccessState = (typeof SHOWN_FIRST)[number];

export type Access = {
  access: boolean;
  state: AccessState;
  /** Up to when this holds as things stand: the next renewal, the end, or the last moment of grace. */
  until: Date | null;
  /** One sentence for a person. */
  reason: string;
  /** The subscription that decided. */
  subscriptionId: string | null;
};

export type Policy = {
  /** For how many days after the unpaid bill a `past_due` subscription still gives access. */
  pastDueGraceDays: number;
};

const DAY_MS = 86_400_000;

const isActive = (s: SubscriptionFacts) => s.status === "active";
const onTrial = (s: SubscriptionFacts) => s.status === "trialing";
export const isPastDue = (s: SubscriptionFacts) => s.status === "past_due";

/** `canceled` and `incomplete_expired` are final: Stripe never leaves them. */
export const isFinalStatus = (status: string) => status === "canceled" || status === "incomplete_expired";

/**
 * When the subscription will end, if it was cancelled for later. Classic billing sets `cancel_at_period_end`, flexible
 * billing may set `cancel_at` alone. https://docs.stripe.com/billing/subscriptions/cancel
 */
const endsAt = (s: SubscriptionFacts) => s.cancelAt ?? (s.cancelAtPeriodEnd ? s.currentPeriodEnd : null);

export const hasEnded = (s: SubscriptionFacts, now: Date) =>
  isFinalStatus(s.status) || isPast(s.endedAt, now) || isPast(endsAt(s), now);

/** Cancelled for later, and still running until then. */
export const isEnding = (s: SubscriptionFacts, now: Date) =>
  (isActive(s) || onTrial(s)) && (s.cancelAtPeriodEnd || s.cancelAt !== null) && !hasEnded(s, now);

/** The last moment of grace of a `past_due` subscription. Null, and no grace, if nothing tells when it began. */
const graceEndsAt = (s: SubscriptionFacts, policy: Policy) => {
  const since = s.unpaidSince ?? s.currentPeriodStart ?? s.startedAt;
  return since && new Date(since.getTime() + policy.pastDueGraceDays * DAY_MS);
};

export const onGracePeriod = (s: SubscriptionFacts, now: Date, policy: Policy) =>
  isPastDue(s) && !hasEnded(s, now) && isAhead(graceEndsAt(s, policy), now);

const hasAccess = (s: SubscriptionFacts, now: Date, policy: Policy) =>
  !hasEnded(s, now) && (isActive(s) || onTrial(s) || onGracePeriod(s, now, policy));

/**
 * Decides for a user, over all subscriptions they have or had. Any one that gives access is enough, so the end of an old
 * subscription never hides a new one.
 */
export function decideAccess(subscriptions: readonly SubscriptionFacts[], now: Date, policy: Policy): Access {
  const verdicts = subscriptions.map((subscription) => ({
    subscription,
    verdict: judge(subscription, now, policy),
  }));
  const [best] = verdicts.sort(
    (a, b) =>
      Number(b.verdict.access) - Number(a.verdict.access) ||
      SHOWN_FIRST.indexOf(a.verdict.state) - SHOWN_FIRST.indexOf(b.verdict.state) ||
      time(b.verdict.until) - time(a.verdict.until) ||
      time(b.subscription.startedAt) - time(a.subscription.startedAt) ||
      (a.subscription.id < b.subscription.id ? -1 : 1),
  );
  return best?.verdict ?? NO_SUBSCRIPTION;
}

const NO_SUBSCRIPTION: Access = {
  access: false,
  state: "none",
  until: null,
  reason: "There is no subscription.",
  subscriptionId: null,
};

const judge = (s: SubscriptionFacts, now: Date, policy: Policy): Access => ({
  access: hasAccess(s, now, policy),
  subscriptionId: s.id,
  ...stateOf(s, now, policy),
});

type State = Pick<Access, "state" | "until" | "reason">;

function stateOf(s: SubscriptionFacts, now: Date, policy: Policy): State {
  if (hasEnded(s, now)) {
    const isPaid = s.status !== "incomplete_expired";
    const reason = isPaid ? "The subscription has ended." : "The first payment was never completed.";
    return { state: "ended", until: s.endedAt ?? endsAt(s), reason };
  }
  if (isEnding(s, now))
    return {
      state: "ending",
      until: endsAt(s),
      reason: "The subscription was cancelled and runs until its end.",
    };
  switch (s.status) {
    case "active":
      return { state: "active", until: s.currentPeriodEnd, reason: "The subscription is paid." };
    case "trialing":
      return { state: "trialing", until: s.trialEnd ?? s.currentPeriodEnd, reason: "The trial is running." };
    case "past_due":
      return {
        state: "past_due",
        until: earlier(graceEndsAt(s, policy), endsAt(s)),
        reason: onGracePeriod(s, now, policy)
          ? "The last payment failed; there is still time to pay."
          : "The last payment failed and the time to pay is over.",
      };
    case "unpaid":
      return { state: "unpaid", until: null, reason: "Payment failed too often." };
    case "incomplete":
      return { state: "incomplete", until: null, reason: "The first payment has not been completed yet." };
    case "paused":
      return { state: "paused", until: null, reason: "The subscription is paused." };
    default:
      return { state: "unknown", until: null, reason: `Stripe calls the subscription "${s.status}".` };
  }
}

const isAhead = (at: Date | null, now: Date) => at !== null && at > now;
const earlier = (a: Date | null, b: Date | null) => (a && b ? (a < b ? a : b) : (a ?? b));
const isPast = (at: Date | null, now: Date) => at !== null && at <= now;
const time = (at: Date | null) => at?.getTime() ?? 0;
