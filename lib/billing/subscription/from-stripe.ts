import { planOf } from "../plans";
import {
  amount,
  id,
  isObject,
  type JsonObject,
  list,
  metadata,
  must,
  objectOr,
  smallInteger,
  text,
  time,
} from "../read";

/**
 * Stripe's objects, in any of the shapes they have had, as the rows we keep. Pure, and the only place that knows the
 * shapes: it looks at what is there, never at `api_version`, for fields were added to old versions too.
 * `2025-03-31.basil` moved the periods to the items and the subscription of an invoice to its parent:
 * https://docs.stripe.com/changelog/basil
 */

/** @throws UnreadableObject without an id or a status. https://docs.stripe.com/api/subscriptions/object */
export function subscriptionFromStripe(o: JsonObject) {
  const items = itemsFromStripe(o);
  const starts = items.map((item) => item.currentPeriodStart);
  const ends = items.map((item) => item.currentPeriodEnd);
  return {
    id: must(id(o.id), "subscription.id", "an id", o.id),
    customerId: customerOf(o),
    status: must(text(o.status), "subscription.status", "text", o.status),
    currentPeriodStart: time(o.current_period_start) ?? furthest(Math.min, starts),
    currentPeriodEnd: time(o.current_period_end) ?? furthest(Math.max, ends),
    cancelAtPeriodEnd: o.cancel_at_period_end === true,
    cancelAt: time(o.cancel_at),
    canceledAt: time(o.canceled_at),
    endedAt: time(o.ended_at),
    trialStart: time(o.trial_start),
    trialEnd: time(o.trial_end),
    startedAt: time(o.start_date) ?? time(o.start) ?? time(o.created),
    currency: text(o.currency) ?? text(objectOr(list(o.items)[0]?.price ?? o.plan).currency),
    latestInvoiceId: id(o.latest_invoice),
    livemode: o.livemode === true,
    metadata: metadata(o.metadata),
    ...pendingUpdateOf(o),
    ...pauseOf(o),
    items,
  };
}

export type SubscriptionState = ReturnType<typeof subscriptionFromStripe>;

/**
 * A change that waits for its payment: until when, and what the plan's item would be.
 * https://docs.stripe.com/billing/subscriptions/pending-updates
 */
function pendingUpdateOf(subscription: JsonObject) {
  const pending = objectOr(subscription.pending_update);
  const { priceId, quantity } = planItemOf(pending.subscription_items);
  return {
    pendingExpiresAt: time(pending.expires_at),
    pendingPriceId: priceId,
    pendingQuantity: quantity,
  };
}

/** What becomes of bills for a while. Not the status `paused`: the plan goes on. https://docs.stripe.com/billing/subscriptions/pause-payment */
function pauseOf(subscription: JsonObject) {
  const pause = objectOr(subscription.pause_collection);
  return { pauseBehavior: text(pause.behavior), pauseResumesAt: time(pause.resumes_at) };
}

/** In Stripe's order, and each id once: sample events repeat them. Lists in events are cut at ten entries. */
function itemsFromStripe(subscription: JsonObject) {
  const items = list(subscription.items).flatMap((item) => itemFromStripe(item, subscription));
  return [...new Map(items.map((item) => [item.id, item])).values()];
}

/** Before basil all items have the period of their subscription. */
function itemFromStripe(o: JsonObject, subscription: JsonObject) {
  const itemId = id(o.id);
  if (itemId === null) return [];
  const price = priceOf(o);
  return [
    {
      id: itemId,
      priceId: priceIdOf(o),
      productId: id(price.product),
      quantity: smallInteger(o.quantity),
      currentPeriodStart: time(o.current_period_start) ?? time(subscription.current_period_start),
      currentPeriodEnd: time(o.current_period_end) ?? time(subscription.current_period_end),
    },
  ];
}

/** Before 2020-08-27 an item has a plan and no price; a plan's id is what the price's id became. */
const priceOf = (item: JsonObject) => (isObject(item.price) ? item.price : objectOr(item.plan));
const priceIdOf = (item: JsonObject) => id(priceOf(item)) ?? id(item.price) ?? id(item.plan);

/**
 * What the plan's item is for, of the items of a subscription: the first one whose price the plan file knows, or else the
 * first. Add-ons stand beside it. A price that was replaced tells by its metadata, as `stripe:setup` makes it.
 */
export function planItemOf(items: unknown): { priceId: string | null; quantity: number | null } {
  const all = list(items);
  const item = all.find((one) => isPlan(priceOf(one))) ?? all[0] ?? {};
  return { priceId: priceIdOf(item), quantity: smallInteger(item.quantity) };
}

const isPlan = (price: JsonObject) =>
  planOf({ lookupKey: text(price.lookup_key) }, { metadata: metadata(price.metadata) }) !== null;

/** Why a subscription was cancelled, in Stripe's word. https://docs.stripe.com/api/subscriptions/object#subscription_object-cancellation_details-reason */
export const endReasonOf = (subscription: JsonObject) =>
  text(objectOr(subscription.cancellation_details).reason);

/** What a bill was made for, in Stripe's word. https://docs.stripe.com/api/invoices/object#invoice_object-billing_reason */
export const billingReasonOf = (invoice: JsonObject) => text(invoice.billing_reason);

