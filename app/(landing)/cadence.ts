import type { Money, PlanView } from "@/lib/billing/on-sale";
import { CADENCES, type Cadence } from "@/lib/billing/plans";

type PlanPrice = PlanView["prices"][number];

/** The cadences that visitors choose between: monthly and yearly, as far as any plan has them. */
export function cadencesOf(plans: readonly PlanView[]): Cadence[] {
  const intervals = new Set(
    plans.flatMap((plan) => plan.prices.filter(isSingle).map((price) => price.interval)),
  );
  return CADENCES.filter((cadence) => intervals.has(cadence));
}

/** The prices of a plan to show under a cadence: those of it, or all where the plan has none of it. */
export function pricesFor(plan: PlanView, cadence: Cadence | null): PlanPrice[] {
  const matching = plan.prices.filter((price) => isSingle(price) && price.interval === cadence);
  return matching.length > 0 ? matching : plan.prices;
}

/** What paying by the year saves against twelve months, or null where there is nothing to compare or to save. */
export function yearlySaving(plan: PlanView, yearly: PlanPrice): Money | null {
  if (yearly.interval !== "year" || !isSingle(yearly) || !yearly.unitAmount) return null;
  const { amount, currency } = yearly.unitAmount;
  const monthly = plan.prices.find(
    (price) => isSingle(price) && price.interval === "month" && price.unitAmount?.currency === currency,
  );
  const saved = (monthly?.unitAmount?.amount ?? 0) * 12 - amount;
  return saved > 0 ? { amount: saved, currency } : null;
}

const isSingle = (price: PlanPrice) => price.intervalCount === 1 && !price.metered;
