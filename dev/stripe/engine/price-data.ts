import Stripe from "stripe";
import type { Account } from "../account.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { mergeMetadata } from "../http/params.ts";

/** `price_data`: a price for this one sale, of a product that there is, or of one that is made for it. */
export type PriceData = {
  currency: string;
  product?: string | undefined;
  product_data?:
    | {
        name: string;
        description?: string | undefined;
        images?: string[] | undefined;
        metadata?: Record<string, string> | null | undefined;
        tax_code?: string | undefined;
        unit_label?: string | undefined;
      }
    | undefined;
  recurring?: { interval: Stripe.Price.Recurring.Interval; interval_count?: number | undefined } | undefined;
  tax_behavior?: Stripe.Price.TaxBehavior | undefined;
  unit_amount?: number | undefined;
  unit_amount_decimal?: string | undefined;
};

/**
 * Makes the price, and the product if it is new: `product.created`, `price.created`.
 * https://docs.stripe.com/products-prices/manage-prices#on-the-fly-prices
 * @param param where it stands in the request, for what is wrong with it
 */
export function adHocPrice(account: Account, given: PriceData, param: string): Stripe.Price {
  const { currency, product, product_data, recurring, unit_amount, unit_amount_decimal } = given;
  if ((product === undefined) === (product_data === undefined)) {
    throw ApiError.invalid(`You must specify either \`product\` or \`product_data\` when creating a price.`, {
      param,
    });
  }
  if (unit_amount === undefined && unit_amount_decimal === undefined) {
    throw ApiError.invalid(`Missing required param: ${param}[unit_amount].`, {
      param: `${param}[unit_amount]`,
      code: "parameter_missing",
    });
  }
  if (!/^[a-z]{3}$/i.test(currency)) {
    throw ApiError.invalid(`Invalid currency: ${currency}.`, { param: `${param}[currency]` });
  }
  const decimal = Stripe.Decimal.from(unit_amount_decimal ?? String(unit_amount));
  return account.create(
    "price",
    {
      id: account.newId("price"),
      object: "price",
      active: true, // Stripe's are not, but sell nevertheless
      billing_scheme: "per_unit",
      created: account.now(),
      currency: currency.toLowerCase(),
      custom_unit_amount: null,
      livemode: false,
      lookup_key: null,
      metadata: {},
      nickname: null,
      product: product_data
        ? newProduct(account, product_data).id
        : found(account, "product", product ?? "", `${param}[product]`).id,
      recurring: recurring
        ? {
            interval: recurring.interval,
            interval_count: recurring.interval_count ?? 1,
            meter: null,
            trial_period_days: null,
            usage_type: "licensed",
          }
        : null,
      tax_behavior: given.tax_behavior ?? "unspecified",
      tiers_mode: null,
      transform_quantity: null,
      type: recurring ? "recurring" : "one_time",
      unit_amount: unit_amount ?? null,
      unit_amount_decimal: decimal,
    },
    "price.created",
  );
}

function newProduct(account: Account, given: NonNullable<PriceData["product_data"]>): Stripe.Product {
  const now = account.now();
  const tax_code = given.tax_code ?? null;
  return account.create(
    "product",
    {
      id: account.newId("product"),
      object: "product",
      active: true,
      created: now,
      default_price: null,
      description: given.description ?? null,
      images: given.images ?? [],
      livemode: false,
      marketing_features: [],
      metadata: mergeMetadata({}, given.metadata),
      name: given.name,
      package_dimensions: null,
      shippable: null,
      statement_descriptor: null,
      tax_code,
      tax_details: null,
      type: "service",
      unit_label: given.unit_label ?? null,
      updated: now,
      url: null,
    },
    "product.created",
  );
}
