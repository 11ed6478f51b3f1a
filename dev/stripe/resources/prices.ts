import type Stripe from "stripe";
import * as z from "zod";
import { createPrice, freeLookupKey } from "../engine/prices.ts";
import { endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import {
  between,
  decimal,
  defined,
  flag,
  hash,
  isWithin,
  list,
  mergeMetadata,
  metadata,
  oneOf,
  paging,
  params,
  type Range,
  range,
  text,
  unsettable,
} from "../http/params.ts";
import { idOf } from "../store.ts";

/** https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts */
const amount = between(0, 99_999_999);
const interval = oneOf("day", "month", "week", "year");
const usageType = oneOf("licensed", "metered");
const taxBehavior = oneOf("exclusive", "inclusive", "unspecified");

const tier = hash({
  flat_amount: amount.optional(),
  flat_amount_decimal: decimal.optional(),
  unit_amount: amount.optional(),
  unit_amount_decimal: decimal.optional(),
  up_to: z.union([z.literal("inf"), between(1, 999_999_999_999)]),
});

const create = params<Stripe.PriceCreateParams>()({
  active: flag.optional(),
  billing_scheme: oneOf("per_unit", "tiered").optional(),
  currency: text,
  lookup_key: text.max(200).optional(),
  metadata: metadata.optional(),
  nickname: text.optional(),
  product: text.optional(),
  product_data: hash({
    active: flag.optional(),
    id: text.optional(),
    metadata: metadata.optional(),
    name: text,
    statement_descriptor: text.max(22).optional(),
    tax_code: text.optional(),
    unit_label: text.optional(),
  }).optional(),
  recurring: hash({
    interval,
    interval_count: between(1, 1095).optional(),
    meter: text.optional(),
    trial_period_days: between(1, 730).optional(),
    usage_type: usageType.optional(),
  }).optional(),
  tax_behavior: taxBehavior.optional(),
  tiers: list(tier).optional(),
  tiers_mode: oneOf("graduated", "volume").optional(),
  transfer_lookup_key: flag.optional(),
  transform_quantity: hash({ divide_by: between(1, 999_999_999_999), round: oneOf("down", "up") }).optional(),
  unit_amount: amount.optional(),
  unit_amount_decimal: decimal.optional(),
});

const update = params<Stripe.PriceUpdateParams>()({
  active: flag.optional(),
  lookup_key: unsettable(text.max(200)).optional(),
  metadata: metadata.optional(),
  nickname: unsettable(text).optional(),
  tax_behavior: taxBehavior.optional(),
  transfer_lookup_key: flag.optional(),
});

/** https://docs.stripe.com/api/prices. There is no deleting of prices. */
export const prices = [
  endpoint("POST", "/v1/prices", create, ({ account, params }) => createPrice(account, params)),

  endpoint("POST", "/v1/prices/:id", update, ({ account, id, params }) => {
    const before = found(account, "price", id);
    const { metadata, transfer_lookup_key = false, ...given } = params;
    const product = account.store.get("product", idOf(before.product) ?? "");
    if (given.active === false && before.active && idOf(product?.default_price) === id) {
      throw ApiError.invalid("This price cannot be archived because it is the default price of its product.");
    }
    if (given.lookup_key) freeLookupKey(account, given.lookup_key, transfer_lookup_key, id);
    return account.change(
      "price",
      before,
      { ...defined(given), metadata: mergeMetadata(before.metadata, metadata) },
      "price.updated",
    );
  }),

  endpoint("GET", "/v1/prices/:id", params<Stripe.PriceRetrieveParams>()({}), ({ account, id }) =>
    found(account, "price", id),
  ),

  endpoint(
    "GET",
    "/v1/prices",
    params<Stripe.PriceListParams>()({
      ...paging,
      active: flag.optional(),
      created: range.optional(),
      currency: text.optional(),
      lookup_keys: list(text).optional(),
      product: text.optional(),
      recurring: hash({
        interval: interval.optional(),
        meter: text.optional(),
        usage_type: usageType.optional(),
      }).optional(),
      type: oneOf("one_time", "recurring").optional(),
    }),
    (call) => {
      const { account, params } = call;
      if (params.product !== undefined) found(account, "product", params.product, "product");
      const all = account.store.all("price").filter((price) => isWanted(price, params));
      return page(call, all, params);
    },
  ),
];

type Wanted = {
  active?: boolean | undefined;
  created?: Range | undefined;
  currency?: string | undefined;
  lookup_keys?: string[] | undefined;
  product?: string | undefined;
  recurring?:
    | { interval?: string | undefined; meter?: string | undefined; usage_type?: string | undefined }
    | undefined;
  type?: string | undefined;
};

function isWanted(price: Stripe.Price, wanted: Wanted): boolean {
  const { active, created, currency, lookup_keys, product, recurring, type } = wanted;
  return (
    isWithin(price.created, created) &&
    (active === undefined || price.active === active) &&
    (currency === undefined || price.currency === currency.toLowerCase()) &&
    (lookup_keys === undefined || lookup_keys.includes(price.lookup_key ?? "")) &&
    (product === undefined || idOf(price.product) === product) &&
    (type === undefined || price.type === type) &&
    (recurring === undefined || recursAs(price.recurring, recurring))
  );
}

function recursAs(has: Stripe.Price.Recurring | null, wanted: NonNullable<Wanted["recurring"]>): boolean {
  if (!has) return false;
  const { interval = has.interval, meter = has.meter, usage_type = has.usage_type } = wanted;
  return has.interval === interval && has.meter === meter && has.usage_type === usage_type;
}
