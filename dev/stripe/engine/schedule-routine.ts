import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";
import type { Routine } from "./due.ts";
import { DAY } from "./periods.ts";
import { endSchedule } from "./schedule-ending.ts";
import { enterPhase, itemChanges, leaveSchedule } from "./schedule-phases.ts";
import { startSchedule } from "./schedules.ts";
import { cancelAsPlanned } from "./subscription-ending.ts";
import { renew, renewsAt } from "./subscription-renewal.ts";
import type { ProrationBehavior } from "./subscription-settings.ts";
import { changeSubscription, current } from "./subscription-state.ts";
import { updateSubscription } from "./subscription-update.ts";

type Schedule = Stripe.SubscriptionSchedule;

const NOTICE = 7 * DAY;

/** What schedules do by themselves: begin, go from phase to phase, warn of their end, and end. */
export const scheduleRoutine: Routine<"subscription_schedule"> = {
  kind: "subscription_schedule",
  customer: (schedule) => idOf(schedule.customer),

  dueAt(account, schedule) {
    if (schedule.status === "not_started") return schedule.phases[0]?.start_date ?? null;
    if (schedule.status !== "active" || !schedule.current_phase) return null;
    return Math.min(schedule.current_phase.end_date, noticeAt(account, schedule));
  },

  run(account, schedule) {
    const now = account.nowOf(idOf(schedule.customer));
    if (schedule.status === "not_started") begin(account, schedule);
    else if ((schedule.current_phase?.end_date ?? 0) <= now) moveOn(account, schedule, now);
    else {
      account.store.note(schedule.id, { expiringFor: schedule.phases.at(-1)?.end_date ?? 0 });
      account.emit("subscription_schedule.expiring", schedule);
    }
  },
};

/** Seven days before the end; where the last phase is shorter than that, never. */
function noticeAt(account: Account, { id, phases, created }: Schedule): number {
  const end = phases.at(-1)?.end_date ?? 0;
  if (account.store.notes(id).expiringFor === end || end - NOTICE < created) return Infinity;
  return end - NOTICE;
}

function begin(account: Account, schedule: Schedule): void {
  account.emit("subscription_schedule.updated", startSchedule(account, schedule), {
    current_phase: null,
    status: "not_started",
    subscription: null,
  });
}

function prorationOf({ proration_behavior }: Stripe.SubscriptionSchedule.Phase): ProrationBehavior {
  if (proration_behavior === "none") return "none";
  return proration_behavior === "always_invoice" ? "always_invoice" : "create_prorations";
}

/** A phase is over. Where the period is too, the renewal sees to it. */
function moveOn(account: Account, schedule: Schedule, now: number): void {
  const subscription = account.store.get("subscription", idOf(schedule.subscription) ?? "");
  const phase = schedule.phases.find(({ start_date, end_date }) => start_date <= now && now < end_date);
  if (!subscription) endSchedule(account, schedule, "canceled");
  else if (!phase && schedule.end_behavior === "cancel") cancelAsPlanned(account, subscription);
  else if ((renewsAt(subscription) ?? Infinity) <= now) renew(account, subscription);
  else if (phase) {
    enterPhase(account, schedule, phase);
    updateSubscription(account, subscription, {
      items: itemChanges(subscription, phase),
      proration_behavior: prorationOf(phase),
      off_session: true,
    });
  } else {
    leaveSchedule(account, schedule);
    changeSubscription(account, current(account, subscription), { schedule: null });
  }
}
