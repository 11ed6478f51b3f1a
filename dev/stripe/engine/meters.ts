import type Stripe from "stripe";
import type { Account } from "../account.ts";
import type { EventType } from "../events.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { DAY, type Period } from "./periods.ts";

type Meter = Stripe.Billing.Meter;
type MeterEvent = Stripe.Billing.MeterEvent;

/** A meter event as it is kept, by its `identifier`, with what its meter reads in its payload. */
export type KeptMeterEvent = MeterEvent & { id: string; customer: string; meter: string; value: number };

/** Changes a meter, and sends the event. */
export function changeMeter(
  account: Account,
  before: Meter,
  changes: Partial<Meter>,
  type: EventType,
): Meter {
  const isSame = changes.status === undefined && changes.display_name === before.display_name;
  return isSame
    ? before
    : account.change("billing.meter", before, { ...changes, updated: account.now() }, type);
}

const OLDEST = 35 * DAY;
const NEWEST = 5 * 60;

type UsageDraft = {
  event_name: string;
  identifier?: string | undefined;
  payload: Record<string, string>;
  timestamp?: number | undefined;
};

/**
 * Counts what a customer used. Stripe looks at payloads later, and tells of wrong ones with an event; here they are
 * refused at once.
 * @throws ApiError for what no meter counts, an identifier that was there before, or a moment too far away
 */
export function recordUsage(account: Account, given: UsageDraft): MeterEvent {
  const { event_name, payload } = given;
  const meter = account.store
    .all("billing.meter")
    .find((meter) => meter.event_name === event_name && meter.status === "active");
  if (!meter) {
    throw ApiError.invalid(`No active meter found for event name ${event_name}.`, { param: "event_name" });
  }
  const customer = found(
    account,
    "customer",
    read(payload, meter.customer_mapping.event_payload_key),
    `payload[${meter.customer_mapping.event_payload_key}]`,
  ).id;
  const identifier = given.identifier ?? account.newId("billing.meter_event");
  if (account.store.get("billing.meter_event", identifier)) {
    throw ApiError.invalid(`An event already exists with identifier ${identifier}.`, { param: "identifier" });
  }
  const now = account.nowOf(customer);
  const { timestamp = now } = given;
  checkMoment(timestamp, now);
  const event: MeterEvent = {
    object: "billing.meter_event",
    created: account.now(),
    event_name,
    identifier,
    livemode: false,
    payload,
    timestamp,
  };
  const value = countedOf(meter, payload);
  const kept = { ...event, id: identifier, customer, meter: meter.id, value };
  account.create("billing.meter_event", kept, null);
  return event;
}

function checkMoment(at: number, now: number): void {
  if (at >= now - OLDEST && at <= now + NEWEST) return;
  throw ApiError.invalid(
    "The timestamp must be within the past 35 calendar days or up to 5 minutes in the future.",
    { param: "timestamp" },
  );
}

/** @throws ApiError if there is no number to count */
function countedOf({ default_aggregation, value_settings }: Meter, payload: Record<string, string>): number {
  if (default_aggregation.formula === "count") return 1;
  const key = value_settings.event_payload_key;
  const given = read(payload, key);
  if (/^-?\d+(\.\d+)?$/.test(given)) return Number(given);
  throw ApiError.invalid(`Invalid value of the payload's ${key}: ${given}. It must be a number.`, {
    param: `payload[${key}]`,
  });
}

function read(payload: Record<string, string>, key: string): string {
  const value = Object.hasOwn(payload, key) ? payload[key] : undefined;
  if (value !== undefined) return value;
  const param = `payload[${key}]`;
  throw ApiError.invalid(`Missing required param: ${param}.`, { param, code: "parameter_missing" });
}

/**
 * What a customer used within a period, as the meter adds it up.
 * https://docs.stripe.com/billing/subscriptions/usage-based/meters/configure
 */
export function meterUsage(
  account: Account,
  { meter, customer, start, end }: { meter: string; customer: string } & Period,
): number {
  const used = account.store
    .ofCustomer("billing.meter_event", customer)
    .filter((event) => event.meter === meter && event.timestamp >= start && event.timestamp < end);
  const formula = account.store.get("billing.meter", meter)?.default_aggregation.formula;
  if (formula !== "last") return used.reduce((sum, { value }) => sum + value, 0);
  // The newest comes first: of the same second, the last that was sent counts.
  const last = used.reduce(
    (last, event) => (last && last.timestamp >= event.timestamp ? last : event),
    used[0],
  );
  return last?.value ?? 0;
}
