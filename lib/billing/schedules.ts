import { type Change, mirror } from "./mirror";
import { flag, smallInteger, storedText, text, time } from "./read";
import { type ScheduleState, scheduleFromStripe } from "./subscription/from-stripe";
import type { StripeEvent } from "./webhook/event";

/** The subscription_schedules table: what is planned for later. Nothing else writes it. */
export const schedules = mirror<ScheduleState>({
  kind: "subscription schedule",
  table: { name: "subscription_schedules" },
  columns: {
    id: storedText,
    customerId: text,
    subscriptionId: text,
    status: storedText,
    nextPhaseAt: time,
    nextPriceId: text,
    nextQuantity: smallInteger,
    livemode: flag,
  },
  fromStripe: scheduleFromStripe,
  retrieve: (api, id, options) => api.subscriptionSchedules.retrieve(id, {}, options),
  stage: (state) => [state.status === "not_started" ? 0 : 1],
  // https://docs.stripe.com/api/subscription_schedules/object#subscription_schedule_object-status
  isFinal: ({ status }) => status === "released" || status === "canceled" || status === "completed",
});

/** A plan for later was made, changed, came true or was taken back. https://docs.stripe.com/billing/subscriptions/subscription-schedules */
export function updateSchedule(event: StripeEvent): Change {
  return schedules.snapshot(event);
}
