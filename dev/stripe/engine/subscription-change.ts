import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { mergeMetadata } from "../http/params.ts";
import { boundary } from "./periods.ts";
import type { PaymentBehavior } from "./subscription-billing.ts";
import { checkTrialEnd } from "./subscription-draft.ts";
import { detailsOf, ending } from "./subscription-ending.ts";
import { beginsAnew, changedItems, type ItemChange } from "./subscription-item-changes.ts";
import { cycleOf, type ItemDraft, itemList } from "./subscription-items.ts";
import {
  collectionOf,
  type DiscountDraft,
  methodOfCustomer,
  type ProrationBehavior,
  type Settings,
  trialSettings,
} from "./subscription-settings.ts";
import { customerOf, nowFor } from "./subscription-state.ts";

type Subscription = Stripe.Subscription;
type Item = Stripe.SubscriptionItem;

/** What is asked for by an update. Named as Stripe's parameters are. */
export type SubscriptionChange = Settings & {
  add_invoice_items?: ItemDraft[] | undefined;
  billing_cycle_anchor?: "now" | "unchanged" | undefined;
  discounts?: DiscountDraft[] | null | undefined;
  items?: ItemChange[] | undefined;
  off_session?: boolean | undefined;
  pause_collection?:
    | { behavior: "keep_as_draft" | "mark_uncollectible" | "void"; resumes_at?: number | undefined }
    | null
    | undefined;
  payment_behavior?: PaymentBehavior | undefined;
  proration_behavior?: ProrationBehavior | undefined;
  proration_date?: number | undefined;
  trial_end?: number | "now" | undefined;
};

/** What an update leads to. */
export type Changed = {
  /** The subscription as it will be, but for its invoice and its discounts. */
  after: Subscription;
  /** Whether a new cycle begins with it, be it after a trial. A trial that begins is none. */
  anew: boolean;
};

/**
 * What an update makes of a subscription. Nothing is kept of it yet.
 * @throws ApiError if something named does not exist or does not fit
 */
export function changed(account: Account, before: Subscription, change: SubscriptionChange): Changed {
  checkUpdatable(before, change);
  const now = nowFor(account, before);
  const items = changedItems(account, before, change.items ?? [], now);
  const after = { ...before, ...settings(account, before, change) };
  const { anew, ...cycle } = cycleAfter(before, items, change, now);
  const cycled = { ...after, ...cycle };
  const ends = { ...cycled, ...endingAfter(before, cycled, change, now) };
  return { after: change.proration_behavior === "none" ? ends : cut(ends), anew };
}

