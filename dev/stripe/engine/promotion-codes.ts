import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";
import { endOf } from "./coupons.ts";

type PromotionCode = Stripe.PromotionCode;

/** What a promotion code is to be taken off. */
export type Purchase = {
  customer: string | null;
  currency: string | null;
  /** Before any discount, in the smallest unit. */
  amount: number;
  /** The payment intent that this purchase was already paid with. */
  paidBy?: string | undefined;
};

export type Problem =
  | "expired"
  | "inactive"
  | "used up"
  | "other customer"
  | "other currency"
  | "not the first"
  | "too little";

/** Why a promotion code is not good for a purchase, if it is not. https://docs.stripe.com/billing/subscriptions/coupons */
export function problemWith(
  account: Account,
  code: PromotionCode,
  { customer, currency, amount, paidBy }: Purchase,
): Problem | undefined {
  const coupon = account.store.get("coupon", idOf(code.promotion.coupon) ?? "");
  const now = account.nowOf(customer);
  const { expires_at, max_redemptions, restrictions, times_redeemed } = code;
  if (expires_at !== null && expires_at <= now) return "expired";
  if (max_redemptions !== null && times_redeemed >= max_redemptions) return "used up";
  if (!coupon || !code.active) return "inactive";
  const end = endOf(coupon, now);
  if (end) return end;
  if (code.customer !== null && idOf(code.customer) !== customer) return "other customer";
  if (coupon.amount_off !== null && coupon.currency !== currency) return "other currency";
  if (restrictions.first_time_transaction && customer !== null && hasPaid(account, customer, paidBy)) {
    return "not the first";
  }
  const { minimum_amount, minimum_amount_currency } = restrictions;
  if (minimum_amount === null) return undefined;
  return minimum_amount_currency !== currency || amount < minimum_amount ? "too little" : undefined;
}

const hasPaid = (account: Account, customer: string, paidBy: string | undefined) =>
  account.store
    .ofCustomer("payment_intent", customer)
    .some(({ id, status }) => status === "succeeded" && id !== paidBy) ||
  account.store.ofCustomer("invoice", customer).some(({ status }) => status === "paid");

/** Counts a redemption. The last that was allowed ends the code. */
export function countUse(account: Account, code: PromotionCode): void {
  const times_redeemed = code.times_redeemed + 1;
  const isUsedUp = code.max_redemptions !== null && times_redeemed >= code.max_redemptions;
  const changes = { times_redeemed, ...(isUsedUp ? { active: false } : {}) };
  account.change("promotion_code", code, changes, "promotion_code.updated");
}
