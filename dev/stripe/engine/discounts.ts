import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";
import { boundary } from "./periods.ts";
import { changeSubscription, isOver } from "./subscription-state.ts";

/** What a coupon takes off an amount, in the smallest unit: never more than there is. */
export function discountAmount({ percent_off, amount_off }: Stripe.Coupon, base: number): number {
  if (base <= 0) return 0;
  return percent_off === null ? Math.min(amount_off ?? 0, base) : Math.round((base * percent_off) / 100);
}

/** What is redeemed: a coupon, or the promotion code that stands for one. */
export type Redemption = {
  coupon?: string;
  promotionCode?: string;
  customer: string;
  subscription: string;
};

/**
 * Makes a discount of a coupon, and counts the coupon and the code as used once more: `customer.discount.created`.
 * https://docs.stripe.com/billing/subscriptions/coupons
 * @param param where it stands in the request
 * @throws ApiError for what is unknown, over, used up, or not for this customer or currency
 */
export function redeem(
  account: Account,
  { coupon: name, promotionCode, customer, subscription }: Redemption,
  param = "discounts[0]",
): Stripe.Discount {
  const code = promotionCode === undefined ? null : codeFor(account, promotionCode, customer, param);
  const id = code ? (idOf(code.promotion.coupon) ?? "") : (name ?? "");
  const coupon = found(account, "coupon", id, `${param}[coupon]`);
  const now = account.nowOf(customer);
  checkCoupon(coupon, account.store.get("subscription", subscription)?.currency, now, param);
  countUse(account, coupon, code);
  return account.create(
    "discount",
    {
      id: account.newId("discount"),
      object: "discount",
      checkout_session: null,
      customer,
      customer_account: null,
      end:
        coupon.duration_in_months === null
          ? null
          : boundary(now, { interval: "month", interval_count: coupon.duration_in_months }, 1),
      invoice: null,
      invoice_item: null,
      promotion_code: code?.id ?? null,
      source: { coupon: coupon.id, type: "coupon" },
      start: now,
      subscription,
      subscription_item: null,
    },
    "customer.discount.created",
  );
}

/** Whether a coupon could be redeemed once more. */
export const isValid = (
  { max_redemptions, redeem_by, times_redeemed }: Omit<Stripe.Coupon, "valid">,
  now: number,
): boolean =>
  (redeem_by === null || redeem_by > now) && (max_redemptions === null || times_redeemed < max_redemptions);

function checkCoupon(coupon: Stripe.Coupon, currency: string | undefined, now: number, param: string): void {
  const { id, redeem_by } = coupon;
  if (!isValid(coupon, now)) {
    const why = redeem_by !== null && redeem_by <= now ? "expired" : "used up";
    throw ApiError.invalid(`Coupon ${id} is ${why} and cannot be applied.`, {
      param: `${param}[coupon]`,
      code: "coupon_expired",
    });
  }
  if (coupon.amount_off === null || coupon.currency === currency) return;
  throw ApiError.invalid(
    `The currency of the coupon (${coupon.currency}) does not match the currency of the subscription (${currency}).`,
    { param: `${param}[coupon]` },
  );
}

function codeFor(account: Account, id: string, customer: string, param: string): Stripe.PromotionCode {
  const named = `${param}[promotion_code]`;
  const code = account.store.get("promotion_code", id);
  if (!code) throw ApiError.noSuch("promotion code", id, named);
  const { active, expires_at, max_redemptions, times_redeemed } = code;
  const isOver = expires_at !== null && expires_at <= account.nowOf(customer);
  const isUsedUp = max_redemptions !== null && times_redeemed >= max_redemptions;
  if (!active || isOver || isUsedUp) {
    const why = isOver ? "it has expired" : isUsedUp ? "it has been used up" : "it is inactive";
    throw ApiError.invalid(`This promotion code cannot be redeemed because ${why}.`, { param: named });
  }
  if (code.customer !== null && idOf(code.customer) !== customer) {
    throw ApiError.invalid("This promotion code cannot be redeemed by this customer.", { param: named });
  }
  return code;
}

function countUse(account: Account, coupon: Stripe.Coupon, code: Stripe.PromotionCode | null): void {
  const used = { ...coupon, times_redeemed: coupon.times_redeemed + 1 };
  const { times_redeemed } = used;
  account.change("coupon", coupon, { times_redeemed, valid: isValid(used, account.now()) }, "coupon.updated");
  if (!code) return;
  const changes = { times_redeemed: code.times_redeemed + 1 };
  account.change("promotion_code", code, changes, "promotion_code.updated");
}

/**
 * Takes a discount away: `customer.discount.deleted`. It stays known, for the invoices that it was taken off.
 */
export function endDiscount(account: Account, discount: Stripe.Discount): void {
  const subscription = account.store.get("subscription", discount.subscription ?? "");
  if (subscription) {
    const discounts = subscription.discounts.filter((other) => idOf(other) !== discount.id);
    changeSubscription(account, subscription, { discounts });
  }
  account.emit("customer.discount.deleted", discount);
}

/** Whether a discount will be taken off the next invoice. */
export function isApplied(account: Account, { id, subscription: of }: Stripe.Discount): boolean {
  const subscription = account.store.get("subscription", of ?? "");
  if (!subscription || isOver(subscription)) return false;
  return subscription.discounts.some((discount) => idOf(discount) === id);
}
