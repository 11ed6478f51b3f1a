import Stripe from "stripe";
import { ApiError } from "../http/errors.ts";

export type TierDraft = {
  flat_amount?: number | undefined;
  flat_amount_decimal?: string | undefined;
  unit_amount?: number | undefined;
  unit_amount_decimal?: string | undefined;
  up_to: number | "inf";
};

export type Tiering = {
  billing_scheme?: "per_unit" | "tiered" | undefined;
  recurring?: object | undefined;
  tiers?: TierDraft[] | undefined;
  tiers_mode?: "graduated" | "volume" | undefined;
  transform_quantity?: object | undefined;
};

/** An amount, given in the smallest unit or in parts of it, as a price has it: parts of it have no whole number. */
export function amounts(
  whole: number | undefined,
  parts: string | undefined,
): { amount: number | null; decimal: Stripe.Decimal | null } {
  if (whole === undefined && parts === undefined) return { amount: null, decimal: null };
  const given = parts ?? String(whole);
  return {
    amount: Number.isInteger(Number(given)) ? Number(given) : null,
    decimal: Stripe.Decimal.from(given),
  };
}

/**
 * The tiers of a price, from the lowest to the one without an end.
 * https://docs.stripe.com/products-prices/pricing-models#tiered-pricing
 * @throws ApiError for what does not go together
 */
export function tiersOf({ billing_scheme, recurring, tiers, tiers_mode, transform_quantity }: Tiering) {
  if (billing_scheme !== "tiered") {
    for (const [param, given] of Object.entries({ tiers, tiers_mode })) {
      if (given === undefined) continue;
      throw ApiError.invalid(`\`${param}\` may only be set when \`billing_scheme\` is set to \`tiered\`.`, {
        param,
      });
    }
    return {};
  }
  if (!recurring) {
    throw ApiError.invalid("Prices with `type=one_time` are not supported with tiered billing.", {
      param: "interval",
    });
  }
  if (transform_quantity) {
    throw ApiError.invalid("You may only specify one of these parameters: tiers, transform_quantity.", {
      param: "transform_quantity",
    });
  }
  if (!tiers_mode || !tiers || tiers.length === 0) {
    const param = tiers_mode ? "tiers" : "tiers_mode";
    throw ApiError.invalid(`Missing required param: ${param}.`, { param, code: "parameter_missing" });
  }
  checkOrder(tiers);
  return { tiers: tiers.map(tierOf), tiers_mode };
}

function checkOrder(tiers: TierDraft[]): void {
  const ends = tiers.map(({ up_to }) => (up_to === "inf" ? Infinity : up_to));
  if (ends.at(-1) !== Infinity) {
    throw ApiError.invalid("The last tier must have `up_to` set to `inf`.", { param: "tiers" });
  }
  if (ends.some((end, at) => at > 0 && end <= (ends[at - 1] ?? 0))) {
    throw ApiError.invalid("Each tier must end after the one before it.", { param: "tiers" });
  }
}

function tierOf(given: TierDraft): Stripe.Price.Tier {
  const flat = amounts(given.flat_amount, given.flat_amount_decimal);
  const unit = amounts(given.unit_amount, given.unit_amount_decimal);
  return {
    flat_amount: flat.amount,
    flat_amount_decimal: flat.decimal,
    unit_amount: unit.amount,
    unit_amount_decimal: unit.decimal,
    up_to: given.up_to === "inf" ? null : given.up_to,
  };
}
