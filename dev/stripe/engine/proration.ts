import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { createInvoiceItem } from "./invoice-items.ts";
import type { LineDraft } from "./invoice-lines.ts";
import { amountOf, nameOf } from "./price-amounts.ts";
import { isMetered } from "./subscription-items.ts";
import { shareOf } from "./subscription-lines.ts";
import { customerOf } from "./subscription-state.ts";

type Item = Stripe.SubscriptionItem;
type Subscription = Stripe.Subscription;

/**
 * What a change within a period comes to: the rest of the period is given back for what was, and charged for what is
 * now. Only items that cost something else are part of it. https://docs.stripe.com/billing/subscriptions/prorations
 * @param after the subscription as it will be
 * @param at the moment of the change, in epoch seconds
 */
export function prorationLines(
  account: Account,
  before: Subscription,
  after: Subscription,
  at: number,
): LineDraft[] {
  const was = before.items.data.filter((item) => !after.items.data.some((other) => sameCost(item, other)));
  const is = after.items.data.filter((item) => !before.items.data.some((other) => sameCost(item, other)));
  return [
    ...was.flatMap((item) => unused(account, before, item, at)),
    ...is.flatMap((item) => remaining(account, after, item, at)),
  ];
}

/** What was paid for the time after a period's new, earlier end. */
export function cutLines(account: Account, before: Subscription, after: Subscription): LineDraft[] {
  return after.items.data.flatMap((item) => {
    const was = before.items.data.find(({ id }) => id === item.id);
    const { current_period_start, current_period_end } = item;
    if (!was || was.current_period_end <= current_period_end) return [];
    if (was.current_period_start !== current_period_start) return [];
    return unused(
      account,
      before,
      { ...item, current_period_end: was.current_period_end },
      current_period_end,
    );
  });
}

const sameCost = (one: Item, other: Item) =>
  one.id === other.id && one.price.id === other.price.id && one.quantity === other.quantity;

/** What a whole subscription's rest of the period is worth, given back. */
export function creditLines(
  account: Account,
  subscription: Subscription,
  at: number,
  items: Item[] = subscription.items.data,
): LineDraft[] {
  return items.flatMap((item) => unused(account, subscription, item, at));
}

/** Puts lines among the invoice items that wait for the next invoice. */
export function toInvoiceItems(account: Account, subscription: Subscription, lines: LineDraft[]): void {
  for (const line of lines) createInvoiceItem(account, { ...line, customer: customerOf(subscription) });
}

const unused = (account: Account, subscription: Subscription, item: Item, at: number) =>
  restOf(account, subscription, item, at, "Unused");

const remaining = (account: Account, subscription: Subscription, item: Item, at: number) =>
  restOf(account, subscription, item, at, "Remaining");

function restOf(
  account: Account,
  subscription: Subscription,
  item: Item,
  at: number,
  word: "Unused" | "Remaining",
): LineDraft[] {
  const { price, quantity = 1, current_period_end: end } = item;
  if (isMetered(price) || at >= end) return [];
  const period = { start: Math.max(at, item.current_period_start), end };
  const worth = Math.round(amountOf(price, quantity) * shareOf(subscription, item, period));
  const many = quantity === 1 ? "" : `${quantity} × `;
  return [
    {
      amount: word === "Unused" ? 0 - worth : worth,
      currency: subscription.currency,
      description: `${word} time on ${many}${nameOf(account, price)} after ${day(period.start)}`,
      period,
      price,
      quantity,
      proration: true,
      subscription: subscription.id,
      subscriptionItem: item.id,
    },
  ];
}

/** `24 Nov 2026`, in UTC. */
const day = (at: number) => new Date(at * 1000).toUTCString().slice(5, 16);
