import { setTimeout as sleep } from "node:timers/promises";
import { afterResponse } from "../after";
import { type BillingView, readBilling, type SubscriptionView } from "./queries";
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

/** For so long a page waits for what it mends. The rest is done after it, where the platform lets it. */
const LOOK_MS = 2_000;

/**
 * What a look at one's own billing mends: events about it that still wait, and subscriptions that went silent. For where
 * neither another event nor a scheduler comes by, and nothing runs after a response. Costs nothing where all is well.
 * @param view as it was just read
 * @returns the view as it is then
 */
export async function healBilling(userId: string, view: BillingView, now: Date): Promise<BillingView> {
  const silent = [view.subscription, ...view.others].flatMap((s) => (s && isSilent(s, now) ? [s.id] : []));
  if (!view.settling && silent.length === 0) return view;
  const work = Promise.all([view.settling ? drainDue() : null, ...silent.map(syncSubscription)]);
  afterResponse("heal", () => work);
  await Promise.race([work.catch(() => null), sleep(LOOK_MS, null, { ref: false })]);
  return readBilling(userId, now);
}
