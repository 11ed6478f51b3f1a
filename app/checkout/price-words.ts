import type { PlanView } from "@/lib/billing/on-sale";
import { formatInterval } from "@/lib/format";

/** What one amount of a plan is for: `per month`, `per seat, per month`. */
export function pricePer(plan: Pick<PlanView, "seats">, price: PlanView["prices"][number]): string {
  const every = formatInterval(price.interval, price.intervalCount);
  if (price.metered) return `for each unit, ${every}`;
  return plan.seats ? `per seat, ${every}` : every;
}
