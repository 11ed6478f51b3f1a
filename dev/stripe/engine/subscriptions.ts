import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";
import { redeem } from "./discounts.ts";
import { refreshEntitlements } from "./entitlements.ts";
import { intentOf, subscriptionOf } from "./invoice-payment.ts";
import { applyPending } from "./pending-updates.ts";
import { amountOf } from "./price-amounts.ts";
import { collectNow, draftFor } from "./subscription-billing.ts";
import { newSubscription, type SubscriptionDraft } from "./subscription-draft.ts";
import { cancelSubscription } from "./subscription-ending.ts";
import { extraLines, periodLines, trialLines } from "./subscription-lines.ts";
import { resumed } from "./subscription-pause.ts";
import type { DiscountDraft } from "./subscription-settings.ts";
import { changeSubscription, current, customerOf, isOver } from "./subscription-state.ts";
import { remindOfTrialEnd } from "./trials.ts";

type Subscription = Stripe.Subscription;

/**
 * Adds a subscription, bills its first period or begins its trial, and tries to collect. Paid at once it is `active`;
 * otherwise it is `incomplete`, until its invoice is paid or 23 hours have passed.
 * https://docs.stripe.com/billing/subscriptions/overview#subscription-lifecycle
 * @param schedule that makes it: then nobody waits for the payment, and the first invoice can change for an hour
 * @throws ApiError if something named does not exist or does not fit, or as `payment_behavior` wants it
 */
export function createSubscription(
  account: Account,
  draft: SubscriptionDraft,
  schedule: string | null = null,
): Subscription {
  return account.atomically(() => {
    const made = account.create("subscription", newSubscription(account, draft, schedule), null);
    account.store.note(made.id, { unannounced: true, ...(draft.paidBy ? { paidBy: draft.paidBy } : {}) });
    const discounts = redeemAll(account, made, draft.discounts ?? []);
    billFirst(account, changeSubscription(account, made, { discounts }), draft);
    account.store.note(made.id, { unannounced: false });
    const created = current(account, made);
    account.emit("customer.subscription.created", created);
    refreshEntitlements(account, draft.customer);
    remindOfTrialEnd(account, created);
    return created;
  });
}

/** Redeems discounts for a subscription. Those that it has already are named by their own ids. */
export function redeemAll(account: Account, subscription: Subscription, drafts: DiscountDraft[]): string[] {
  const { id, currency, items } = subscription;
  const purchase = {
    customer: customerOf(subscription),
    currency,
    amount: items.data.reduce((sum, { price, quantity = 0 }) => sum + amountOf(price, quantity), 0),
    paidBy: account.store.notes(id).paidBy,
    subscription: id,
  };
  return drafts.map(({ discount, ...draft }, at) => {
    if (discount === undefined) return redeem(account, purchase, draft, `discounts[${at}]`).id;
    if (subscription.discounts.some((own) => idOf(own) === discount)) return discount;
    throw ApiError.noSuch("discount", discount, `discounts[${at}][discount]`);
  });
}

/** Gives a subscription other discounts. Those that it had, and has no longer, end. */
export function replaceDiscounts(account: Account, before: Subscription, drafts: DiscountDraft[]): string[] {
  const discounts = redeemAll(account, before, drafts);
  for (const own of before.discounts) {
    const discount = account.store.get("discount", idOf(own) ?? "");
    if (discount && !discounts.includes(discount.id)) account.emit("customer.discount.deleted", discount);
  }
  return discounts;
}

function billFirst(account: Account, subscription: Subscription, draft: SubscriptionDraft): void {
  const { add_invoice_items = [], payment_behavior = "allow_incomplete", off_session = false } = draft;
  const later = subscription.status === "active";
  const lines =
    subscription.status === "trialing"
      ? trialLines(account, subscription)
      : periodLines(account, subscription, { free: draft.proration_behavior === "none" });
  const invoice = draftFor(account, subscription, {
    reason: "subscription_create",
    lines: [...lines, ...extraLines(account, subscription, add_invoice_items)],
    finalizes: later ? "in an hour" : "now",
  });
  const billed = changeSubscription(account, subscription, { latest_invoice: invoice.id });
  if (later) return;
  const collected = collectNow(account, billed, invoice, payment_behavior, off_session);
  const after = current(account, billed);
  if (collected.status === "paid" && after.status === "incomplete") {
    changeSubscription(account, after, { status: "active" });
  }
}

/** What a subscription makes of its invoice being paid: the latest one settles everything. */
export function invoicePaid(account: Account, invoice: Stripe.Invoice): void {
  const subscription = account.store.get("subscription", subscriptionOf(invoice) ?? "");
  if (!subscription || isOver(subscription) || subscription.latest_invoice !== invoice.id) return;
  const method = methodToKeep(account, subscription, invoice);
  if (subscription.pending_update) {
    applyPending(account, subscription, method);
    return;
  }
  switch (subscription.status) {
    case "incomplete":
    case "past_due":
    case "unpaid":
      changeSubscription(account, subscription, { status: "active", ...method });
      return;
    case "paused":
      if (account.store.notes(subscription.id).resumesWith === invoice.id) resumed(account, subscription);
      return;
    default:
      changeSubscription(account, subscription, method);
  }
}

/** The payment method that paid, where the subscription is to keep it. */
function methodToKeep(
  account: Account,
  { payment_settings }: Subscription,
  invoice: Stripe.Invoice,
): Partial<Subscription> {
  if (payment_settings?.save_default_payment_method !== "on_subscription") return {};
  const method = intentOf(account, invoice)?.payment_method;
  return method ? { default_payment_method: method } : {};
}

/**
 * What a subscription makes of a payment that failed: it is past due, and after the last attempt whatever the
 * account's settings say. https://docs.stripe.com/billing/revenue-recovery/smart-retries
 */
export function invoiceFailed(
  account: Account,
  invoice: Stripe.Invoice,
  { final }: { final: boolean },
): void {
  const subscription = account.store.get("subscription", subscriptionOf(invoice) ?? "");
  if (!subscription || subscription.latest_invoice !== invoice.id) return;
  if (subscription.status !== "active" && subscription.status !== "past_due") return;
  if (subscription.pending_update) return;
  const late =
    subscription.status === "active"
      ? changeSubscription(account, subscription, { status: "past_due" })
      : subscription;
  if (!final) return;
  if (account.whenRetriesEnd === "unpaid") changeSubscription(account, late, { status: "unpaid" });
  if (account.whenRetriesEnd === "cancel") cancelSubscription(account, late, { reason: "payment_failed" });
}