function checkUpdatable({ status, schedule }: Subscription, change: SubscriptionChange): void {
  const { metadata: _, cancellation_details: __, ...rest } = change;
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  if (given.length > 0 && (status === "canceled" || status === "incomplete_expired")) {
    throw ApiError.invalid("A canceled subscription can only update its cancellation_details and metadata.");
  }
  if (change.items && status === "incomplete") {
    throw ApiError.invalid(
      "You cannot update a subscription in `incomplete` status in this way. Only metadata and default_source can be updated.",
    );
  }
  if (schedule && (change.cancel_at !== undefined || change.cancel_at_period_end !== undefined)) {
    throw ApiError.invalid(
      `The subscription is managed by the subscription schedule \`${schedule}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
    );
  }
}

/** What can be said again of a subscription, without a change of what it costs. */
function settings(account: Account, before: Subscription, change: SubscriptionChange): Partial<Subscription> {
  const { default_payment_method, description, pause_collection, payment_settings, trial_settings } = change;
  const { collection_method, days_until_due } = change;
  return {
    metadata: mergeMetadata(before.metadata, change.metadata),
    ...(collection_method === undefined && days_until_due === undefined ? {} : collectionOf(change, before)),
    ...(default_payment_method === undefined
      ? {}
      : { default_payment_method: methodOfCustomer(account, default_payment_method, customerOf(before)) }),
    ...(description === undefined ? {} : { description }),
    ...(trial_settings === undefined ? {} : { trial_settings: trialSettings(trial_settings) }),
    ...(pause_collection === undefined
      ? {}
      : {
          pause_collection: pause_collection && {
            behavior: pause_collection.behavior,
            resumes_at: pause_collection.resumes_at ?? null,
          },
        }),
    ...(payment_settings === undefined
      ? {}
      : {
          payment_settings: {
            payment_method_options: before.payment_settings?.payment_method_options ?? null,
            payment_method_types:
              payment_settings.payment_method_types === undefined
                ? (before.payment_settings?.payment_method_types ?? null)
                : payment_settings.payment_method_types,
            save_default_payment_method:
              payment_settings.save_default_payment_method ??
              before.payment_settings?.save_default_payment_method ??
              "off",
          },
        }),
  };
}

/** A subscription that ends within a period ends the period as well: what was paid beyond is given back. */
function cut(subscription: Subscription): Subscription {
  const { cancel_at, status, items } = subscription;
  if (cancel_at === null || status === "trialing") return subscription;
  if (!items.data.some(({ current_period_end }) => current_period_end > cancel_at)) return subscription;
  const shorter = items.data.map((item) => ({
    ...item,
    current_period_end: Math.min(item.current_period_end, cancel_at),
  }));
  return { ...subscription, items: itemList(subscription.id, shorter) };
}

/** The cycle that follows from an update, and the items in it. */
function cycleAfter(
  before: Subscription,
  items: Item[],
  { trial_end, billing_cycle_anchor }: SubscriptionChange,
  now: number,
): Partial<Subscription> & { anew: boolean } {
  const trialing = before.status === "trialing";
  if (typeof trial_end === "number") {
    return { ...trialUntil(before, items, checkTrialEnd(trial_end, now), now), anew: false };
  }
  if (trialing && trial_end !== "now") return { items: itemList(before.id, items), anew: false };
  const anew = trialing || billing_cycle_anchor === "now" || beginsAnew(before, items);
  if (!anew) return { items: itemList(before.id, items), anew };
  const renewed = items.map((item) => ({
    ...item,
    current_period_start: now,
    current_period_end: boundary(now, cycleOf(item.price), 1),
  }));
  return {
    anew,
    billing_cycle_anchor: now,
    items: itemList(before.id, renewed),
    ...(trialing ? { status: "active", trial_end: now } : {}),
  };
}

function trialUntil(before: Subscription, items: Item[], end: number, now: number): Partial<Subscription> {
  const trialing = before.status === "trialing";
  const until = items.map((item) => ({
    ...item,
    current_period_start: trialing ? item.current_period_start : now,
    current_period_end: end,
  }));
  return {
    billing_cycle_anchor: end,
    items: itemList(before.id, until),
    status: "trialing",
    trial_start: trialing ? before.trial_start : now,
    trial_end: end,
  };
}

function endingAfter(
  before: Subscription,
  after: Subscription,
  change: SubscriptionChange,
  now: number,
): Partial<Subscription> {
  const { cancel_at, cancel_at_period_end, cancellation_details: said } = change;
  const asked = cancel_at !== undefined || cancel_at_period_end !== undefined;
  if (!asked && before.cancel_at_period_end) {
    // The period may have another end now.
    const { cancel_at: end = null } = ending({ cancel_at_period_end: true }, after.items.data, now);
    return { cancel_at: end, cancellation_details: detailsOf(before, said, reasonOf(before)) };
  }
  if (!asked) return { cancellation_details: detailsOf(before, said, reasonOf(before)) };
  const changes = ending({ cancel_at, cancel_at_period_end }, after.items.data, now);
  const reason = changes.cancel_at === null ? null : "cancellation_requested";
  return { ...changes, cancellation_details: detailsOf(before, said, reason) };
}

const reasonOf = ({ cancellation_details }: Subscription) => cancellation_details?.reason ?? null;
