import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { found } from "../http/endpoint.ts";
import type { LineDraft } from "./invoice-lines.ts";
import { meterUsage } from "./meters.ts";
import { type Period, periodAt } from "./periods.ts";
import { amountOf, inWords, nameOf } from "./price-amounts.ts";
import { currentPeriod, cycleOf, type ItemDraft, isMetered } from "./subscription-items.ts";
import { customerOf } from "./subscription-state.ts";

type Item = Stripe.SubscriptionItem;
type Subscription = Stripe.Subscription;

/** What a line has of its subscription's item. */
const ofItem = (subscription: Subscription, { id, price, quantity = 1 }: Item) => ({
  currency: subscription.currency,
  price,
  quantity,
  proration: false,
  subscription: subscription.id,
  subscriptionItem: id,
});

/**
 * What the items cost for the period that each of them is in, to be paid in advance; metered ones cost nothing before
 * they are used. A first period that is cut short by the anchor costs its part.
 * @param options.free whether that part is a gift
 */
export function periodLines(
  account: Account,
  subscription: Subscription,
  { items = subscription.items.data, free = false }: { items?: Item[]; free?: boolean } = {},
): LineDraft[] {
  return items.flatMap((item) => {
    const { price, quantity = 1 } = item;
    if (isMetered(price)) return [];
    const period = { start: item.current_period_start, end: item.current_period_end };
    const share = shareOf(subscription, item, period);
    const amount = share < 1 && free ? 0 : Math.round(amountOf(price, quantity) * share);
    return [
      { ...ofItem(subscription, item), amount, period, description: inWords(account, price, quantity) },
    ];
  });
}

/** What is billed once, next to the subscription. */
export function extraLines(account: Account, subscription: Subscription, drafts: ItemDraft[]): LineDraft[] {
  return drafts.map(({ price: id, quantity = 1 }, at) => {
    const price = found(account, "price", id ?? "", `add_invoice_items[${at}][price]`);
    const { start, end } = currentPeriod(subscription);
    return {
      amount: Math.round(amountOf(price, quantity)),
      currency: price.currency,
      description: nameOf(account, price),
      period: { start, end: price.recurring ? end : start },
      price,
      quantity,
      proration: false,
      subscription: subscription.id,
      subscriptionItem: null,
    };
  });
}

/** The lines of an invoice over nothing: the trial. */
export function trialLines(account: Account, subscription: Subscription): LineDraft[] {
  return subscription.items.data.map((item) => ({
    ...ofItem(subscription, item),
    amount: 0,
    period: { start: item.current_period_start, end: item.current_period_end },
    description: `Trial period for ${nameOf(account, item.price)}`,
  }));
}

/** What was used of metered items in a period that is over, or is being cut off. */
export function usageLines(
  account: Account,
  subscription: Subscription,
  items: Item[],
  until: number,
): LineDraft[] {
  return items.flatMap((item) => {
    const { price, current_period_start: start } = item;
    const meter = price.recurring?.meter;
    if (!isMetered(price) || !meter || until <= start) return [];
    const used = meterUsage(account, { meter, customer: customerOf(subscription), start, end: until });
    return [
      {
        ...ofItem(subscription, item),
        quantity: used,
        amount: Math.round(amountOf(price, used)),
        period: { start, end: until },
        description: inWords(account, price, used),
      },
    ];
  });
}

/** How much of a whole cycle a period is. */
export function shareOf(
  { billing_cycle_anchor }: Pick<Subscription, "billing_cycle_anchor">,
  { price, current_period_start }: Item,
  { start, end }: Period,
): number {
  const whole = periodAt(billing_cycle_anchor, cycleOf(price), current_period_start);
  return (end - start) / (whole.end - whole.start);
}
