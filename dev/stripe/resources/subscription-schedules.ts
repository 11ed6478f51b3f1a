import type Stripe from "stripe";
import * as z from "zod";
import { cancelSchedule, releaseSchedule, updateSchedule } from "../engine/schedule-changes.ts";
import { createSchedule } from "../engine/schedules.ts";
import { endpoint, found, page, type Request } from "../http/endpoint.ts";
import {
  between,
  flag,
  hash,
  isWithin,
  list,
  metadata,
  oneOf,
  paging,
  params,
  range,
  text,
  timestampOrNow,
  unsettable,
} from "../http/params.ts";
import {
  billingMode,
  collectionMethod,
  discounts,
  prorationBehavior,
  quantity,
} from "./subscription-params.ts";

const anchor = oneOf("automatic", "phase_start").optional();
const description = unsettable(z.string().max(500)).optional();

const phase = hash({
  billing_cycle_anchor: anchor,
  collection_method: collectionMethod,
  currency: text.optional(),
  default_payment_method: text.optional(),
  description,
  discounts,
  duration: hash({
    interval: oneOf("day", "week", "month", "year"),
    interval_count: between(1, 365).optional(),
  }).optional(),
  end_date: timestampOrNow.optional(),
  items: list(hash({ metadata: metadata.optional(), price: text.optional(), quantity })),
  // The SDK knows it no more; the CLI's recipes, which speak older versions, do.
  iterations: between(1, 1000).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  proration_behavior: prorationBehavior,
  start_date: timestampOrNow.optional(),
  trial: flag.optional(),
  trial_end: timestampOrNow.optional(),
});

const fields = {
  default_settings: hash({
    billing_cycle_anchor: anchor,
    collection_method: collectionMethod,
    default_payment_method: text.optional(),
    description,
  }).optional(),
  end_behavior: oneOf("cancel", "release").optional(),
  metadata: metadata.optional(),
  phases: list(phase).optional(),
};

const create = params<Stripe.SubscriptionScheduleCreateParams>()({
  ...fields,
  billing_mode: billingMode,
  customer: text.optional(),
  from_subscription: text.optional(),
  start_date: timestampOrNow.optional(),
});

const update = params<Stripe.SubscriptionScheduleUpdateParams>()({
  ...fields,
  proration_behavior: prorationBehavior,
});

const filters = params<Stripe.SubscriptionScheduleListParams>()({
  ...paging,
  canceled_at: range.optional(),
  completed_at: range.optional(),
  created: range.optional(),
  customer: text.optional(),
  released_at: range.optional(),
  scheduled: flag.optional(),
});

const scheduleOf = ({ account, id }: Pick<Request, "account" | "id">) =>
  found(account, "subscription_schedule", id);

/** https://docs.stripe.com/api/subscription_schedules */
export const subscriptionSchedules = [
  endpoint("POST", "/v1/subscription_schedules", create, ({ account, params }) =>
    createSchedule(account, params),
  ),

  endpoint("GET", "/v1/subscription_schedules", filters, (call) => {
    const { canceled_at, completed_at, created, customer, released_at, scheduled } = call.params;
    const { store } = call.account;
    const all =
      customer === undefined
        ? store.all("subscription_schedule")
        : store.ofCustomer("subscription_schedule", customer);
    const matching = all.filter(
      (schedule) =>
        isWithin(schedule.created, created) &&
        (canceled_at === undefined || isWithin(schedule.canceled_at ?? -1, canceled_at)) &&
        (completed_at === undefined || isWithin(schedule.completed_at ?? -1, completed_at)) &&
        (released_at === undefined || isWithin(schedule.released_at ?? -1, released_at)) &&
        (!scheduled || schedule.status === "not_started"),
    );
    return page(call, matching, call.params);
  }),

  endpoint(
    "GET",
    "/v1/subscription_schedules/:id",
    params<Stripe.SubscriptionScheduleRetrieveParams>()({}),
    scheduleOf,
  ),

  endpoint("POST", "/v1/subscription_schedules/:id", update, (call) =>
    updateSchedule(call.account, scheduleOf(call), call.params),
  ),

  endpoint(
    "POST",
    "/v1/subscription_schedules/:id/cancel",
    params<Stripe.SubscriptionScheduleCancelParams>()({
      invoice_now: flag.optional(),
      prorate: flag.optional(),
    }),
    (call) => cancelSchedule(call.account, scheduleOf(call), call.params),
  ),

  endpoint(
    "POST",
    "/v1/subscription_schedules/:id/release",
    params<Stripe.SubscriptionScheduleReleaseParams>()({ preserve_cancel_date: flag.optional() }),
    (call) => releaseSchedule(call.account, scheduleOf(call), call.params.preserve_cancel_date ?? false),
  ),
];
