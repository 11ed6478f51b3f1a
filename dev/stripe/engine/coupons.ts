import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";
import type { Routine } from "./due.ts";

type Coupon = Stripe.Coupon;

/** What a coupon takes off an amount, in the smallest unit: never more than there is. */
export function discountAmount({ percent_off, amount_off }: Coupon, base: number): number {
  if (base <= 0) return 0;
  return percent_off === null ? Math.min(amount_off ?? 0, base) : Math.round((base * percent_off) / 100);
}

/** Why a coupon cannot be redeemed any more, if it cannot. */
export function endOf(
  { max_redemptions, redeem_by, times_redeemed }: Coupon,
  now: number,
): "expired" | "used up" | undefined {
  if (redeem_by !== null && redeem_by <= now) return "expired";
  return max_redemptions !== null && times_redeemed >= max_redemptions ? "used up" : undefined;
}

/** Changes a coupon: `coupon.updated`. When it is no longer valid, its promotion codes are not either. */
export function changeCoupon(account: Account, before: Coupon, changes: Partial<Coupon>): Coupon {
  const valid = endOf({ ...before, ...changes }, account.now()) === undefined;
  const after = account.change("coupon", before, { ...changes, valid }, "coupon.updated");
  if (!valid) closeCodes(account, after);
  return after;
}

/** The promotion codes of a coupon that is over. */
export function closeCodes(account: Account, { id }: Coupon): void {
  for (const code of account.store.all("promotion_code")) {
    if (idOf(code.promotion.coupon) === id) {
      account.change("promotion_code", code, { active: false }, "promotion_code.updated");
    }
  }
}

/** A coupon ends at the moment that was set. */
export const couponRoutine: Routine<"coupon"> = {
  kind: "coupon",
  dueAt: (_, { redeem_by, valid }) => (valid ? redeem_by : null),
  run: (account, coupon) => void changeCoupon(account, coupon, {}),
  customer: () => null,
};

/** So does a promotion code. */
export const promotionCodeRoutine: Routine<"promotion_code"> = {
  kind: "promotion_code",
  dueAt: (_, { active, expires_at }) => (active ? expires_at : null),
  run: (account, code) =>
    void account.change("promotion_code", code, { active: false }, "promotion_code.updated"),
  customer: () => null,
};
