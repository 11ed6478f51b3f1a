import type Stripe from "stripe";
import type * as z from "zod";
import type { Account } from "../account.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { defined, flag, hash, integer, list, oneOf, text, unsettable } from "../http/params.ts";
import { idOf } from "../store.ts";

type Features = Stripe.BillingPortal.Configuration.Features;

const prorationBehavior = oneOf("always_invoice", "create_prorations", "none");

/** What the portal may let its customers do, as a request says it. */
export const features = hash({
  customer_update: hash({
    allowed_updates: list(oneOf("address", "email", "name", "phone", "shipping", "tax_id")).optional(),
    enabled: flag.optional(),
  }).optional(),
  invoice_history: hash({ enabled: flag }).optional(),
  payment_method_update: hash({ enabled: flag }).optional(),
  subscription_cancel: hash({
    cancellation_reason: hash({
      enabled: flag,
      options: list(
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
    }).optional(),
    enabled: flag.optional(),
    mode: oneOf("at_period_end", "immediately").optional(),
    proration_behavior: prorationBehavior.optional(),
  }).optional(),
  subscription_update: hash({
    billing_cycle_anchor: oneOf("now", "unchanged").optional(),
    default_allowed_updates: list(oneOf("price", "promotion_code", "quantity")).optional(),
    enabled: flag.optional(),
    products: unsettable(
      list(
        hash({
          product: text,
          prices: list(text),
          adjustable_quantity: hash({
            enabled: flag,
            maximum: integer.optional(),
            minimum: integer.optional(),
          }).optional(),
        }),
      ),
    ).optional(),
    proration_behavior: prorationBehavior.optional(),
    schedule_at_period_end: hash({
      conditions: list(hash({ type: oneOf("decreasing_item_amount", "shortening_interval") })).optional(),
    }).optional(),
    trial_update_behavior: oneOf("continue_trial", "end_trial").optional(),
  }).optional(),
});

export type GivenFeatures = z.output<typeof features>;

/**
 * The features as they are after a request.
 * @throws ApiError if one is switched on without what it needs, or names what does not exist
 */
export function mergeFeatures(account: Account, before: Features, given: GivenFeatures): Features {
  const cancel = given.subscription_cancel ?? {};
  const reason = cancel.cancellation_reason;
  return {
    customer_update: check("customer_update", {
      ...before.customer_update,
      ...defined(given.customer_update ?? {}),
    }),
    invoice_history: given.invoice_history ?? before.invoice_history,
    payment_method_update: { ...before.payment_method_update, ...defined(given.payment_method_update ?? {}) },
    subscription_cancel: {
      ...before.subscription_cancel,
      ...defined({ ...cancel, cancellation_reason: undefined }),
      cancellation_reason: reason
        ? { ...before.subscription_cancel.cancellation_reason, ...defined(reason) }
        : before.subscription_cancel.cancellation_reason,
    },
    subscription_pause: before.subscription_pause,
    subscription_update: mergeUpdate(account, before.subscription_update, given.subscription_update ?? {}),
  };
}

function check<Feature extends { allowed_updates: unknown[]; enabled: boolean }>(
  name: string,
  feature: Feature,
): Feature {
  if (!feature.enabled || feature.allowed_updates.length > 0) return feature;
  throw missing(`features[${name}][allowed_updates]`);
}

const missing = (param: string) =>
  ApiError.invalid(`Missing required param: ${param}.`, { param, code: "parameter_missing" });

function mergeUpdate(
  account: Account,
  before: Features["subscription_update"],
  given: NonNullable<GivenFeatures["subscription_update"]>,
): Features["subscription_update"] {
  const { products, schedule_at_period_end, ...rest } = given;
  const after = {
    ...before,
    ...defined(rest),
    ...(schedule_at_period_end
      ? { schedule_at_period_end: { conditions: schedule_at_period_end.conditions ?? [] } }
      : {}),
    ...(products === undefined ? {} : { products: products?.map((one) => product(account, one)) ?? null }),
  };
  if (!after.enabled) return after;
  const path = "features[subscription_update]";
  if (after.default_allowed_updates.length === 0) throw missing(`${path}[default_allowed_updates]`);
  if (after.default_allowed_updates.includes("price") && !after.products?.length) {
    throw missing(`${path}[products]`);
  }
  return after;
}

type GivenProduct = NonNullable<NonNullable<GivenFeatures["subscription_update"]>["products"]>[number];

function product(account: Account, { product, prices, adjustable_quantity: adjustable }: GivenProduct) {
  const param = "features[subscription_update][products]";
  found(account, "product", product, param);
  for (const id of prices) {
    const price = found(account, "price", id, param);
    if (idOf(price.product) === product && price.recurring) continue;
    throw ApiError.invalid(`The price \`${id}\` is not a recurring price of the product \`${product}\`.`, {
      param,
    });
  }
  return {
    product,
    prices,
    adjustable_quantity: adjustable
      ? {
          enabled: adjustable.enabled,
          maximum: adjustable.maximum ?? null,
          minimum: adjustable.minimum ?? 1,
        }
      : { enabled: false, maximum: null, minimum: 1 },
  };
}
