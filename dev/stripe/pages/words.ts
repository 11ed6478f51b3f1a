import type Stripe from "stripe";
import { money } from "../money.ts";

/** A day, as `24 November 2026`. All the pages tell times in UTC: so does the clock that is advanced. */
export const day = (epoch: number) =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(epoch * 1000);

/** A moment, as `24 Nov 2026, 05:03 UTC`. */
export const moment = (epoch: number) =>
  `${new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(epoch * 1000)} UTC`;

/** For the `datetime` of a `<time>`. */
export const iso = (epoch: number) => new Date(epoch * 1000).toISOString();

/** How often a price is paid: ` per month`, ` every 3 months`; nothing for one that is paid once. */
export function every(recurring: Stripe.Price["recurring"]): string {
  if (!recurring) return "";
  const { interval, interval_count } = recurring;
  return interval_count === 1 ? ` per ${interval}` : ` every ${interval_count} ${interval}s`;
}

/** What a coupon takes off: `20% off for 3 months`. */
export function couponTerms(coupon: Stripe.Coupon): string {
  const { percent_off, amount_off, currency, duration, duration_in_months } = coupon;
  const off =
    percent_off !== null ? `${percent_off}% off` : `${money(amount_off ?? 0, currency ?? "usd")} off`;
  if (duration === "repeating") return `${off} for ${duration_in_months ?? 1} months`;
  return duration === "once" ? `${off} once` : off;
}

/** A saved payment method: `Visa ending in 4242`. */
export function methodName(method: Stripe.PaymentMethod): string {
  if (method.card) {
    const brand = BRANDS[method.card.brand] ?? method.card.brand;
    return `${brand} ending in ${method.card.last4}`;
  }
  if (method.sepa_debit) return `SEPA debit ending in ${method.sepa_debit.last4 ?? "?"}`;
  return method.type;
}

const BRANDS: Record<string, string> = {
  amex: "American Express",
  diners: "Diners Club",
  discover: "Discover",
  jcb: "JCB",
  mastercard: "Mastercard",
  unionpay: "UnionPay",
  visa: "Visa",
};
