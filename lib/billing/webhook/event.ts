import { createHash } from "node:crypto";
import { id, isObject, type JsonObject, objectOr, text, time } from "../read";
import { customerOf } from "../subscription/from-stripe";

/** An event's envelope, in our words. https://docs.stripe.com/api/events/object */
export type StripeEvent = {
  id: string;
  type: string;
  /** The version the payload is written in: the endpoint's, not the SDK's. */
  apiVersion: string | null;
  /** On Stripe's clock, in whole seconds. Null if it cannot be read. */
  created: Date | null;
  livemode: boolean;
  /** The connected account it is about, if it is not about our own. */
  account: string | null;
  objectId: string | null;
  customerId: string | null;
  object: JsonObject;
  /** What an update did away with, by the fields of the object. */
  previous: JsonObject;
  /** The body as Stripe sent it. */
  payload: string;
};

/**
 * Reads the envelope of any event that Stripe sends or ever sent, thin v2 ones included.
 * @returns the event, or a sentence that says why the text is none
 */
export function parseEvent(payload: string): StripeEvent | string {
  const body = parseJson(payload);
  if (!isObject(body)) return "The body is not a JSON object.";
  const type = id(body.type);
  if (type === null) return "The body is not an event: it has no type.";
  const data = objectOr(body.data);
  const object = objectOr(data.object);
  return {
    // Hand-made and re-posted events come without an id. Their digest still tells them apart.
    id: id(body.id) ?? `sha256_${createHash("sha256").update(payload).digest("hex")}`,
    type,
    apiVersion: text(body.api_version),
    created: time(body.created),
    livemode: body.livemode === true,
    account: id(body.account),
    objectId: id(object) ?? id(body.related_object),
    customerId: object.object === "customer" ? id(object) : customerOf(object),
    object,
    previous: objectOr(data.previous_attributes),
    payload,
  };
}

function parseJson(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
