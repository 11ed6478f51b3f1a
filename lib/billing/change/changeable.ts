import type { Stripe } from "@/lib/stripe";
import { Refusal } from "../errors";
import { isFinalStatus } from "../subscription/access";

/**
 * Whether a subscription can be changed: it runs, is paid, and is not about to end.
 * @throws Refusal with what to do first
 */
export function checkChangeable({ status, cancel_at, cancel_at_period_end }: Stripe.Subscription): void {
  if (isFinalStatus(status)) throw Refusal.hasEnded();
  if (cancel_at !== null || cancel_at_period_end) throw Refusal.isEnding();
  if (status !== "active" && status !== "trialing") throw Refusal.isUnpaid();
}
