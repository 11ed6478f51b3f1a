import type Stripe from "stripe";
import { isHash } from "./hash.ts";

/** Why something happened: the API request behind it, or neither id where Stripe acted by itself. */
export type Cause = { id: string | null; idempotency_key: string | null };

export const BY_ITSELF: Cause = { id: null, idempotency_key: null };

/** An event as it is kept. What it looks like on the wire depends on the API version of whoever reads it. */
export type EventRecord = {
  id: string;
  type: EventType;
  /** Epoch seconds of the real clock, also where a test clock moves the objects: Stripe's events do the same. */
  created: number;
  /** The object at that moment. */
  object: object;
  previous: object | undefined;
  request: Cause;
};

export type EventType = Stripe.Event["type"];

/** What an event of a type is about. */
export type Subject<T extends EventType> = Extract<Stripe.Event, { type: T }>["data"]["object"];

/**
 * What a change did away with: the older values of the keys that differ. Hashes are compared key by key, lists as
 * wholes. https://docs.stripe.com/api/events/object#event_object-data-previous_attributes
 */
export function previousAttributes(before: object, after: object): Record<string, unknown> {
  const old = new Map<string, unknown>(Object.entries(before));
  const changed: Record<string, unknown> = {};
  for (const [key, now] of Object.entries(after)) {
    const was = old.get(key);
    old.delete(key);
    if (same(was, now)) continue;
    changed[key] = isHash(was) && isHash(now) ? previousAttributes(was, now) : (was ?? null);
  }
  for (const [key, was] of old) changed[key] = was;
  return changed;
}

function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object") return false;
  return JSON.stringify(one) === JSON.stringify(other);
}
