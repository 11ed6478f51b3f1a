import type { Account } from "../account.ts";
import { type Hash, isHash } from "../hash.ts";

/** A part of an object that is a hash; an empty one if it is not. */
export const part = (object: Hash, name: string): Hash => {
  const value = object[name];
  return isHash(value) ? value : {};
};

/** The objects of a list within an object. */
export function dataOf(object: Hash, name: string): Hash[] {
  const { data } = part(object, name);
  return Array.isArray(data) ? data.filter(isHash) : [];
}

export function without(object: Hash, ...names: string[]): Hash {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/** Until endive, the plan and the quantity of a subscription with one item stood at the subscription as well. */
export function planOfSubscription(subscription: Hash): Hash {
  const [item, ...others] = dataOf(subscription, "items");
  if (!item || others.length > 0) return { ...subscription, plan: null };
  return { ...subscription, plan: item.plan, ...("quantity" in item ? { quantity: item.quantity } : {}) };
}

const UI_MODES: Record<string, string> = {
  hosted_page: "hosted",
  embedded_page: "embedded",
  elements: "custom",
};

/** Until dahlia, the ways of showing Checkout had other names. */
export function uiModeOfSession(session: Hash): Hash {
  const { ui_mode } = session;
  return { ...session, ui_mode: typeof ui_mode === "string" ? (UI_MODES[ui_mode] ?? ui_mode) : ui_mode };
}

/** Until clover, a discount had its coupon, whole. */
export const couponOfDiscount = (discount: Hash, account: Account): Hash => ({
  ...without(discount, "source"),
  coupon: coupon(account, part(discount, "source").coupon),
});

/** Until clover, a promotion code had its coupon, whole. */
export const couponOfPromotionCode = (code: Hash, account: Account): Hash => ({
  ...without(code, "promotion"),
  coupon: coupon(account, part(code, "promotion").coupon),
});

const coupon = (account: Account, value: unknown) =>
  typeof value === "string" ? (account.store.get("coupon", value) ?? value) : (value ?? null);
