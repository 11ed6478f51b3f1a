import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { mergeMetadata } from "../http/params.ts";
import { amountOf } from "./price-amounts.ts";
import { checkPrices, firstPeriod } from "./subscription-draft.ts";
import {
  type ItemDraft,
  isMetered,
  newItem,
  planOf,
  recurringPrice,
  sameCycle,
} from "./subscription-items.ts";

type Subscription = Stripe.Subscription;
type Item = Stripe.SubscriptionItem;

/** What is asked of an item: one that exists is named by its id. */
export type ItemChange = ItemDraft & {
  id?: string | undefined;
  deleted?: boolean | undefined;
  clear_usage?: boolean | undefined;
};

/**
 * The items of a subscription as an update leaves them.
 * @throws ApiError for one that is not there, for prices that do not fit, and if none is left
 */
export function changedItems(
  account: Account,
  before: Subscription,
  changes: ItemChange[],
  now: number,
): Item[] {
  const items = [...before.items.data];
  for (const [at, change] of changes.entries()) {
    const param = `items[${at}]`;
    if (change.id === undefined) {
      const price = recurringPrice(account, change.price, before.currency, `${param}[price]`);
      const period =
        before.status === "trialing"
          ? { start: now, end: before.trial_end ?? now }
          : firstPeriod(before.billing_cycle_anchor, price, now);
      items.push(newItem(account, before.id, change, { price, period, created: now }));
      continue;
    }
    const index = items.findIndex(({ id }) => id === change.id);
    const item = items[index];
    if (!item) throw ApiError.noSuch("subscription item", change.id, `${param}[id]`);
    if (change.deleted) items.splice(index, 1);
    else items[index] = changedItem(account, item, change, `${param}[price]`);
  }
  if (items.length === 0) {
    throw ApiError.invalid("A subscription must have at least one active plan.", { param: "items" });
  }
  if (changes.length > 0) {
    checkPrices(
      items.map(({ price }) => price),
      before.billing_mode.type,
    );
  }
  return items;
}

function changedItem(account: Account, item: Item, change: ItemChange, param: string): Item {
  const price =
    change.price === undefined || change.price === item.price.id
      ? item.price
      : recurringPrice(account, change.price, item.price.currency, param);
  const { quantity: had, ...rest } = item;
  return {
    ...rest,
    metadata: mergeMetadata(item.metadata, change.metadata),
    price,
    plan: planOf(price),
    ...(isMetered(price) ? {} : { quantity: change.quantity ?? had ?? 1 }),
  };
}

/** A price of another interval, or the first that costs anything, begins a new cycle. */
export function beginsAnew(before: Subscription, items: Item[]): boolean {
  const replaced = before.items.data.some((item) => {
    const after = items.find(({ id }) => id === item.id);
    return after !== undefined && !sameCycle(item.price, after.price);
  });
  return replaced || (isFree(before.items.data) && !isFree(items));
}

const isFree = (items: Item[]) =>
  items.every(({ price, quantity = 1 }) => !isMetered(price) && amountOf(price, quantity) === 0);
