import { UnreadableObject } from "../billing/errors";
import type { Change } from "../billing/mirror";
import { isObject, type JsonObject, text, time } from "../billing/read";
import { differencesOf } from "../billing/reconcile/weigh";
import { keyOf, type Row, readRow } from "../billing/table";
import { parseEvent, type StripeEvent } from "../billing/webhook/event";
import { processEvent } from "../billing/webhook/process";
import { db } from "../db";

/**
 * What an event changed, told by events alone: what Stripe wrote into it, or what the event before it said. Rows keep only
 * their present, and which changes they went through depends on the order of delivery: of three events that come together
 * the newest alone is written. Both sides are read by the code that applies events, so they show what a row would be.
 */
export type EventChange = {
  kind: string;
  id: string;
  /** Of the amounts in it. */
  currency: string | null;
  /** Where the state before is from. `nothing`: the event tells a beginning, or no earlier event is here. */
  source: { from: "event" | "nothing" } | { from: "earlier"; eventId: string };
  /** The fields that we keep and that the event changed, or that are otherwise by now. `now` is undefined without a row. */
  fields: { field: string; before: unknown; after: unknown; now: unknown }[];
  /** Until when on Stripe's clock the row is true, and when Stripe was last asked about it. Null if there is none. */
  row: { isAsTold: boolean; stateAt: Date | null; syncedAt: Date | null } | null;
};

/** @returns the change, or a sentence that says why there is none to show */
export async function readEventChange(payload: string): Promise<EventChange | string> {
  const event = parseEvent(payload);
  if (typeof event === "string") return event;
  const change = changeOf(event);
  if (typeof change === "string") return change;
  const { mirror, id } = change;
  const told = rowOf(change);
  if (told === null) return `The event names ${id}, and does not say how it is.`;
  const [{ row: earlier, source }, row] = await Promise.all([readBefore(event, change), readRow(change)]);
  const after = mirror.read(told);
  const before = earlier ? mirror.read(earlier) : { ...blankOf(after), id };
  const now = row && mirror.read(row);
  const since = now ? differencesOf(after, now) : [];
  const names = new Set([...differencesOf(before, after), ...since].map(({ field }) => field));
  return {
    kind: mirror.kind,
    id,
    currency: text(Reflect.get(after, "currency")),
    source,
    fields: [...names].map((field) => ({
      field,
      before: Reflect.get(before, field),
      after: Reflect.get(after, field),
      now: now && Reflect.get(now, field),
    })),
    row: row
      ? { isAsTold: since.length === 0, stateAt: time(row.stripe_state_at), syncedAt: time(row.synced_at) }
      : null,
  };
}

/** What a state is before its beginning. Nothing in a field is no news. */
const blankOf = (state: object) =>
  Object.fromEntries(Object.entries(state).map(([field, value]) => [field, isEmpty(value) ? value : null]));

const isEmpty = (value: unknown) =>
  Array.isArray(value)
    ? value.length === 0
    : isObject(value) && Object.keys(value).length === 0 && !(value instanceof Date);

function changeOf(event: StripeEvent): Change | string {
  try {
    const change = processEvent(event);
    return "outcome" in change ? change.reason : change;
  } catch (error) {
    if (error instanceof UnreadableObject) return error.message;
    throw error;
  }
}

/** The row that the event makes where there is none: its own state, whatever else is known. */
function rowOf(change: Change, before: Row | null = null): Row | null {
  const step = change.decide(before);
  return step.outcome === "applied" ? (step.row ?? null) : null;
}

type Before = { row: Row | null; source: EventChange["source"] };

async function readBefore(event: StripeEvent, change: Change): Promise<Before> {
  if (Object.keys(event.previous).length > 0) {
    const whole = changeOf({ ...event, object: withPrevious(event.object, event.previous) });
    if (typeof whole !== "string") return { row: rowOf(whole), source: { from: "event" } };
  }
  return readEarlier(event, change);
}

/**
 * The object before an update. Objects in it show only the keys that changed, lists are whole:
 * https://docs.stripe.com/api/events/object#event_object-data-previous_attributes
 */
export function withPrevious(object: JsonObject, previous: JsonObject): JsonObject {
  const entries = Object.entries(previous).map(([key, value]) => {
    const now = object[key];
    return [key, isObject(value) && isObject(now) ? withPrevious(now, value) : value];
  });
  return { ...object, ...Object.fromEntries(entries) };
}

/** Among so many events of the object the one before is looked for: several have the same second. */
const LOOKED_AT = 10;

/** What the newest event said that is older than this one, by the rules that order them for a row. */
async function readEarlier({ id, objectId, created }: StripeEvent, change: Change): Promise<Before> {
  if (objectId === null) return { row: null, source: { from: "nothing" } };
  const earlier = await db().stripeEvent.findMany({
    where: {
      objectId,
      id: { not: id },
      ...(created ? { created: { lte: created } } : {}),
      payload: { not: "" },
      status: "done",
      outcome: { not: "ignored" },
    },
    orderBy: [{ created: "desc" }, { receivedAt: "desc" }],
    take: LOOKED_AT,
    select: { id: true, payload: true },
  });
  for (const { id: eventId, payload } of earlier) {
    const event = parseEvent(payload);
    const told = typeof event === "string" ? event : changeOf(event);
    const row = typeof told === "string" || keyOf(told) !== keyOf(change) ? null : rowOf(told);
    if (row && rowOf(change, row)) return { row, source: { from: "earlier", eventId } };
  }
  return { row: null, source: { from: "nothing" } };
}
