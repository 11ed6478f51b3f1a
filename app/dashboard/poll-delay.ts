/**
 * How long an open dashboard waits before it asks again, in milliseconds.
 *
 * While something is pending (a payment being confirmed, an event being settled with Stripe) a person sits and looks:
 * 1 s at first, half as long again each time, 10 s at the most. Otherwise 5 s for the first two minutes, where somebody
 * may be paying in another tab, and then once a minute: 24 requests for a visit of two minutes, 60 an hour after that,
 * none while the tab is hidden. Each is the session and some indexed reads; nothing is asked of Stripe.
 */
export function pollDelay({
  isPending,
  asked,
  openForMs,
}: {
  isPending: boolean;
  asked: number;
  openForMs: number;
}): number {
  if (isPending) return Math.min(1_000 * 1.5 ** asked, 10_000);
  return openForMs < 120_000 ? 5_000 : 60_000;
}
