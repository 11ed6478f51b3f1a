import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { apiList, found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import type { Cycle, Period } from "./periods.ts";

type Item = Stripe.SubscriptionItem;

/** What is asked for by an item that is to be. */
export type ItemDraft = {
  price?: string | undefined;
  quantity?: number | undefined;
  metadata?: Record<string, string> | null | undefined;
};

export const isMetered = ({ recurring }: Stripe.Price) => recurring?.usage_type === "metered";

export const cycleOf = ({ recurring }: Stripe.Price): Cycle =>
  recurring ?? { interval: "month", interval_count: 1 };

export const sameCycle = (one: Stripe.Price, other: Stripe.Price): boolean => {
  const [first, second] = [cycleOf(one), cycleOf(other)];
  return first.interval === second.interval && first.interval_count === second.interval_count;
};

export const itemList = (subscription: string, items: Item[]) =>
  apiList(`/v1/subscription_items?subscription=${subscription}`, items);

/** The period that a subscription is in as a whole: until the first of its items renews. */
export function currentPeriod({ items }: Pick<Stripe.Subscription, "items">): Period {
  const start = items.data.reduce((latest, item) => Math.max(latest, item.current_period_start), 0);
  const end = items.data.reduce((first, item) => Math.min(first, item.current_period_end), Infinity);
  return { start, end };
}

/**
 * The price that a subscription is to be billed by. One that was planned for while it was on sale is had all the same.
 * @throws ApiError for one that is unknown, inactive, of no interval, or of another currency
 */
export function recurringPrice(
  account: Account,
  id: string | undefined,
  currency: string | null,
  param: string,
): Stripe.Price {
  if (id === undefined) {
    throw ApiError.invalid(`Missing required param: ${param}.`, { param, code: "parameter_missing" });
  }
  const price = found(account, "price", id, param);
  if (!price.active && !account.isDue) {
    throw ApiError.invalid("The price specified is inactive. This field only accepts active prices.", {
      param,
    });
  }
  if (!price.recurring) {
    throw ApiError.invalid(
      "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
      { param },
    );
  }
  if (currency !== null && price.currency !== currency) {
    throw ApiError.invalid(
      `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${currency}\`.`,
      { param },
    );
  }
  return price;
}

/** A new item of a subscription. Metered prices have no quantity: the meter tells. */
export function newItem(
  account: Account,
  subscription: string,
  { quantity, metadata }: ItemDraft,
  { price, period, created }: { price: Stripe.Price; period: Period; created: number },
): Item {
  const id = account.newIdOf("si");
  account.store.note(id, { itemOf: subscription });
  if (isMetered(price) && quantity !== undefined) {
    throw ApiError.invalid("You cannot specify a quantity for a metered price.", { param: "items" });
  }
  return {
    id,
    object: "subscription_item",
    billing_thresholds: null,
    created,
    current_period_end: period.end,
    current_period_start: period.start,
    current_trial: null,
    discounts: [],
    metadata: metadata ?? {},
    plan: planOf(price),
    price,
    ...(isMetered(price) ? {} : { quantity: quantity ?? 1 }),
    subscription,
    tax_rates: [],
  };
}

/** A price in the shape that plans had; items still carry both. */
export function planOf(price: Stripe.Price): Stripe.Plan {
  const { id, active, billing_scheme, created, currency, livemode, metadata, nickname, product } = price;
  const { interval, interval_count, meter, trial_period_days, usage_type } = price.recurring ?? {
    interval: "month",
    interval_count: 1,
    meter: null,
    trial_period_days: null,
    usage_type: "licensed",
  };
  return {
    id,
    object: "plan",
    active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme,
    created,
    currency,
    interval,
    interval_count,
    livemode,
    metadata,
    meter,
    nickname,
    product,
    tiers_mode: price.tiers_mode,
    transform_usage: price.transform_quantity,
    trial_period_days,
    usage_type,
  };
}
