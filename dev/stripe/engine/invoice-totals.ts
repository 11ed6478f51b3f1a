import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { apiList } from "../http/endpoint.ts";
import { idOf } from "../store.ts";
import { discountAmount } from "./coupons.ts";
import { couponOf } from "./discounts.ts";

type Line = Stripe.InvoiceLineItem;

/** What an amount must reach to be charged, by currency; https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts */
const LEAST: Record<string, number> = { gbp: 30 };
const LEAST_ELSE = 50;

export const leastCharge = (currency: string): number => LEAST[currency] ?? LEAST_ELSE;

/**
 * An invoice with its discounts shared out to its lines and its sums made anew from them. What the customer's balance
 * pays of a draft may still change; from finalisation on it stays as it is.
 */
export function withTotals(account: Account, invoice: Stripe.Invoice, lines: Line[]): Stripe.Invoice {
  const discounts = ids(invoice.discounts);
  const shared = lines.map((line) => ({ ...line, discount_amounts: [], pretax_credit_amounts: [] }));
  const priced = discounts.reduce(
    (rest, discount) => shareOut(account, rest, discount, () => true),
    ids(shared.flatMap((line) => line.discounts)).reduce<Line[]>(
      (rest, discount) => shareOut(account, rest, discount, (line) => ids(line.discounts).includes(discount)),
      shared,
    ),
  );
  const subtotal = sum(priced.map(({ amount }) => amount));
  const total_discount_amounts = gathered(priced);
  const total = subtotal - sum(total_discount_amounts.map(({ amount }) => amount));
  const { due } = balanced(total + invoice.starting_balance, invoice.currency);
  return {
    ...invoice,
    lines: apiList(`/v1/invoices/${invoice.id}/lines`, priced),
    subtotal,
    subtotal_excluding_tax: subtotal,
    total,
    total_excluding_tax: total,
    total_discount_amounts,
    total_pretax_credit_amounts: total_discount_amounts.map((given) => ({ ...given, type: "discount" })),
    amount_due: due,
    amount_remaining: due,
  };
}

/** What is asked for now, and what the customer's balance says afterwards: a credit, or too little to be charged. */
export function balanced(owed: number, currency: string): { due: number; balance: number } {
  const due = owed < leastCharge(currency) ? 0 : owed;
  return { due, balance: owed - due };
}

/** Takes a discount off the lines that it is for. */
function shareOut(account: Account, lines: Line[], discount: string, isFor: (line: Line) => boolean): Line[] {
  const coupon = couponOf(account, discount);
  if (!coupon) return lines;
  const products = coupon.applies_to?.products;
  const chosen = lines.filter(
    (line) =>
      isFor(line) &&
      (line.discountable || isProration(line)) &&
      (!products || products.includes(line.pricing?.price_details?.product ?? "")),
  );
  const shares = coupon.percent_off === null ? sharesOf(coupon, chosen) : percentOf(coupon, chosen);
  return lines.map((line) => {
    const amount = shares.get(line.id) ?? 0;
    return amount === 0 ? line : discounted(line, { amount, discount });
  });
}

/** A percentage is taken off each line; off what is given back too, which was paid with it. */
const percentOf = ({ percent_off }: Stripe.Coupon, lines: Line[]) =>
  new Map(lines.map((line) => [line.id, Math.round((net(line) * (percent_off ?? 0)) / 100)]));

/** An amount is taken off all lines in proportion; what rounding leaves over falls to the last. */
function sharesOf(coupon: Stripe.Coupon, lines: Line[]): Map<string, number> {
  const charged = lines.filter((line) => net(line) > 0 && !isProration(line));
  const whole = sum(charged.map(net));
  const off = discountAmount(coupon, whole);
  let left = off;
  return new Map(
    charged.map((line, at) => {
      const share = at === charged.length - 1 ? left : Math.round((off * net(line)) / whole);
      left -= share;
      return [line.id, share];
    }),
  );
}

const isProration = ({ parent }: Line): boolean =>
  (parent?.subscription_item_details ?? parent?.invoice_item_details)?.proration ?? false;

const discounted = (line: Line, given: Stripe.InvoiceLineItem.DiscountAmount): Line => ({
  ...line,
  discount_amounts: [...(line.discount_amounts ?? []), given],
  pretax_credit_amounts: [...(line.pretax_credit_amounts ?? []), { ...given, type: "discount" }],
});

const net = (line: Line) => line.amount - sum((line.discount_amounts ?? []).map(({ amount }) => amount));

/** Each discount's part in all of the lines together. */
function gathered(lines: Line[]): Stripe.Invoice.TotalDiscountAmount[] {
  const amounts = new Map<string, number>();
  for (const { amount, discount } of lines.flatMap((line) => line.discount_amounts ?? [])) {
    const id = idOf(discount) ?? "";
    amounts.set(id, (amounts.get(id) ?? 0) + amount);
  }
  return [...amounts].map(([discount, amount]) => ({ amount, discount }));
}

const ids = (given: (string | { id: string })[]) => [...new Set(given.map((one) => idOf(one) ?? ""))];

const sum = (amounts: number[]) => amounts.reduce((one, other) => one + other, 0);
