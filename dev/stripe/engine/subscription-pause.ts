import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { previousAttributes } from "../events.ts";
import { ApiError } from "../http/errors.ts";
import { refreshEntitlements } from "./entitlements.ts";
import { payInvoice } from "./invoices.ts";
import { periodAt } from "./periods.ts";
import { creditLines, toInvoiceItems } from "./proration.ts";
import { draftFor } from "./subscription-billing.ts";
import { cycleOf, itemList } from "./subscription-items.ts";
import { periodLines, usageLines } from "./subscription-lines.ts";
import type { ProrationBehavior } from "./subscription-settings.ts";
import { changeSubscription, current, customerOf, nowFor } from "./subscription-state.ts";

type Subscription = Stripe.Subscription;
type PausedBy = Stripe.Subscription.StatusDetails.Paused.Subscription.Type;

export type PauseOptions = {
  bill_for?:
    | {
        outstanding_usage_through?: { type: "none" | "now" } | undefined;
        unused_time_from?: { type: "item_current_period_start" | "none" | "now" } | undefined;
      }
    | undefined;
  invoicing_behavior?: "invoice" | "pending_invoice_item" | undefined;
};

/**
 * Pauses a subscription: nothing is billed, and nothing is provided. The rest of the period is given back.
 * https://docs.stripe.com/api/subscriptions/pause
 * @throws ApiError unless it is active, trialing or past due
 */
export function pauseSubscription(
  account: Account,
  subscription: Subscription,
  { bill_for, invoicing_behavior = "pending_invoice_item" }: PauseOptions,
): Subscription {
  if (!["active", "trialing", "past_due"].includes(subscription.status)) {
    throw ApiError.invalid(`A subscription with a status of ${subscription.status} cannot be paused.`);
  }
  const now = nowFor(account, subscription);
  const lines = [
    ...(bill_for?.outstanding_usage_through?.type === "none"
      ? []
      : usageLines(account, subscription, subscription.items.data, now)),
    ...unusedLines(account, subscription, bill_for?.unused_time_from?.type ?? "now", now),
  ];
  toInvoiceItems(account, subscription, lines);
  const paused = pausedBy(account, subscription, "pause_requested");
  if (invoicing_behavior === "pending_invoice_item" || lines.length === 0) return paused;
  const draft = draftFor(account, paused, { reason: "subscription_update", lines: [], finalizes: "now" });
  const billed = changeSubscription(account, paused, { latest_invoice: draft.id });
  payInvoice(account, draft, { offSession: true });
  return current(account, billed);
}

function unusedLines(
  account: Account,
  subscription: Subscription,
  from: "item_current_period_start" | "none" | "now",
  now: number,
) {
  if (from === "none" || subscription.status === "trialing") return [];
  return subscription.items.data.flatMap((item) =>
    creditLines(account, subscription, from === "now" ? now : item.current_period_start, [item]),
  );
}

/** Says that a subscription is paused, and why. */
export function pausedBy(
  account: Account,
  subscription: Subscription,
  type: PausedBy,
  changes: Partial<Subscription> = {},
): Subscription {
  const transitioned_at = nowFor(account, subscription);
  const paused = changeSubscription(account, subscription, {
    ...changes,
    status: "paused",
    status_details: { paused: { subscription: { type }, transitioned_at, type: "subscription" } },
  });
  account.emit("customer.subscription.paused", paused);
  return paused;
}

export type ResumeOptions = {
  billing_cycle_anchor?: "now" | "unchanged" | undefined;
  payment_behavior?: "resume_on_payment_attempt" | "resume_on_payment_success" | undefined;
  proration_behavior?: ProrationBehavior | undefined;
};

/**
 * Lets a paused subscription go on: with a new cycle, or in the middle of the one that it had. Its invoice is tried at
 * once; whether it must be paid first is the caller's choice. https://docs.stripe.com/api/subscriptions/resume
 * @throws ApiError unless it is paused
 */
export function resumeSubscription(
  account: Account,
  subscription: Subscription,
  options: ResumeOptions,
): Subscription {
  if (subscription.status !== "paused") {
    throw ApiError.invalid("The subscription could not be resumed: only a paused one can be.");
  }
  const { billing_cycle_anchor = "now", payment_behavior, proration_behavior } = options;
  const now = nowFor(account, subscription);
  const anchor = billing_cycle_anchor === "now" ? now : subscription.billing_cycle_anchor;
  const moved = inCycle(subscription, anchor, now);
  const draft = draftFor(account, moved, {
    reason: "subscription_update",
    lines: periodLines(account, moved, { free: proration_behavior === "none" }),
    finalizes: "now",
  });
  const { items } = moved;
  const changes = { billing_cycle_anchor: anchor, items, latest_invoice: draft.id };
  if (payment_behavior !== "resume_on_payment_success") {
    const active = resumed(account, subscription, changes);
    payInvoice(account, draft, { offSession: true });
    return current(account, active);
  }
  account.store.note(subscription.id, { resumesWith: draft.id });
  const waiting = changeSubscription(account, subscription, changes);
  payInvoice(account, draft, { offSession: true });
  return current(account, waiting);
}

/** Says that a paused subscription goes on. */
export function resumed(
  account: Account,
  before: Subscription,
  changes: Partial<Subscription> = {},
): Subscription {
  account.store.note(before.id, { resumesWith: null });
  const { status_details: _, ...rest } = before;
  const active = account.store.put("subscription", { ...rest, ...changes, status: "active" });
  account.emit("customer.subscription.updated", active, previousAttributes(before, active));
  account.emit("customer.subscription.resumed", active);
  refreshEntitlements(account, customerOf(active));
  return active;
}

/** A subscription as it is in the cycle that a moment belongs to: its items from that moment to the cycle's end. */
function inCycle(subscription: Subscription, billing_cycle_anchor: number, now: number): Subscription {
  const items = subscription.items.data.map((item) => {
    const period = periodAt(billing_cycle_anchor, cycleOf(item.price), now);
    return { ...item, current_period_start: now, current_period_end: period.end };
  });
  return { ...subscription, billing_cycle_anchor, items: itemList(subscription.id, items) };
}
