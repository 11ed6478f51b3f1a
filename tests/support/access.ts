import type { SubscriptionFacts } from "@/lib/billing/subscription/access";

/** Subscriptions as the policy of access sees them, around one moment. */
export const now = new Date("2026-11-24T12:00:00Z");
export const day = (n: number) => new Date(now.getTime() + n * 86_400_000);
export const policy = { pastDueGraceDays: 7 };

export const sub = (fields: Partial<SubscriptionFacts> = {}): SubscriptionFacts => ({
  id: "sub_1",
  status: "active",
  currentPeriodStart: day(-10),
  currentPeriodEnd: day(20),
  cancelAtPeriodEnd: false,
  cancelAt: null,
  endedAt: null,
  trialEnd: null,
  startedAt: day(-100),
  unpaidSince: null,
  ...fields,
});
