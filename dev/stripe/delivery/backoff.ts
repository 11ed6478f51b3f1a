const MINUTE = 60;
const HOUR = 60 * MINUTE;

/**
 * How long Stripe waits after each failed attempt, in seconds: ever longer, about three days in all. Stripe does not
 * publish its figures; these are what endpoints that were down have seen.
 * https://docs.stripe.com/webhooks#automatic-retries
 */
const DELAYS = [
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  12 * HOUR,
  12 * HOUR,
  12 * HOUR,
  12 * HOUR,
  6 * HOUR,
];

/**
 * How long to wait before the next attempt, in milliseconds; null when there is none.
 * @param attempts how many have failed
 * @param timeScale how many seconds of Stripe's pass in one of ours
 */
export function backoff(attempts: number, timeScale: number): number | null {
  const delay = DELAYS[attempts - 1];
  return delay === undefined ? null : (delay * 1000) / timeScale;
}
