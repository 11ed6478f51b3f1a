import type Stripe from "stripe";
import type { Account } from "../account.ts";
import type { Routine } from "./due.ts";
import { draftInvoice } from "./invoice-draft.ts";
import { pendingItems } from "./invoice-items.ts";
import { expirePending } from "./pending-updates.ts";
import { DAY, HOUR } from "./periods.ts";
import { cancelAsPlanned, expireIncomplete } from "./subscription-ending.ts";
import { currentPeriod } from "./subscription-items.ts";
import { nextInvoice, renew, renewsAt } from "./subscription-renewal.ts";
import { changeSubscription, customerOf, isOver, nowFor } from "./subscription-state.ts";
import { remindOfTrialEnd, trialReminderAt } from "./trials.ts";

type Subscription = Stripe.Subscription;

const PAYABLE = 23 * HOUR;
/** How long before a renewal `invoice.upcoming` is sent; a setting of the dashboard. */
const NOTICE = 7 * DAY;

/**
 * What subscriptions do by themselves: renew, leave their trial, end as planned, expire unpaid, and warn of it.
 * https://docs.stripe.com/billing/subscriptions/overview#subscription-lifecycle
 */
export const subscriptionRoutine: Routine<"subscription"> = {
  kind: "subscription",
  customer: customerOf,

  dueAt(account, subscription) {
    if (isOver(subscription) || account.store.notes(subscription.id).unannounced) return null;
    if (subscription.status === "incomplete") return subscription.created + PAYABLE;
    const moments = [
      subscription.cancel_at,
      renewsAt(subscription),
      trialReminderAt(account, subscription),
      noticeAt(account, subscription),
      subscription.pause_collection?.resumes_at ?? null,
      subscription.pending_update?.expires_at ?? null,
    ];
    return moments.reduce(earlier, null);
  },

  run(account, subscription) {
    const now = nowFor(account, subscription);
    const isDue = (at: number | null | undefined) => typeof at === "number" && at <= now;
    if (subscription.status === "incomplete") expireIncomplete(account, subscription);
    else if (isDue(subscription.cancel_at)) cancelAsPlanned(account, subscription);
    else if (isDue(subscription.pending_update?.expires_at)) expirePending(account, subscription);
    else if (isDue(subscription.pause_collection?.resumes_at)) {
      changeSubscription(account, subscription, { pause_collection: null });
    } else if (isDue(renewsAt(subscription))) renew(account, subscription);
    else if (isDue(trialReminderAt(account, subscription))) remindOfTrialEnd(account, subscription);
    else giveNotice(account, subscription);
  },
};

const earlier = (one: number | null, other: number | null) =>
  one === null || other === null ? (one ?? other) : Math.min(one, other);

function noticeAt(account: Account, subscription: Subscription): number | null {
  const { start, end } = currentPeriod(subscription);
  const renews = ["active", "trialing", "past_due"].includes(subscription.status);
  if (!renews || subscription.cancel_at === end || end - NOTICE < start) return null;
  return account.store.notes(subscription.id).upcomingFor === end ? null : end - NOTICE;
}

/** https://docs.stripe.com/api/events/types#event_types-invoice.upcoming */
function giveNotice(account: Account, subscription: Subscription): void {
  account.store.note(subscription.id, { upcomingFor: currentPeriod(subscription).end });
  const waiting = pendingItems(account, customerOf(subscription), subscription.id);
  const id = account.newIdOf("upcoming_in");
  account.emit("invoice.upcoming", draftInvoice(account, id, nextInvoice(account, subscription), waiting));
}
