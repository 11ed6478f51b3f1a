import type Stripe from "stripe";
import type { Account } from "../account.ts";
import type { Period } from "./periods.ts";

/** A meter event as it is kept, by its `identifier`, with what its meter makes of its payload. */
export type KeptMeterEvent = Stripe.Billing.MeterEvent & {
  id: string;
  customer: string;
  meter: string;
  value: number;
};

/**
 * What a customer used within a period, as the meter adds it up.
 * https://docs.stripe.com/billing/subscriptions/usage-based/meters/configure
 */
export function meterUsage(
  account: Account,
  { meter, customer, start, end }: { meter: string; customer: string } & Period,
): number {
  const used = account.store
    .ofCustomer("billing.meter_event", customer)
    .filter((event) => event.meter === meter && event.timestamp >= start && event.timestamp < end);
  const formula = account.store.get("billing.meter", meter)?.default_aggregation.formula;
  if (formula === "count") return used.length;
  if (formula === "sum") return used.reduce((sum, { value }) => sum + value, 0);
  // The newest comes first: of the same second, the last that was sent counts.
  return (
    used.reduce((last, event) => (last && last.timestamp >= event.timestamp ? last : event), used[0])
      ?.value ?? 0
  );
}
