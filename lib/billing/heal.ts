import type { BillingView, SubscriptionView } from "./queries";
import { isFinalStatus } from "./subscription/access";
import { syncSubscription } from "./subscription/lifecycle";
import { drainDue } from "./webhook/drain";

/** Stripe keeps a renewal's bill open for about an hour before it charges it. https://docs.stripe.com/billing/invoices/subscription */
const RENEWAL_MS = 90 * 60_000;

/** How long an answer of Stripe that changed nothing is enough. */
const PATIENCE_MS = 15 * 60_000;

/** The period is over, the event of what followed should be here, and nothing has been heard. */
function isSilent({ status, currentPeriodEnd, confirmedAt }: SubscriptionView, now: Date): boolean {
  if (isFinalStatus(status) || currentPeriodEnd === null) return false;
  const isOver = now.getTime() > currentPeriodEnd.getTime() + RENEWAL_MS;
  return isOver && now.getTime() > confirmedAt.getTime() + PATIENCE_MS;
}

/**
 * What a look at one's own billing mends: events about it that still wait, and subscriptions that went silent. For where
 * neither another event nor a scheduler comes by. Costs nothing where all is well.
 * @returns the work, or null if there is none
 */
export function healBilling(view: BillingView, now: Date): (() => Promise<void>) | null {
  const silent = [view.subscription, ...view.others].flatMap((s) => (s && isSilent(s, now) ? [s.id] : []));
  if (!view.settling && silent.length === 0) return null;
  return async () => {
    if (view.settling) await drainDue();
    await Promise.all(silent.map(syncSubscription));
  };
}
