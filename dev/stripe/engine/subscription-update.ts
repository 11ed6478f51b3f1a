import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import type { LineDraft } from "./invoice-lines.ts";
import { pendingUpdate } from "./pending-updates.ts";
import { creditLines, cutLines, prorationLines, toInvoiceItems } from "./proration.ts";
import { collectNow, draftFor } from "./subscription-billing.ts";
import { type Changed, changed, type SubscriptionChange } from "./subscription-change.ts";
import { extraLines, periodLines, usageLines } from "./subscription-lines.ts";
import { changeSubscription, current, nowFor } from "./subscription-state.ts";
import { replaceDiscounts } from "./subscriptions.ts";
import { endForWantOfMethod, endsForWantOfMethod, remindOfTrialEnd } from "./trials.ts";

type Subscription = Stripe.Subscription;

/**
 * Changes a subscription. A change of what it costs is prorated; a change of how often it is billed begins a new cycle,
 * which is billed at once. https://docs.stripe.com/billing/subscriptions/change
 * @throws ApiError if something does not fit, or as `payment_behavior` wants it: then nothing changed
 */
export function updateSubscription(
  account: Account,
  before: Subscription,
  change: SubscriptionChange,
): Subscription {
  if (change.payment_behavior !== "pending_if_incomplete") return updateNow(account, before, change);
  try {
    return updateNow(account, before, { ...change, payment_behavior: "error_if_incomplete" });
  } catch (error) {
    if (error instanceof ApiError && error.status === 402) return updateWhenPaid(account, before, change);
    throw error;
  }
}

function updateNow(account: Account, before: Subscription, change: SubscriptionChange): Subscription {
  return account.atomically(() => {
    const { after, anew } = changed(account, before, change);
    const trialEnds = before.status === "trialing" && after.status !== "trialing";
    if (trialEnds && endsForWantOfMethod(account, after)) return endForWantOfMethod(account, before);
    const discounts =
      change.discounts === undefined
        ? before.discounts
        : replaceDiscounts(account, before, change.discounts ?? []);
    const draft = billUpdate(account, before, { after: { ...after, discounts }, anew }, change);
    const latest_invoice = draft?.id ?? before.latest_invoice;
    const updated = changeSubscription(account, before, { ...after, discounts, latest_invoice });
    if (draft) collect(account, updated, draft, change);
    remindOfTrialEnd(account, current(account, updated));
    return current(account, updated);
  });
}

/** Changes nothing until the invoice for it is paid. https://docs.stripe.com/billing/subscriptions/pending-updates */
function updateWhenPaid(account: Account, before: Subscription, change: SubscriptionChange): Subscription {
  return account.atomically(() => {
    const next = changed(account, before, change);
    const draft = billUpdate(account, before, next, change);
    if (!draft) throw new Error("A payment failed that there was none of.");
    const pending_update = pendingUpdate(next, nowFor(account, before));
    const waiting = changeSubscription(account, before, { pending_update, latest_invoice: draft.id });
    collectNow(account, waiting, draft, "allow_incomplete", change.off_session ?? false);
    return current(account, waiting);
  });
}

function collect(
  account: Account,
  subscription: Subscription,
  draft: Stripe.Invoice,
  { payment_behavior = "allow_incomplete", off_session = false }: SubscriptionChange,
): void {
  const invoice = collectNow(account, subscription, draft, payment_behavior, off_session);
  if (invoice.status === "open" && payment_behavior === "default_incomplete") {
    changeSubscription(account, current(account, subscription), { status: "past_due" });
  }
}

/** The invoice that an update asks for, if any. What it does not ask for at once waits for the next. */
function billUpdate(
  account: Account,
  before: Subscription,
  next: Changed,
  change: SubscriptionChange,
): Stripe.Invoice | null {
  const { after, anew } = next;
  const { proration_behavior = "create_prorations", add_invoice_items = [] } = change;
  const at = change.proration_date ?? nowFor(account, before);
  const prorated = proration_behavior === "none" ? [] : prorations(account, before, next, at);
  const waiting = [...prorated, ...extraLines(account, after, add_invoice_items)];
  toInvoiceItems(account, after, waiting);
  const atOnce = proration_behavior === "always_invoice" && waiting.length > 0;
  if (!atOnce && !anew) return null;
  const lines = anew ? cycleLines(account, before, after, at) : [];
  return draftFor(account, after, { reason: "subscription_update", lines, finalizes: "now" });
}

function prorations(
  account: Account,
  before: Subscription,
  { after, anew }: Changed,
  at: number,
): LineDraft[] {
  if (before.status === "trialing" || before.status === "paused") return [];
  const ends = anew || after.status === "trialing";
  if (ends) return creditLines(account, before, at);
  return [...prorationLines(account, before, after, at), ...cutLines(account, before, after)];
}

const cycleLines = (account: Account, before: Subscription, after: Subscription, at: number) => [
  ...(before.status === "trialing" ? [] : usageLines(account, before, before.items.data, at)),
  ...periodLines(account, after),
];
