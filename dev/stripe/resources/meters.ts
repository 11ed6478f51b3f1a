import type Stripe from "stripe";
import { changeMeter, meterUsage } from "../engine/meters.ts";
import { endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { defined, hash, oneOf, paging, params, text, timestamp } from "../http/params.ts";

const path = "/v1/billing/meters";

/** https://docs.stripe.com/api/billing/meter */
export const meters = [
  endpoint(
    "POST",
    path,
    params<Stripe.Billing.MeterCreateParams>()({
      customer_mapping: hash({ event_payload_key: text.max(100), type: oneOf("by_id") }).optional(),
      default_aggregation: hash({ formula: oneOf("count", "last", "sum") }),
      display_name: text.max(250),
      event_name: text.max(100),
      event_time_window: oneOf("day", "hour").optional(),
      value_settings: hash({ event_payload_key: text.max(100) }).optional(),
    }),
    ({ account, params }) => {
      const { event_name } = params;
      const others = account.store.all("billing.meter");
      if (others.some((meter) => meter.status === "active" && meter.event_name === event_name)) {
        throw ApiError.invalid(`An active meter with the event name ${event_name} already exists.`, {
          param: "event_name",
        });
      }
      const now = account.now();
      return account.create(
        "billing.meter",
        {
          id: account.newId("billing.meter"),
          object: "billing.meter",
          created: now,
          customer_mapping: params.customer_mapping ?? {
            event_payload_key: "stripe_customer_id",
            type: "by_id",
          },
          default_aggregation: params.default_aggregation,
          display_name: params.display_name,
          event_name,
          event_time_window: params.event_time_window ?? null,
          livemode: false,
          status: "active",
          status_transitions: { deactivated_at: null },
          updated: now,
          value_settings: params.value_settings ?? { event_payload_key: "value" },
        },
        "billing.meter.created",
      );
    },
  ),

  endpoint(
    "POST",
    `${path}/:id`,
    params<Stripe.Billing.MeterUpdateParams>()({ display_name: text.max(250).optional() }),
    ({ account, id, params }) =>
      changeMeter(account, found(account, "billing.meter", id), defined(params), "billing.meter.updated"),
  ),

  endpoint(
    "POST",
    `${path}/:id/deactivate`,
    params<Stripe.Billing.MeterDeactivateParams>()({}),
    ({ account, id }) => {
      const meter = found(account, "billing.meter", id);
      if (meter.status === "inactive") throw ApiError.invalid(`The meter ${id} is already inactive.`);
      const status_transitions = { deactivated_at: account.now() };
      const changes = { status: "inactive", status_transitions } as const;
      return changeMeter(account, meter, changes, "billing.meter.deactivated");
    },
  ),

  endpoint(
    "POST",
    `${path}/:id/reactivate`,
    params<Stripe.Billing.MeterReactivateParams>()({}),
    ({ account, id }) => {
      const meter = found(account, "billing.meter", id);
      if (meter.status === "active") throw ApiError.invalid(`The meter ${id} is already active.`);
      const changes = { status: "active", status_transitions: { deactivated_at: null } } as const;
      return changeMeter(account, meter, changes, "billing.meter.reactivated");
    },
  ),

  endpoint("GET", `${path}/:id`, params<Stripe.Billing.MeterRetrieveParams>()({}), ({ account, id }) =>
    found(account, "billing.meter", id),
  ),

  endpoint(
    "GET",
    path,
    params<Stripe.Billing.MeterListParams>()({ ...paging, status: oneOf("active", "inactive").optional() }),
    (call) => {
      const { status: wanted } = call.params;
      const all = call.account.store.all("billing.meter");
      const meters = all.filter(({ status }) => wanted === undefined || status === wanted);
      return page(call, meters, call.params);
    },
  ),

  endpoint(
    "GET",
    `${path}/:id/event_summaries`,
    params<Stripe.Billing.MeterListEventSummariesParams>()({
      ...paging,
      customer: text,
      end_time: timestamp,
      start_time: timestamp,
    }),
    (call) => {
      const { account, id, params } = call;
      const { customer, start_time, end_time } = params;
      found(account, "billing.meter", id);
      found(account, "customer", customer, "customer");
      const used = meterUsage(account, { meter: id, customer, start: start_time, end: end_time });
      const summary: Stripe.Billing.MeterEventSummary = {
        id: `mtrusg_${id}_${start_time}`,
        object: "billing.meter_event_summary",
        aggregated_value: used,
        end_time,
        livemode: false,
        meter: id,
        start_time,
      };
      return page(call, [summary], params);
    },
  ),
];
