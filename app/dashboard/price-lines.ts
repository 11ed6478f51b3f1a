import type { Money } from "@/lib/billing/on-sale";
import type { Plan } from "@/lib/billing/plans";
import type { SubscriptionView } from "@/lib/billing/queries";
import { formatInterval, formatMoney } from "@/lib/format";

type Item = Pick<SubscriptionView["items"][number], "productName" | "price" | "quantity">;

/** One item of a subscription in words: `5 × $20.00 per month`. */
export function itemWords({ price, quantity }: Omit<Item, "productName">): string {
  if (!price) return "Price not known yet";
  const every = formatInterval(price.interval, price.intervalCount);
  if (!price.unitAmount) return `By usage, ${every}`;
  const amount = formatMoney(price.unitAmount);
  if (price.metered) return `${amount} for each unit, ${every}`;
  return quantity === null || quantity === 1
    ? `${amount} ${every}`
    : `${quantity.toLocaleString("en")} × ${amount} ${every}`;
}

/** What all items together cost each time, before tax and discounts; null where no one figure says it. */
export function totalWords(items: readonly Item[]): string | null {
  const [first] = items;
  if (!first?.price?.unitAmount) return null;
  const { interval, intervalCount } = first.price;
  let total: Money = { amount: 0, currency: first.price.unitAmount.currency };
  for (const { price, quantity } of items) {
    const amount = price?.metered ? null : price?.unitAmount;
    const isAlike = price?.interval === interval && price?.intervalCount === intervalCount;
    if (!amount || !isAlike || amount.currency !== total.currency) return null;
    total = { ...total, amount: total.amount + amount.amount * (quantity ?? 1) };
  }
  return `${formatMoney(total)} ${formatInterval(interval, intervalCount)}`;
}

/** What is to be had: of two changes of one plan, the seats tell which is which. */
export function planWithSeats({ name, seats }: Pick<Plan, "name" | "seats">, quantity: number): string {
  return seats ? `${name} with ${quantity} ${quantity === 1 ? "seat" : "seats"}` : name;
}

/** What the subscription is called: its products, or the one word that is always true. */
export function planName(items: readonly Item[]): string {
  const names = [...new Set(items.flatMap((item) => item.productName ?? []))];
  return names.length > 0 ? names.join(" + ") : "Your plan";
}