/** @throws UnreadableObject without an id, a currency or an amount. https://docs.stripe.com/api/invoices/object */
export function invoiceFromStripe(o: JsonObject) {
  return {
    id: must(id(o.id), "invoice.id", "an id", o.id),
    customerId: customerOf(o),
    subscriptionId: subscriptionOf(o),
    // Invoices had no status before 2018-11, but a flag for being paid.
    status: text(o.status) ?? (o.paid === true ? "paid" : null),
    number: text(o.number),
    amountDue: must(amount(o.amount_due), "invoice.amount_due", "a whole number", o.amount_due),
    amountPaid: amount(o.amount_paid) ?? 0n,
    currency: must(text(o.currency), "invoice.currency", "text", o.currency),
    attemptCount: smallInteger(o.attempt_count) ?? 0,
    dueAt: time(o.due_date),
    nextPaymentAttempt: time(o.next_payment_attempt),
    hostedInvoiceUrl: text(o.hosted_invoice_url),
    invoicePdf: text(o.invoice_pdf),
    livemode: o.livemode === true,
    createdAt: time(o.created) ?? time(o.date),
  };
}

function subscriptionOf(invoice: JsonObject): string | null {
  const details = objectOr(objectOr(invoice.parent).subscription_details);
  return id(details.subscription) ?? id(invoice.subscription);
}

/** Only an event's type tells of a deletion. */
const NOT_DELETED: { deletedAt: Date | null } = { deletedAt: null };

/** @throws UnreadableObject without an id. https://docs.stripe.com/api/customers/object */
export function customerFromStripe(o: JsonObject) {
  return {
    id: must(id(o.id), "customer.id", "an id", o.id),
    email: text(o.email),
    livemode: o.livemode === true,
    ...NOT_DELETED,
  };
}

/** @throws UnreadableObject without an id or a name. https://docs.stripe.com/api/products/object */
export function productFromStripe(o: JsonObject) {
  return {
    id: must(id(o.id), "product.id", "an id", o.id),
    name: must(text(o.name), "product.name", "text", o.name),
    description: text(o.description),
    active: typeof o.active === "boolean" ? o.active : null,
    features: list(o.marketing_features ?? o.features).flatMap((feature) => text(feature.name) ?? []),
    metadata: metadata(o.metadata),
    livemode: o.livemode === true,
    ...NOT_DELETED,
  };
}

/** @throws UnreadableObject without an id or a currency. https://docs.stripe.com/api/prices/object */
export function priceFromStripe(o: JsonObject) {
  const recurring = objectOr(o.recurring);
  return {
    id: must(id(o.id), "price.id", "an id", o.id),
    productId: id(o.product),
    active: o.active === true,
    currency: must(text(o.currency), "price.currency", "text", o.currency),
    unitAmount: amount(o.unit_amount),
    type: text(o.type),
    interval: text(recurring.interval),
    intervalCount: smallInteger(recurring.interval_count),
    usageType: text(recurring.usage_type),
    lookupKey: text(o.lookup_key),
    livemode: o.livemode === true,
    ...NOT_DELETED,
  };
}

/** @throws UnreadableObject without an id or a status. https://docs.stripe.com/api/subscription_schedules/object */
export function scheduleFromStripe(o: JsonObject) {
  const { now, next } = phasesOf(o);
  const item = changedItem(list(now.items), list(next.items));
  return {
    id: must(id(o.id), "subscription_schedule.id", "an id", o.id),
    customerId: customerOf(o),
    subscriptionId: id(o.subscription) ?? id(o.released_subscription),
    status: must(text(o.status), "subscription_schedule.status", "text", o.status),
    nextPhaseAt: time(next.start_date),
    nextPriceId: priceIdOf(item),
    nextQuantity: smallInteger(item.quantity),
    livemode: o.livemode === true,
  };
}

/** The phase that runs and the one after it, each empty if there is none. By the schedule's own account, not by a clock. */
function phasesOf(schedule: JsonObject): { now: JsonObject; next: JsonObject } {
  const runsUntil = time(objectOr(schedule.current_phase).end_date);
  if (runsUntil === null) return { now: {}, next: {} };
  const phases = list(schedule.phases);
  const next = phases.findIndex((phase) => (time(phase.start_date) ?? 0) >= runsUntil);
  return { now: phases[next - 1] ?? {}, next: phases[next] ?? {} };
}

/** What is planned is the change: add-ons go on beside it. */
function changedItem(now: readonly JsonObject[], next: readonly JsonObject[]): JsonObject {
  const goesOn = (item: JsonObject) =>
    now.some((one) => priceIdOf(one) === priceIdOf(item) && one.quantity === item.quantity);
  return next.find((item) => !goesOn(item)) ?? next[0] ?? {};
}

/**
 * A summary has no id: it goes by its customer's. https://docs.stripe.com/api/entitlements/active-entitlement-summary
 * @throws UnreadableObject without a customer
 */
export function entitlementsFromStripe(o: JsonObject) {
  const keys = list(o.entitlements).flatMap((entitlement) => text(entitlement.lookup_key) ?? []);
  return {
    id: must(customerOf(o), "active_entitlement_summary.customer", "an id", o.customer),
    lookupKeys: [...new Set(keys)].sort(),
    livemode: o.livemode === true,
  };
}

/** https://docs.stripe.com/api/checkout/sessions/object */
export function checkoutFromStripe(o: JsonObject) {
  return {
    mode: text(o.mode),
    paymentStatus: text(o.payment_status),
    subscriptionId: id(o.subscription),
  };
}

/** Whose object it is. With Accounts v2 that may be an account in place of a customer. */
export function customerOf(o: JsonObject): string | null {
  return id(o.customer) ?? id(o.customer_account);
}

function furthest(pick: typeof Math.min, times: (Date | null)[]): Date | null {
  const known = times.flatMap((at) => at?.getTime() ?? []);
  return known.length > 0 ? new Date(pick(...known)) : null;
}
