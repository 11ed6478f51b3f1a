import type { Tx } from "@/lib/db";
import { ask } from "./fetch";
import { mirror, type Outcome, splitRow } from "./mirror";
import type { Stamp } from "./order";
import { type ScheduleState, scheduleFromStripe } from "./subscription/from-stripe";
import type { StripeEvent } from "./webhook/event";

/** The subscription_schedules table: what is planned for later. Nothing else writes it. */
export const schedules = mirror<ScheduleState>({
  kind: "subscription schedule",
  fromStripe: scheduleFromStripe,
  read: readSchedule,
  write: writeSchedule,
  fetch: (id) => ask((api) => api.subscriptionSchedules.retrieve(id)),
  stage: (state) => [state.status === "not_started" ? 0 : 1],
  // https://docs.stripe.com/api/subscription_schedules/object#subscription_schedule_object-status
  isFinal: ({ status }) => status === "released" || status === "canceled" || status === "completed",
});

/** A plan for later was made, changed, came true or was taken back. https://docs.stripe.com/billing/subscriptions/subscription-schedules */
export function updateSchedule(tx: Tx, event: StripeEvent): Promise<Outcome> {
  return schedules.apply(tx, event);
}

async function readSchedule(tx: Tx, id: string) {
  const row = await tx.subscriptionSchedule.findUnique({ where: { id } });
  return row && splitRow(row);
}

async function writeSchedule(tx: Tx, { id, ...columns }: ScheduleState, stamp: Stamp): Promise<void> {
  await tx.subscriptionSchedule.upsert({
    where: { id },
    create: { id, ...columns, ...stamp },
    update: { ...columns, ...stamp, version: { increment: 1 } },
  });
}
