import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { mergeMetadata } from "../http/params.ts";
import { amounts, type Tiering, tiersOf } from "./price-tiers.ts";
import { createProduct, type ProductDraft } from "./products.ts";

type Price = Stripe.Price;

/** What may be said of a price. Named as Stripe's parameters are; `price_data` knows fewer of them. */
export type PriceDraft = Tiering & {
  currency: string;
  active?: boolean | undefined;
  lookup_key?: string | undefined;
  metadata?: Record<string, string> | null | undefined;
  nickname?: string | undefined;
  product?: string | undefined;
  product_data?: ProductDraft | undefined;
  recurring?: RecurringDraft | undefined;
  tax_behavior?: Stripe.Price.TaxBehavior | undefined;
  transfer_lookup_key?: boolean | undefined;
  transform_quantity?: Stripe.Price.TransformQuantity | undefined;
  unit_amount?: number | undefined;
  unit_amount_decimal?: string | undefined;
};

type RecurringDraft = {
  interval: Stripe.Price.Recurring.Interval;
  interval_count?: number | undefined;
  meter?: string | undefined;
  trial_period_days?: number | undefined;
  usage_type?: "licensed" | "metered" | undefined;
};

/**
 * Adds a price: `price.created`. With `product_data` it makes the product as well, which Stripe also does for a price
 * of one sale alone. https://docs.stripe.com/products-prices/manage-prices
 * @param within the parameter that it stands in, for what is wrong with it
 * @throws ApiError for what is missing or does not go together
 */
export function createPrice(account: Account, draft: PriceDraft, within = ""): Price {
  const param = (name: string) => (within ? `${within}[${name}]` : name);
  check(account, draft, param);
  const { tiers, tiers_mode = null } = tiersOf(draft);
  const { amount, decimal } = amounts(draft.unit_amount, draft.unit_amount_decimal);
  const { lookup_key = null, recurring } = draft;
  return account.atomically(() => {
    if (lookup_key !== null) freeLookupKey(account, lookup_key, draft.transfer_lookup_key ?? false);
    const product = productOf(account, draft, param("product"));
    return account.create(
      "price",
      {
        id: account.newId("price"),
        object: "price",
        // Those of one sale are inactive at Stripe, and sell nevertheless.
        active: draft.active ?? true,
        billing_scheme: draft.billing_scheme ?? "per_unit",
        created: account.now(),
        currency: draft.currency.toLowerCase(),
        custom_unit_amount: null,
        livemode: false,
        lookup_key,
        metadata: mergeMetadata({}, draft.metadata),
        nickname: draft.nickname ?? null,
        product,
        recurring: recurring ? recurringOf(recurring) : null,
        tax_behavior: draft.tax_behavior ?? "unspecified",
        ...(tiers ? { tiers } : {}),
        tiers_mode,
        transform_quantity: draft.transform_quantity ?? null,
        type: recurring ? "recurring" : "one_time",
        unit_amount: amount,
        unit_amount_decimal: decimal,
      },
      "price.created",
    );
  });
}

const productOf = (account: Account, { product = "", product_data }: PriceDraft, param: string): string =>
  (product_data ? createProduct(account, product_data) : found(account, "product", product, param)).id;

const recurringOf = (given: RecurringDraft): Stripe.Price.Recurring => ({
  interval: given.interval,
  interval_count: given.interval_count ?? 1,
  meter: given.meter ?? null,
  trial_period_days: given.trial_period_days ?? null,
  usage_type: given.usage_type ?? "licensed",
});

/**
 * Makes sure that no other price has a key: whoever has it gives it up, if it is to be transferred.
 * https://docs.stripe.com/products-prices/manage-prices#lookup-keys
 * @throws ApiError if it is taken
 */
export function freeLookupKey(account: Account, key: string, transfer: boolean, owner?: string): void {
  const holder = account.store.all("price").find(({ id, lookup_key }) => lookup_key === key && id !== owner);
  if (!holder) return;
  if (!transfer) {
    throw ApiError.invalid(`A price (\`${holder.id}\`) already uses that lookup key.`, {
      param: "lookup_key",
    });
  }
  account.change("price", holder, { lookup_key: null }, "price.updated");
}

function check(account: Account, draft: PriceDraft, param: (name: string) => string): void {
  const { currency, product, product_data, recurring } = draft;
  if (product !== undefined && product_data !== undefined) {
    throw onlyOne(["product", "product_data"], param("product"));
  }
  if (product === undefined && product_data === undefined) {
    throw ApiError.invalid("You must specify either `product` or `product_data` when creating a price.", {
      param: param("product"),
    });
  }
  checkAmount(draft, param);
  if (!/^[a-z]{3}$/i.test(currency)) {
    throw ApiError.invalid(`Invalid currency: ${currency}.`, { param: param("currency") });
  }
  if (recurring) checkMeter(account, recurring, param("recurring"));
}

function checkAmount(draft: PriceDraft, param: (name: string) => string): void {
  const { billing_scheme, unit_amount, unit_amount_decimal } = draft;
  const isGiven = unit_amount !== undefined || unit_amount_decimal !== undefined;
  if (unit_amount !== undefined && unit_amount_decimal !== undefined) {
    throw onlyOne(["unit_amount", "unit_amount_decimal"], param("unit_amount"));
  }
  if (billing_scheme === "tiered" && isGiven) {
    throw ApiError.invalid("`unit_amount` may not be set when `billing_scheme` is set to `tiered`.", {
      param: param("unit_amount"),
    });
  }
  if (billing_scheme !== "tiered" && !isGiven) {
    throw ApiError.invalid("Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.", {
      param: param("unit_amount"),
      code: "parameter_missing",
    });
  }
}

function checkMeter(account: Account, { meter, usage_type }: RecurringDraft, param: string): void {
  if (usage_type !== "metered") {
    if (meter === undefined) return;
    throw ApiError.invalid("You may only set a meter for a price with `usage_type=metered`.", {
      param: `${param}[meter]`,
    });
  }
  if (meter === undefined) {
    throw ApiError.invalid(
      "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by meters.",
      { param: `${param}[meter]` },
    );
  }
  if (found(account, "billing.meter", meter, `${param}[meter]`).status === "active") return;
  throw ApiError.invalid(`The meter ${meter} is not active and cannot be attached to a price.`, {
    param: `${param}[meter]`,
  });
}

const onlyOne = (names: string[], param: string) =>
  ApiError.invalid(`You may only specify one of these parameters: ${names.join(", ")}.`, { param });
