import type { Money } from "./billing/on-sale";

/**
 * How amounts and dates are put into words. Dates are in UTC and say so where the hour matters: the server does not know
 * the reader's time zone, and a page that changed after loading would be read twice.
 */

// Stripe's own exponents, which are not Intl's: the kip and the rupiah have two decimals at Stripe and none in Intl. ISK
// and UGX count in hundredths at Stripe although nothing smaller than one is in use. https://docs.stripe.com/currencies
const ZERO_DECIMAL = new Set("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" "));
const THREE_DECIMAL = new Set("bhd jod kwd omr tnd".split(" "));

const minorDigits = (currency: string) =>
  ZERO_DECIMAL.has(currency) ? 0 : THREE_DECIMAL.has(currency) ? 3 : 2;

/**
 * An amount as people write it: `$20.00`, `¥500`, `KWD 1.500`. Never rounded: a currency that is usually written without
 * decimals shows them where the amount has some.
 * @param style `short` leaves out decimals that are all zero: `$20`
 */
export function formatMoney({ amount, currency }: Money, style: "full" | "short" = "full"): string {
  const code = currency.toLowerCase();
  const digits = minorDigits(code);
  const value = amount / 10 ** digits;
  if (!/^[a-z]{3}$/.test(code)) return `${value.toFixed(digits)} ${currency}`.trim();
  const usual = new Intl.NumberFormat("en-US", { style: "currency", currency: code });
  const usualDigits = Math.min(usual.resolvedOptions().maximumFractionDigits ?? digits, digits);
  const isExact = amount % 10 ** (digits - usualDigits) === 0;
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: code,
    minimumFractionDigits: isExact ? usualDigits : digits,
    maximumFractionDigits: isExact ? usualDigits : digits,
    trailingZeroDisplay: style === "short" ? "stripIfInteger" : "auto",
  }).format(value);
}

/** How often a price is charged: `per month`, `every 3 months`, or `once`. */
export function formatInterval(interval: string | null, count: number): string {
  if (interval === null) return "once";
  return count === 1 ? `per ${interval}` : `every ${count} ${interval}s`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `27 Nov 2026`: no order of day and month to guess. In UTC. */
export function formatDate(date: Date): string {
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** `27 Nov 2026, 14:05 UTC`. */
export function formatDateTime(date: Date): string {
  return `${formatDate(date)}, ${date.toISOString().slice(11, 16)} UTC`;
}

/** `27 Nov 2026, 14:05:09 UTC`, where two moments of one minute must not look the same. */
export function formatInstant(date: Date): string {
  return `${formatDate(date)}, ${date.toISOString().slice(11, 19)} UTC`;
}

const DAY_MS = 86_400_000;
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** How far away a day is: `today`, `tomorrow`, `in 12 days`, `3 days ago`. Counts midnights in UTC, as a calendar does. */
export function formatDistance(date: Date, now: Date): string {
  const dayOf = (at: Date) => Math.floor(at.getTime() / DAY_MS);
  return relative.format(dayOf(date) - dayOf(now), "day");
}
