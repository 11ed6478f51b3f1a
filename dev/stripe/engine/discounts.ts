import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";
import { changeCoupon, endOf } from "./coupons.ts";
import type { Routine } from "./due.ts";
import { boundary } from "./periods.ts";
import { countUse, type Problem, type Purchase, problemWith } from "./promotion-codes.ts";
import { changeSubscription, isOver } from "./subscription-state.ts";

type Discount = Stripe.Discount;

/** What a discount is taken off: a subscription, or what a Checkout Session sells once. */
export type Discounted = Purchase & { subscription?: string; checkoutSession?: string };

/** A coupon, or the promotion code that stands for one. */
export type Redeemable = { coupon?: string | null | undefined; promotion_code?: string | null | undefined };

/**
 * Makes a discount, and counts its coupon and its promotion code as used once more: `customer.discount.created`.
 * https://docs.stripe.com/billing/subscriptions/coupons
 * @param param where the coupon stands in the request
 * @throws ApiError for what is unknown, over, used up, or not for this purchase
 */
export function redeem(
  account: Account,
  purchase: Discounted,
  { coupon: named, promotion_code }: Redeemable,
  param: string,
): Discount {
  const code = promotion_code ? codeFor(account, purchase, promotion_code, `${param}[promotion_code]`) : null;
  const id = code ? (idOf(code.promotion.coupon) ?? "") : (named ?? "");
  const coupon = couponFor(account, purchase, id, `${param}[coupon]`);
  if (code) countUse(account, code);
  changeCoupon(account, coupon, { times_redeemed: coupon.times_redeemed + 1 });
  const start = account.nowOf(purchase.customer);
  return account.create(
    "discount",
    {
      id: account.newId("discount"),
      object: "discount",
      checkout_session: purchase.checkoutSession ?? null,
      customer: purchase.customer,
      customer_account: null,
      end: endFrom(start, coupon),
      invoice: null,
      invoice_item: null,
      promotion_code: code?.id ?? null,
      source: { coupon: coupon.id, type: "coupon" },
      start,
      subscription: purchase.subscription ?? null,
      subscription_item: null,
    },
    "customer.discount.created",
  );
}

const endFrom = (start: number, { duration_in_months: months }: Stripe.Coupon) =>
  months === null ? null : boundary(start, { interval: "month", interval_count: months }, 1);

/** @throws ApiError for a coupon that cannot be redeemed for this */
export function couponFor(
  account: Account,
  { customer, currency }: Pick<Purchase, "customer" | "currency">,
  id: string,
  param: string,
): Stripe.Coupon {
  const coupon = found(account, "coupon", id, param);
  const end = endOf(coupon, account.nowOf(customer));
  if (end) {
    const message = `Coupon ${id} is ${end} and cannot be applied.`;
    throw ApiError.invalid(message, { param, code: "coupon_expired" });
  }
  if (coupon.amount_off === null || coupon.currency === currency) return coupon;
  const message = `The currency of the coupon ${id} (${coupon.currency}) is not the currency of the purchase (${currency}).`;
  throw ApiError.invalid(message, { param });
}

/** @throws ApiError for a promotion code that cannot be redeemed for this */
export function codeFor(
  account: Account,
  purchase: Purchase,
  id: string,
  param: string,
): Stripe.PromotionCode {
  const code = found(account, "promotion_code", id, param);
  const problem = problemWith(account, code, purchase);
  if (!problem) return code;
  throw ApiError.invalid(`This promotion code cannot be redeemed because ${REASONS[problem]}.`, { param });
}

const REASONS: Record<Problem, string> = {
  expired: "it has expired",
  inactive: "it is inactive",
  "used up": "it has been used the maximum number of times",
  "other customer": "it is for another customer",
  "other currency": "its coupon is in another currency than the purchase",
  "not the first": "the associated customer has prior transactions",
  "too little": "the associated purchase does not meet the minimum amount requirement",
};

/** Takes a discount away: `customer.discount.deleted`. It stays known, for the invoices that it was taken off. */
export function endDiscount(account: Account, discount: Discount): void {
  const subscription = account.store.get("subscription", discount.subscription ?? "");
  if (subscription && isApplied(account, discount)) {
    const discounts = subscription.discounts.filter((other) => idOf(other) !== discount.id);
    changeSubscription(account, subscription, { discounts });
  }
  account.emit("customer.discount.deleted", discount);
}

/** Whether a discount will be taken off the next invoice. */
function isApplied(account: Account, { id, subscription: of }: Discount): boolean {
  const subscription = account.store.get("subscription", of ?? "");
  if (!subscription || isOver(subscription)) return false;
  return subscription.discounts.some((discount) => idOf(discount) === id);
}

/** The coupon that a discount was made of, also when it has been deleted since: that takes it from nobody. */
export function couponOf(account: Account, discount: string): Stripe.Coupon | undefined {
  const coupon = idOf(account.store.get("discount", discount)?.source.coupon);
  return account.store.get("coupon", coupon ?? "") ?? account.store.notes(discount).coupon;
}

/** Remembers a coupon that is about to be deleted: the discounts made of it last. https://docs.stripe.com/api/coupons/delete */
export function keepCoupon(account: Account, coupon: Stripe.Coupon): void {
  for (const { id, source } of account.store.all("discount")) {
    if (idOf(source.coupon) === coupon.id) account.store.note(id, { coupon });
  }
}

/** What is good for one invoice is over once that is final, if it took anything off: a trial's does not. */
export function useUp(account: Account, { total_discount_amounts }: Stripe.Invoice): void {
  for (const { amount, discount: of } of total_discount_amounts ?? []) {
    const discount = account.store.get("discount", idOf(of) ?? "");
    if (!discount || amount === 0 || !isApplied(account, discount)) continue;
    if (couponOf(account, discount.id)?.duration === "once") endDiscount(account, discount);
  }
}

/** What is good for some months ends with them. */
export const discountRoutine: Routine<"discount"> = {
  kind: "discount",
  dueAt: (account, discount) => (isApplied(account, discount) ? discount.end : null),
  run: endDiscount,
  customer: ({ customer }) => idOf(customer),
};
