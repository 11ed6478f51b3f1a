import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";
import type { CheckoutPlan } from "./checkout-plan.ts";
import { discountAmount } from "./coupons.ts";
import { amountOf, nameOf } from "./price-amounts.ts";
import { type Problem, type Purchase, problemWith } from "./promotion-codes.ts";

type Session = Stripe.Checkout.Session;

/** One thing that is sold, before any discount. */
export function lineItem(
  account: Account,
  price: Stripe.Price,
  given: {
    quantity: number | null;
    adjustable: Stripe.LineItem.AdjustableQuantity | null;
    metadata: Record<string, string>;
  },
): Stripe.LineItem {
  const amount = Math.round(amountOf(price, given.quantity ?? 0));
  return {
    id: account.newIdOf("li"),
    object: "item",
    adjustable_quantity: given.adjustable,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: nameOf(account, price),
    metadata: given.metadata,
    price,
    quantity: given.quantity,
  };
}

/** The same thing in another number. */
export function withQuantity(item: Stripe.LineItem, quantity: number): Stripe.LineItem {
  if (!item.price) return item;
  const amount = Math.round(amountOf(item.price, quantity));
  return { ...item, quantity, amount_subtotal: amount, amount_total: amount - item.amount_discount };
}

/** Whether what is bought begins with time that costs nothing. */
export const hasTrial = ({ subscription }: CheckoutPlan) =>
  subscription.trial_end !== undefined || (subscription.trial_period_days ?? 0) > 0;

/** What is due today for an item: nothing for a subscription's while its trial lasts. */
const dueToday = (plan: CheckoutPlan, item: Stripe.LineItem) =>
  hasTrial(plan) && item.price?.recurring ? 0 : item.amount_subtotal;

/** The session's coupon, whether it was named itself or by a promotion code. */
export function couponOf(account: Account, session: Pick<Session, "discounts">): Stripe.Coupon | undefined {
  const [discount] = session.discounts ?? [];
  if (!discount) return undefined;
  const promotion = account.store.get("promotion_code", idOf(discount.promotion_code) ?? "");
  const id = idOf(discount.coupon) ?? idOf(promotion?.promotion.coupon);
  return id === null ? undefined : account.store.get("coupon", id);
}

type Totals = Pick<Session, "amount_subtotal" | "amount_total" | "total_details">;

/** What the customer has to pay now. Shares of a discount fall on the items that it is for, in order. */
export function totals(
  account: Account,
  session: Pick<Session, "mode" | "discounts">,
  plan: CheckoutPlan,
): { totals: Totals; items: Stripe.LineItem[] } {
  if (session.mode === "setup") {
    return { totals: { amount_subtotal: null, amount_total: null, total_details: null }, items: [] };
  }
  const coupon = couponOf(account, session);
  const only = coupon?.applies_to?.products;
  const isFor = ({ price }: Stripe.LineItem) => !only || only.includes(idOf(price?.product) ?? "");
  const base = plan.items.filter(isFor).reduce((sum, item) => sum + dueToday(plan, item), 0);
  const discount = coupon ? discountAmount(coupon, base) : 0;
  let left = discount;
  const items = plan.items.map((item, at) => {
    const due = dueToday(plan, item);
    const isLast = !plan.items.slice(at + 1).some(isFor);
    const share = !isFor(item) || base === 0 ? 0 : isLast ? left : Math.round((discount * due) / base);
    left -= share;
    return { ...item, amount_subtotal: due, amount_discount: share, amount_total: due - share };
  });
  const subtotal = items.reduce((sum, item) => sum + item.amount_subtotal, 0);
  return {
    items,
    totals: {
      amount_subtotal: subtotal,
      amount_total: subtotal - discount,
      total_details: { amount_discount: discount, amount_shipping: 0, amount_tax: 0 },
    },
  };
}

/**
 * The promotion code behind the word that a customer typed, if it is good for this session.
 * @throws ApiError in the words that Checkout shows
 */
export function promotionFor(account: Account, session: Session, word: string): Stripe.PromotionCode {
  const named = account.store
    .all("promotion_code")
    .filter(({ code }) => code.toLowerCase() === word.trim().toLowerCase());
  const code = named.find(({ active }) => active) ?? named[0];
  const problem = code ? problemWith(account, code, purchaseOf(session)) : "inactive";
  if (code && !problem) return code;
  throw ApiError.invalid((problem && REFUSALS[problem]) ?? INVALID, { param: "promotion_code" });
}

/** What a session asks to be paid for, once its sums are made. */
export const purchaseOf = ({ customer, currency, amount_subtotal }: Session): Purchase => ({
  customer: idOf(customer),
  currency,
  amount: amount_subtotal ?? 0,
});

const INVALID = "This code is invalid.";

const REFUSALS: Partial<Record<Problem, string>> = {
  expired: "This code has expired.",
  "other currency": "This code cannot be used in this currency.",
  "not the first": "This code is only for a first purchase.",
  "too little": "The total is too small for this code.",
};

/**
 * The price that a session sells.
 * @throws ApiError for one that is unknown or not sold any more
 */
export function sellablePrice(account: Account, id: string, param: string): Stripe.Price {
  const price = found(account, "price", id, param);
  if (price.active) return price;
  throw ApiError.invalid("The price specified is inactive. This field only accepts active prices.", {
    param,
  });
}
