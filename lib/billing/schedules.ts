import { mirror } from "./mirror";
import { flag, smallInteger, storedText, text, time } from "./read";
import { scheduleFromStripe } from "./subscription/from-stripe";

/**
 * The subscription_schedules table: what is planned for later. Nothing else writes it.
 * https://docs.stripe.com/billing/subscriptions/subscription-schedules
 */
export const schedules = mirror({
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
