import type { BillingView } from "@/lib/billing/queries";

export type Period = {
  label: string;
  start: Date;
  end: Date;
  startsWith: string;
  endsWith: string;
  tone: "good" | "warn" | "bad";
};

const DAY_MS = 86_400_000;

/** The stretch of time to draw as a bar: the period, the trial, or the days of grace; null where none runs. */
export function runningPeriod(view: BillingView, graceDays: number): Period | null {
  const { state, until, access } = view.access;
  const start = view.subscription?.currentPeriodStart ?? null;
  if (!until) return null;
  if (state === "past_due" && access && graceDays > 0) {
    const graceStart = new Date(until.getTime() - graceDays * DAY_MS);
    return {
      label: "Time to pay",
      start: graceStart,
      end: until,
      startsWith: "Unpaid since",
      endsWith: "Plan is switched off",
      tone: "bad",
    };
  }
  if (!start || start >= until) return null;
  if (state === "active")
    return {
      label: "Billing period",
      start,
      end: until,
      startsWith: "Began",
      endsWith: "Renews",
      tone: "good",
    };
  if (state === "trialing")
    return {
      label: "Trial",
      start,
      end: until,
      startsWith: "Began",
      endsWith: "First payment",
      tone: "good",
    };
  if (state === "ending")
    return { label: "Time left", start, end: until, startsWith: "Began", endsWith: "Ends", tone: "warn" };
  return null;
}
