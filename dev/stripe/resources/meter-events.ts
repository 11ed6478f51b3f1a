import type Stripe from "stripe";
import * as z from "zod";
import { recordUsage } from "../engine/meters.ts";
import { endpoint } from "../http/endpoint.ts";
import { params, text, timestamp } from "../http/params.ts";

/** https://docs.stripe.com/api/billing/meter-event */
export const meterEvents = [
  endpoint(
    "POST",
    "/v1/billing/meter_events",
    params<Stripe.Billing.MeterEventCreateParams>()({
      event_name: text.max(100),
      identifier: text.max(100).optional(),
      payload: z.record(text.max(100), text),
      timestamp: timestamp.optional(),
    }),
    ({ account, params }): Stripe.Billing.MeterEvent => recordUsage(account, params),
  ),
];
