/** Fields whose text says nothing about a person. Ids are known by their shape; all other text is masked. */
const PLAIN = new Set(
  (
    "id object type status currency api_version interval usage_type billing_scheme collection_method mode " +
    "payment_status billing_reason created livemode reason cancellation_reason lookup_key scheme event " +
    "tax_behavior proration_behavior payment_method_types funding brand pricing_type"
  ).split(" "),
);

const ID = /^[a-z]{2,10}(_(test|live))?_[A-Za-z0-9]{4,}$/;

/**
 * The JSON of an event, indented, in which text that may be about a person is dots: names, addresses, numbers of
 * documents, metadata, links. What is not known to be harmless is masked, so that a field that Stripe adds tomorrow is too.
 */
export function maskPayload(payload: string): string {
  return layOut(payload, (value) => mask(value, ""));
}

/** The same JSON with everything in it, indented. */
export function layOutPayload(payload: string): string {
  return layOut(payload, (value) => value);
}

function layOut(payload: string, change: (value: unknown) => unknown): string {
  try {
    return JSON.stringify(change(JSON.parse(payload)), null, 2);
  } catch {
    return "";
  }
}

/** A text under its key in Stripe's JSON or its column in our tables, or dots. */
export const maskText = (value: string, key: string): string =>
  PLAIN.has(key) || (ID.test(value) && !isSecret(key)) ? value : "•••";

function mask(value: unknown, key: string): unknown {
  if (typeof value === "string") return maskText(value, key);
  if (Array.isArray(value)) return value.map((item) => mask(item, key));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  // Even the keys of metadata are words of the account's own.
  if (key === "metadata") return entries.length > 0 ? { "•••": entries.length } : {};
  return Object.fromEntries(entries.map(([name, inner]) => [name, mask(inner, name)]));
}

const isSecret = (key: string) => key.endsWith("secret") || key === "last4";
