import { query } from "@/lib/pool";
import { isLivemode } from "@/lib/stripe";
import { prices } from "./catalogue";
import { BillingError } from "./errors";
import { CADENCES, LOOKUP_KEYS, PLANS, type Plan } from "./plans";
import type { JsonObject } from "./read";

/** What can be bought: the plans of the plan file, as far as Stripe has them on sale. What they cost is for Stripe to say. */

/** Money in minor units of its currency: 2000 with "usd" is $20.00. https://docs.stripe.com/currencies */
export type Money = { amount: number; currency: string };

/** Amounts were safe integers when they came in, so a number holds them. */
export const moneyOf = (amount: bigint, currency: string): Money => ({ amount: Number(amount), currency });

type PriceState = ReturnType<typeof prices.read>;

export type PriceView = ReturnType<typeof viewPrice>;

export function viewPrice({ id, unitAmount, currency, interval, intervalCount, usageType }: PriceState) {
  return {
    id,
    /** Null where Stripe has no single figure, as with tiers. */
    unitAmount: unitAmount === null ? null : moneyOf(unitAmount, currency),
    interval,
    intervalCount: intervalCount ?? 1,
    metered: usageType === "metered",
  };
}

export type PlanView = Omit<Plan, "prices"> & { prices: (PriceView & { lookupKey: string })[] };

/** The plans that have a price on sale, in the order of the plan file. */
export async function readPlans(): Promise<PlanView[]> {
  const onSale = await readOnSale(LOOKUP_KEYS);
  return PLANS.map((plan) => ({
    ...plan,
    prices: CADENCES.flatMap((cadence) => {
      const { lookupKey } = plan.prices[cadence];
      const price = onSale.find((one) => one.lookupKey === lookupKey);
      return price ? [{ ...viewPrice(price), lookupKey }] : [];
    }),
  })).filter(({ prices }) => prices.length > 0);
}

/** @throws BillingError if there is none under this lookup key */
export async function priceOnSale(lookupKey: string): Promise<PriceState> {
  const [price] = await readOnSale([lookupKey]);
  if (!price) throw BillingError.notOnSale(lookupKey);
  return price;
}

/** The newest first: while a lookup key moves to another price, the events may say for a moment that both have it. */
async function readOnSale(lookupKeys: readonly string[]): Promise<PriceState[]> {
  const rows = await query<{ price: JsonObject }>(
    `select to_json(price) as price from prices price join products product on product.id = price.product_id
    where price.lookup_key = any($1) and price.active and price.deleted_at is null and price.livemode = $2
      and product.active and product.deleted_at is null and product.livemode = $2
    order by price.stripe_state_at desc`,
    [lookupKeys, isLivemode()],
  );
  return rows.map(({ price }) => prices.read(price));
}
