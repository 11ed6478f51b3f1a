import type { Account } from "../account.ts";
import type { Hash } from "../hash.ts";
import { dataOf, without } from "./shapes.ts";

/** Until basil, all items of a subscription had one period, which was the subscription's. */
export function subscriptionBeforeBasil(subscription: Hash, account: Account): Hash {
  const items = dataOf(subscription, "items");
  const times = (name: string) =>
    items.map((item) => item[name]).filter((at): at is number => typeof at === "number");
  const [starts, ends] = [times("current_period_start"), times("current_period_end")];
  return {
    ...subscription,
    current_period_start: starts.length > 0 ? Math.min(...starts) : null,
    current_period_end: ends.length > 0 ? Math.max(...ends) : null,
    discount: firstDiscount(account, subscription),
  };
}

export const itemBeforeBasil = (item: Hash): Hash =>
  without(item, "current_period_start", "current_period_end");

/** Until basil there was one discount, whole, beside the list of their ids. */
export function firstDiscount(account: Account, { discounts }: Hash): unknown {
  const first: unknown = Array.isArray(discounts) ? discounts[0] : undefined;
  return typeof first === "string" ? (account.store.get("discount", first) ?? null) : (first ?? null);
}
