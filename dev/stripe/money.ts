/**
 * Currencies in which Stripe counts otherwise than ISO 4217 does.
 * https://docs.stripe.com/currencies#special-cases
 */
const DIGITS: Record<string, number> = { isk: 2, ugx: 2, mga: 0 };

/** An amount in a currency's smallest unit, as a customer reads it: `$1,234.50`, `¥500`. */
export function money(amount: number, currency: string): string {
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency });
  const digits = DIGITS[currency] ?? format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}
