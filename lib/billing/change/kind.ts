import type { Stripe } from "@/lib/stripe";
import { Refusal } from "../errors";
import { type Cadence, comparePlans, type Plan } from "../plans";
import { isFinalStatus } from "../subscription/access";

/**
 * A subscription can be changed if it runs, is paid, and is not about to end.
 * @throws Refusal with what to do first
 */
export function checkChangeable({
  status,
  cancel_at,
  cancel_at_period_end,
}: Pick<Stripe.Subscription, "status" | "cancel_at" | "cancel_at_period_end">): void {
  if (isFinalStatus(status)) throw Refusal.hasEnded();
  if (cancel_at !== null || cancel_at_period_end) throw Refusal.isEnding();
  if (status !== "active" && status !== "trialing") throw Refusal.isUnpaid();
}

/** What a subscription has, or is to have. */
export type Holding = { plan: Plan; cadence: Cadence; seats: number };

/**
 * When a change takes effect. What gives more is had at once, and its difference is paid at once; what gives less waits for
 * the end of what is paid already, so that nobody loses what they paid for. The plan decides first, then the cadence (a
 * year is more than a month), then the seats.
 */
export type ChangeKind = "none" | "now" | "later";

/**
 * @param from null for a price that the plan file does not know: any plan of today is taken for more
 * @param isTrial during a trial nothing is paid yet, so nothing is lost, and everything changes at once
 */
export function kindOfChange(from: Holding | null, to: Holding, isTrial: boolean): ChangeKind {
  const step = from === null ? 1 : firstDifference(from, to);
  if (step === 0) return "none";
  return step > 0 || isTrial ? "now" : "later";
}

/** A trial is of the plan that it was given for: a larger one that is sold without a trial is paid from the first day. */
export const endsTrial = (from: Holding | null, to: Plan): boolean =>
  to.trialDays === 0 && (from === null || comparePlans(from.plan.key, to.key) > 0);

function firstDifference(from: Holding, to: Holding): number {
  return (
    comparePlans(from.plan.key, to.plan.key) ||
    LENGTH[to.cadence] - LENGTH[from.cadence] ||
    to.seats - from.seats
  );
}

const LENGTH = { month: 1, year: 12 } as const satisfies Record<Cadence, number>;
