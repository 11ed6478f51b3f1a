import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { refreshEntitlements } from "./entitlements.ts";
import type { InvoiceDraft } from "./invoice-draft.ts";
import { createInvoice } from "./invoices.ts";
import { periodAt } from "./periods.ts";
import { beginDuePhase, inDuePhase } from "./schedule-phases.ts";
import { invoiceOf, withhold } from "./subscription-billing.ts";
import { currentPeriod, cycleOf, itemList } from "./subscription-items.ts";
import { periodLines, usageLines } from "./subscription-lines.ts";
import { changeSubscription, current, customerOf, nowFor } from "./subscription-state.ts";
import { endForWantOfMethod, endsForWantOfMethod } from "./trials.ts";

type Subscription = Stripe.Subscription;

/** When the next period begins. A paused subscription stays where it is. */
export const renewsAt = (subscription: Subscription): number | null =>
  subscription.status === "paused" ? null : currentPeriod(subscription).end;

/**
 * Begins the next period, or ends the trial, and drafts the invoice for it. Features that a product has got or lost
 * meanwhile count from now on.
 */
export function renew(account: Account, before: Subscription): void {
  if (before.status === "trialing" && endsForWantOfMethod(account, before)) {
    endForWantOfMethod(account, before);
    return;
  }
  const now = nowFor(account, before);
  const phased = beginDuePhase(account, before, now);
  const next = nextPeriod(phased, now);
  const draft = createInvoice(account, cycleInvoice(account, before, next, now));
  changeSubscription(account, current(account, before), { ...next, latest_invoice: draft.id });
  refreshEntitlements(account, customerOf(next));
  if (next.pause_collection) withhold(account, draft, next.pause_collection.behavior);
}

/** What the next renewal will bill, as far as it can be told now. */
export function nextInvoice(account: Account, subscription: Subscription): InvoiceDraft {
  const { end } = currentPeriod(subscription);
  const next = nextPeriod(inDuePhase(account, subscription, end), end);
  return cycleInvoice(account, subscription, next, end);
}

function cycleInvoice(account: Account, before: Subscription, next: Subscription, at: number): InvoiceDraft {
  const ended = before.items.data.filter(({ current_period_end }) => current_period_end <= at);
  const renewed = next.items.data.filter(({ current_period_start }) => current_period_start === at);
  const used = before.status === "trialing" ? [] : usageLines(account, before, ended, at);
  return invoiceOf(account, next, {
    reason: "subscription_cycle",
    lines: [...used, ...periodLines(account, next, { items: renewed })],
    finalizes: before.pause_collection || before.status === "unpaid" ? "never" : "in an hour",
    period: currentPeriod(before),
  });
}

/** A subscription in the period that begins at a moment. Where it ends within, the period is short, and costs its part. */
function nextPeriod(subscription: Subscription, at: number): Subscription {
  const items = subscription.items.data.map((item) => {
    if (item.current_period_end > at) return item;
    const { end } = periodAt(subscription.billing_cycle_anchor, cycleOf(item.price), at);
    return {
      ...item,
      current_period_start: at,
      current_period_end: Math.min(end, subscription.cancel_at ?? Infinity),
    };
  });
  const { status } = subscription;
  return {
    ...subscription,
    status: status === "trialing" ? "active" : status,
    items: itemList(subscription.id, items),
  };
}
