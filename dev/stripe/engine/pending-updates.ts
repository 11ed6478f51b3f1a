import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";
import { subscriptionOf } from "./invoice-payment.ts";
import { voidInvoice } from "./invoices.ts";
import { HOUR } from "./periods.ts";
import type { Changed } from "./subscription-change.ts";
import { itemList } from "./subscription-items.ts";
import { changeSubscription, current } from "./subscription-state.ts";

type Subscription = Stripe.Subscription;

const PAYABLE = 23 * HOUR;

/** What a subscription will be once its invoice is paid. https://docs.stripe.com/billing/subscriptions/pending-updates */
export const pendingUpdate = ({ after, anew }: Changed, now: number): Stripe.Subscription.PendingUpdate => ({
  billing_cycle_anchor: anew ? after.billing_cycle_anchor : null,
  cancel_at_period_end: null,
  discount: null,
  discounts: null,
  expires_at: now + PAYABLE,
  metadata: null,
  subscription_items: after.items.data,
  trial_end: anew ? after.trial_end : null,
  trial_from_plan: null,
});

/** The invoice is paid: the change holds. */
export function applyPending(account: Account, before: Subscription, more: Partial<Subscription>): void {
  const { pending_update: pending } = before;
  const applied = changeSubscription(account, before, {
    ...more,
    ...(pending?.billing_cycle_anchor == null
      ? {}
      : {
          billing_cycle_anchor: pending.billing_cycle_anchor,
          trial_end: pending.trial_end,
          status: "active",
        }),
    items: itemList(before.id, pending?.subscription_items ?? before.items.data),
    pending_update: null,
  });
  account.emit("customer.subscription.pending_update_applied", applied);
}

/** Nobody paid in time: nothing changes, and the invoice for it is void. */
export function expirePending(account: Account, before: Subscription): void {
  const invoice = account.store.get("invoice", idOf(before.latest_invoice) ?? "");
  if (invoice?.status === "open") voidInvoice(account, invoice);
  discard(account, before);
}

/** With the invoice for it, a change that waited is given up. */
export function giveUpPending(account: Account, voided: Stripe.Invoice): void {
  const subscription = account.store.get("subscription", subscriptionOf(voided) ?? "");
  if (subscription?.pending_update && subscription.latest_invoice === voided.id)
    discard(account, subscription);
}

function discard(account: Account, before: Subscription): void {
  const expired = changeSubscription(account, current(account, before), { pending_update: null });
  account.emit("customer.subscription.pending_update_expired", expired);
}
