import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { refreshEntitlements } from "./entitlements.ts";
import { pendingItems } from "./invoice-items.ts";
import { subscriptionOf } from "./invoice-payment.ts";
import { payInvoice, stopCollecting, voidInvoice } from "./invoices.ts";
import { creditLines, toInvoiceItems } from "./proration.ts";
import { scheduleEnded } from "./schedule-ending.ts";
import { draftFor } from "./subscription-billing.ts";
import { currentPeriod } from "./subscription-items.ts";
import { usageLines } from "./subscription-lines.ts";
import { changeSubscription, customerOf, nowFor } from "./subscription-state.ts";

type Subscription = Stripe.Subscription;

export type Feedback = {
  comment?: string | null | undefined;
  feedback?: string | null | undefined;
};

/** When a subscription is to end. */
export type Ending = {
  cancel_at?: number | "min_period_end" | "max_period_end" | null | undefined;
  cancel_at_period_end?: boolean | undefined;
  cancellation_details?: Feedback | undefined;
};

/**
 * How a subscription says that it will end, or, again, that it will not.
 * https://docs.stripe.com/billing/subscriptions/cancel#cancel-at-the-end-of-the-current-billing-cycle
 */
export function ending(
  { cancel_at, cancel_at_period_end }: Ending,
  items: Stripe.SubscriptionItem[],
  now: number,
): Partial<Subscription> {
  if (cancel_at !== undefined && cancel_at !== null && cancel_at_period_end) {
    throw ApiError.invalid("You may only specify one of these parameters: cancel_at, cancel_at_period_end.", {
      param: "cancel_at",
    });
  }
  if (cancel_at_period_end)
    return { cancel_at: endOf(items, "min_period_end"), cancel_at_period_end, canceled_at: now };
  if (cancel_at === undefined && cancel_at_period_end === undefined) return {};
  if (cancel_at === undefined || cancel_at === null) {
    return { cancel_at: null, cancel_at_period_end: false, canceled_at: null };
  }
  const at = typeof cancel_at === "number" ? cancel_at : endOf(items, cancel_at);
  if (at <= now) {
    throw ApiError.invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", {
      param: "cancel_at",
    });
  }
  return { cancel_at: at, cancel_at_period_end: false, canceled_at: now };
}

function endOf(items: Stripe.SubscriptionItem[], word: "min_period_end" | "max_period_end"): number {
  const ends = items.map(({ current_period_end }) => current_period_end);
  return word === "min_period_end" ? Math.min(...ends) : Math.max(...ends);
}

/** Why a subscription ends, beside what the customer said of it. */
export function detailsOf(
  { cancellation_details: before }: Subscription,
  { comment, feedback }: Feedback = {},
  reason: Stripe.Subscription.CancellationDetails.Reason | null,
): Stripe.Subscription.CancellationDetails {
  return {
    comment: comment === undefined ? (before?.comment ?? null) : comment,
    feedback: feedback === undefined ? (before?.feedback ?? null) : feedback,
    feedback_option: before?.feedback_option ?? null,
    reason,
  };
}

export type CancelOptions = {
  invoice_now?: boolean | undefined;
  prorate?: boolean | undefined;
  cancellation_details?: Feedback | undefined;
  reason?: Stripe.Subscription.CancellationDetails.Reason | null;
};

/** Ends a subscription now. https://docs.stripe.com/api/subscriptions/cancel */
export function cancelSubscription(
  account: Account,
  subscription: Subscription,
  options: CancelOptions = {},
): Subscription {
  const { invoice_now = false, prorate = false, reason = "cancellation_requested" } = options;
  const now = nowFor(account, subscription);
  stopInvoices(account, subscription);
  if (prorate && subscription.status !== "trialing") {
    toInvoiceItems(account, subscription, creditLines(account, subscription, now));
  }
  const last = invoice_now ? draftLast(account, subscription) : null;
  return end(account, subscription, last, {
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: subscription.canceled_at ?? now,
    cancellation_details: detailsOf(subscription, options.cancellation_details, reason),
  });
}

/** Ends a subscription at the moment that was set. What its meters counted, and what waits, is billed then. */
export function cancelAsPlanned(account: Account, subscription: Subscription): Subscription {
  stopInvoices(account, subscription);
  const last = subscription.status === "trialing" ? null : draftLast(account, subscription);
  const reason = subscription.cancellation_details?.reason ?? "cancellation_requested";
  return end(account, subscription, last, {
    cancellation_details: detailsOf(subscription, {}, reason),
  });
}

function end(
  account: Account,
  before: Subscription,
  last: Stripe.Invoice | null,
  changes: Partial<Subscription>,
): Subscription {
  const canceled = account.change(
    "subscription",
    before,
    {
      ...changes,
      status: "canceled",
      ended_at: nowFor(account, before),
      ...(last ? { latest_invoice: last.id } : {}),
      pause_collection: null,
      schedule: null,
    },
    null,
  );
  account.emit("customer.subscription.deleted", canceled);
  refreshEntitlements(account, customerOf(canceled));
  const failed = canceled.cancellation_details?.reason === "payment_failed";
  scheduleEnded(account, before, failed ? "aborted" : "canceled");
  if (last) payInvoice(account, last, { offSession: true });
  return canceled;
}

/** A first invoice that nobody paid in time takes its subscription with it. */
export function expireIncomplete(account: Account, subscription: Subscription): void {
  const now = nowFor(account, subscription);
  stopInvoices(account, subscription);
  changeSubscription(account, subscription, {
    status: "incomplete_expired",
    canceled_at: now,
    ended_at: now,
  });
}

/**
 * Open invoices stay, but nothing tries to collect them any more. The first of a subscription that never began is void.
 * https://docs.stripe.com/billing/subscriptions/cancel#handle-invoice-items-when-canceling-subscriptions
 */
function stopInvoices(account: Account, subscription: Subscription): void {
  for (const invoice of account.store.ofCustomer("invoice", customerOf(subscription))) {
    if (subscriptionOf(invoice) !== subscription.id) continue;
    if (invoice.status === "open" && subscription.status === "incomplete") voidInvoice(account, invoice);
    else if (invoice.status === "open" || invoice.status === "draft") stopCollecting(account, invoice);
  }
}

/** The invoice of what is left to bill, if anything is. */
function draftLast(account: Account, subscription: Subscription): Stripe.Invoice | null {
  const now = nowFor(account, subscription);
  const lines = usageLines(account, subscription, subscription.items.data, now);
  if (lines.length + pendingItems(account, customerOf(subscription), subscription.id).length === 0)
    return null;
  const { start } = currentPeriod(subscription);
  const period = { start, end: now };
  return draftFor(account, subscription, { reason: "subscription_cycle", lines, finalizes: "now", period });
}

/**
 * What the portal's "cancel" does. Flexible billing mode says it with a date alone, classic with the flag as well.
 * https://docs.stripe.com/billing/subscriptions/billing-mode
 */
export function cancelFromPortal(account: Account, subscription: Subscription, said: Feedback): Subscription {
  const at = ending({ cancel_at: "min_period_end" }, subscription.items.data, nowFor(account, subscription));
  return changeSubscription(account, subscription, {
    ...at,
    cancel_at_period_end: subscription.billing_mode.type === "classic",
    cancellation_details: detailsOf(subscription, said, "cancellation_requested"),
  });
}
