import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { mergeMetadata } from "../http/params.ts";
import { idOf } from "../store.ts";
import { boundary, DAY, type Period, periodAt } from "./periods.ts";
import type { PaymentBehavior } from "./subscription-billing.ts";
import { ending } from "./subscription-ending.ts";
import { cycleOf, type ItemDraft, itemList, newItem, recurringPrice } from "./subscription-items.ts";
import {
  billingMode,
  collectionOf,
  type DiscountDraft,
  methodOfCustomer,
  type ProrationBehavior,
  type Settings,
  trialSettings,
} from "./subscription-settings.ts";

type Subscription = Stripe.Subscription;

/** What is asked for by a subscription that is to be. */
export type SubscriptionDraft = Settings & {
  customer: string;
  items: ItemDraft[];
  /** What is billed once, with the first invoice. */
  add_invoice_items?: ItemDraft[] | undefined;
  billing_cycle_anchor?: number | undefined;
  billing_mode?: { type: "classic" | "flexible" } | undefined;
  currency?: string | undefined;
  discounts?: DiscountDraft[] | null | undefined;
  off_session?: boolean | undefined;
  /** The payment intent that has already got the money for the first invoice: Checkout takes it beforehand. */
  paidBy?: string | undefined;
  payment_behavior?: PaymentBehavior | undefined;
  proration_behavior?: ProrationBehavior | undefined;
  trial_end?: number | "now" | undefined;
  trial_from_plan?: boolean | undefined;
  trial_period_days?: number | undefined;
};

/**
 * A subscription that is not kept yet, with its first period or its trial.
 * @throws ApiError if something named does not exist or does not fit
 */
export function newSubscription(
  account: Account,
  draft: SubscriptionDraft,
  schedule: string | null,
): Subscription {
  const customer = found(account, "customer", draft.customer, "customer");
  const now = account.nowOf(customer.id);
  const id = account.newId("subscription");
  const prices = pricesOf(account, draft);
  const trial_end = trialEnd(draft, prices, now);
  const anchor = trial_end ?? anchorOf(draft, prices, now);
  const items = prices.map((price, at) =>
    newItem(account, id, draft.items[at] ?? {}, {
      price,
      period: trial_end === null ? firstPeriod(anchor, price, now) : { start: now, end: trial_end },
      created: now,
    }),
  );
  const collection = collectionOf(draft, null);
  const later = collection.collection_method === "send_invoice" || schedule !== null;
  return {
    id,
    object: "subscription",
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: anchor,
    billing_cycle_anchor_config: null,
    billing_mode: billingMode(draft.billing_mode?.type ?? "flexible", now),
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    ...collection,
    created: now,
    currency: prices[0]?.currency ?? "usd",
    customer: customer.id,
    customer_account: null,
    default_payment_method: methodOfCustomer(account, draft.default_payment_method, customer.id),
    default_source: null,
    default_tax_rates: [],
    description: draft.description ?? null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: "self" },
    },
    items: itemList(id, items),
    latest_invoice: null,
    livemode: false,
    managed_payments: { enabled: false },
    metadata: mergeMetadata({}, draft.metadata),
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: draft.payment_settings?.payment_method_types ?? null,
      save_default_payment_method: draft.payment_settings?.save_default_payment_method ?? "off",
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule,
    start_date: now,
    status: trial_end === null ? (later ? "active" : "incomplete") : "trialing",
    test_clock: idOf(customer.test_clock),
    transfer_data: null,
    trial_end,
    trial_settings: trialSettings(draft.trial_settings),
    trial_start: trial_end === null ? null : now,
    ...ending(draft, items, now),
  };
}

function pricesOf(account: Account, { items, currency, billing_mode }: SubscriptionDraft) {
  if (items.length === 0) {
    throw ApiError.invalid("Missing required param: items.", { param: "items", code: "parameter_missing" });
  }
  const first = recurringPrice(account, items[0]?.price, currency ?? null, "items[0][price]");
  const prices = items.map(({ price }, at) =>
    recurringPrice(account, price, first.currency, `items[${at}][price]`),
  );
  checkPrices(prices, billing_mode?.type ?? "flexible");
  return prices;
}

/**
 * Whether prices go together in one subscription.
 * @throws ApiError for the same price twice, and, in classic billing mode, for other intervals
 */
export function checkPrices(prices: Stripe.Price[], mode: string): void {
  if (new Set(prices.map(({ id }) => id)).size < prices.length) {
    throw ApiError.invalid(
      "Cannot add multiple subscription items with the same plan. Increase the quantity of the one item instead.",
      { param: "items" },
    );
  }
  if (mode !== "classic") return;
  const cycles = new Set(prices.map((price) => Object.values(cycleOf(price)).slice(0, 2).join()));
  if (cycles.size > 1) {
    throw ApiError.invalid(
      "Currency and interval fields must match across all plans on this subscription. Found mismatch in interval field.",
      { param: "items" },
    );
  }
}

/** Until when nothing is to pay, or null. */
function trialEnd(draft: SubscriptionDraft, prices: Stripe.Price[], now: number): number | null {
  const { trial_end, trial_from_plan = false } = draft;
  if (trial_end === "now") return null;
  if (trial_end !== undefined) return checkTrialEnd(trial_end, now);
  const ofPlan = trial_from_plan ? (prices[0]?.recurring?.trial_period_days ?? 0) : 0;
  const days = draft.trial_period_days ?? ofPlan;
  return days > 0 ? checkTrialEnd(now + days * DAY, now) : null;
}

/** @throws ApiError for a trial that would be over, or last for more than two years */
export function checkTrialEnd(at: number, now: number): number {
  if (at <= now) {
    throw ApiError.invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", {
      param: "trial_end",
    });
  }
  if (at > now + 730 * DAY) {
    throw ApiError.invalid("Invalid timestamp: a trial can last at most two years.", { param: "trial_end" });
  }
  return at;
}

function anchorOf(draft: SubscriptionDraft, prices: Stripe.Price[], now: number): number {
  const { billing_cycle_anchor: anchor = now } = draft;
  const latest = Math.min(...prices.map((price) => boundary(now, cycleOf(price), 1)));
  if (anchor < now) {
    throw ApiError.invalid("billing_cycle_anchor must be a timestamp in the future.", {
      param: "billing_cycle_anchor",
    });
  }
  if (anchor > latest) {
    throw ApiError.invalid(
      `billing_cycle_anchor cannot be later than next natural billing date (${latest}) for plan`,
      { param: "billing_cycle_anchor" },
    );
  }
  return anchor;
}

/** From now on, until the anchor's cycle goes round. */
export function firstPeriod(anchor: number, price: Stripe.Price, now: number): Period {
  return { start: now, end: periodAt(anchor, cycleOf(price), now).end };
}
