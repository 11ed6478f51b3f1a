import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { DAY } from "./periods.ts";
import { cancelSubscription } from "./subscription-ending.ts";
import { pausedBy } from "./subscription-pause.ts";
import { methodOf, nowFor } from "./subscription-state.ts";

type Subscription = Stripe.Subscription;

const WARNING = 3 * DAY;

/** When `trial_will_end` is to be sent; null when it was, or where there is no trial. */
export function trialReminderAt(account: Account, subscription: Subscription): number | null {
  const { id, status, trial_end } = subscription;
  if (status !== "trialing" || trial_end === null) return null;
  return account.store.notes(id).trialWillEndFor === trial_end ? null : trial_end - WARNING;
}

/**
 * Says that a trial ends soon: three days before, or at once if it is shorter.
 * https://docs.stripe.com/billing/subscriptions/trials
 */
export function remindOfTrialEnd(account: Account, subscription: Subscription): void {
  const at = trialReminderAt(account, subscription);
  if (at === null || subscription.trial_end === null || at > nowFor(account, subscription)) return;
  account.store.note(subscription.id, { trialWillEndFor: subscription.trial_end });
  account.emit("customer.subscription.trial_will_end", subscription);
}

/** Whether a trial ends and there is nothing to charge, where the subscription would rather not send an invoice then. */
export function endsForWantOfMethod(account: Account, subscription: Subscription): boolean {
  const behavior = subscription.trial_settings?.end_behavior.missing_payment_method ?? "create_invoice";
  if (behavior === "create_invoice" || subscription.collection_method === "send_invoice") return false;
  return methodOf(account, subscription) === null;
}

/** Pauses or ends such a subscription. https://docs.stripe.com/billing/subscriptions/trials/free-trials */
export function endForWantOfMethod(account: Account, subscription: Subscription): Subscription {
  const behavior = subscription.trial_settings?.end_behavior.missing_payment_method;
  if (behavior === "cancel") return cancelSubscription(account, subscription, { reason: null });
  const trial_end = nowFor(account, subscription);
  return pausedBy(account, subscription, "trial_end_without_payment_method", { trial_end });
}
