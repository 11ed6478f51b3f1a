import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";

type Schedule = Stripe.SubscriptionSchedule;

/** Why a schedule is over before its last phase is. */
export type End = "aborted" | "canceled" | "completed";

/** A subscription's end is its schedule's end too. */
export function scheduleEnded(account: Account, { schedule }: Stripe.Subscription, end: End): void {
  const before = account.store.get("subscription_schedule", idOf(schedule) ?? "");
  if (before?.status !== "active") return;
  const now = account.nowOf(idOf(before.customer));
  const last = before.end_behavior === "cancel" && now >= (before.phases.at(-1)?.end_date ?? Infinity);
  endSchedule(account, before, last && end === "canceled" ? "completed" : end);
}

/** Ends a schedule together with its subscription. */
export function endSchedule(account: Account, before: Schedule, end: End): Schedule {
  const now = account.nowOf(idOf(before.customer));
  const after = account.change(
    "subscription_schedule",
    before,
    end === "completed"
      ? { status: "completed", completed_at: now, current_phase: null }
      : { status: "canceled", canceled_at: now, current_phase: null },
    null,
  );
  account.emit(`subscription_schedule.${end}`, after);
  return after;
}
