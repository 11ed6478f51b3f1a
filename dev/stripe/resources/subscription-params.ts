import type Stripe from "stripe";
import * as z from "zod";
import {
  between,
  flag,
  hash,
  list,
  metadata,
  oneOf,
  params,
  text,
  timestamp,
  timestampOrNow,
  unsettable,
} from "../http/params.ts";

const MOST = 999_999_999_999;

export const quantity = between(0, MOST).optional();

export const prorationBehavior = oneOf("always_invoice", "create_prorations", "none").optional();

export const paymentBehavior = oneOf(
  "allow_incomplete",
  "default_incomplete",
  "error_if_incomplete",
  "pending_if_incomplete",
).optional();

export const discounts = unsettable(
  list(hash({ coupon: text.optional(), discount: text.optional(), promotion_code: text.optional() })),
).optional();

export const billingMode = hash({ type: oneOf("classic", "flexible") }).optional();

export const collectionMethod = oneOf("charge_automatically", "send_invoice").optional();

const item = { metadata: metadata.optional(), price: text.optional(), quantity };

/** What the customer says of the cancellation. */
export const cancellationDetails = hash({
  comment: unsettable(text).optional(),
  feedback: unsettable(
    oneOf(
      "customer_service",
      "low_quality",
      "missing_features",
      "other",
      "switched_service",
      "too_complex",
      "too_expensive",
      "unused",
    ),
  ).optional(),
}).optional();

/** Versions before endive name the anchor by a word alone. */
const anchor = z.union([
  oneOf("now", "unchanged"),
  hash({ type: oneOf("now", "unchanged") }).transform(({ type }) => type),
]);

const settings = {
  add_invoice_items: list(hash({ price: text, quantity })).optional(),
  cancel_at: unsettable(z.union([oneOf("min_period_end", "max_period_end"), timestamp])).optional(),
  cancel_at_period_end: flag.optional(),
  collection_method: collectionMethod,
  days_until_due: between(0, 3650).optional(),
  default_payment_method: unsettable(text).optional(),
  description: unsettable(z.string().max(500)).optional(),
  discounts,
  metadata: metadata.optional(),
  off_session: flag.optional(),
  payment_behavior: paymentBehavior,
  payment_settings: hash({
    payment_method_types: unsettable(list(text)).optional(),
    save_default_payment_method: oneOf("off", "on_subscription").optional(),
  }).optional(),
  proration_behavior: prorationBehavior,
  trial_end: timestampOrNow.optional(),
  trial_settings: hash({
    end_behavior: hash({ missing_payment_method: oneOf("cancel", "create_invoice", "pause") }),
  }).optional(),
};

export const create = params<Stripe.SubscriptionCreateParams>()({
  ...settings,
  billing_cycle_anchor: timestamp.optional(),
  billing_mode: billingMode,
  currency: text.optional(),
  customer: text,
  items: list(hash(item)),
  // A subscription that there is not yet has nothing to go on with meanwhile.
  payment_behavior: oneOf("allow_incomplete", "default_incomplete", "error_if_incomplete").optional(),
  trial_from_plan: flag.optional(),
  trial_period_days: between(1, 730).optional(),
});

export const update = params<Stripe.SubscriptionUpdateParams>()({
  ...settings,
  billing_cycle_anchor: anchor.optional(),
  cancellation_details: cancellationDetails,
  items: list(
    hash({ ...item, clear_usage: flag.optional(), deleted: flag.optional(), id: text.optional() }),
  ).optional(),
  pause_collection: unsettable(
    hash({
      behavior: oneOf("keep_as_draft", "mark_uncollectible", "void"),
      resumes_at: timestamp.optional(),
    }),
  ).optional(),
  proration_date: timestamp.optional(),
});

export const cancel = params<Stripe.SubscriptionCancelParams>()({
  cancellation_details: cancellationDetails,
  invoice_now: flag.optional(),
  prorate: flag.optional(),
});

export const pause = params<Stripe.SubscriptionPauseParams>()({
  bill_for: hash({
    outstanding_usage_through: hash({ type: oneOf("none", "now") }).optional(),
    unused_time_from: hash({ type: oneOf("item_current_period_start", "none", "now") }).optional(),
  }).optional(),
  invoicing_behavior: oneOf("invoice", "pending_invoice_item").optional(),
  type: oneOf("subscription").optional(),
});

export const resume = params<Stripe.SubscriptionResumeParams>()({
  billing_cycle_anchor: anchor.optional(),
  payment_behavior: oneOf("resume_on_payment_attempt", "resume_on_payment_success").optional(),
  proration_behavior: prorationBehavior,
  proration_date: timestamp.optional(),
});
