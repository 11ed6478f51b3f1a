import { createHmac, timingSafeEqual } from "node:crypto";
import { type Stripe, stripe } from "@/lib/stripe";
import { parseEvent, type StripeEvent } from "./event";

declare const verified: unique symbol;

/** An event that Stripe signed, or gave us itself. Only this file makes one, and the inbox records nothing else. */
export type VerifiedEvent = StripeEvent & { readonly [verified]: true };

export type Verification = { ok: true; event: VerifiedEvent } | { ok: false; why: WhyRefused; error: string };

/** Why a delivery is refused, as far as it tells who sent it. */
export type WhyRefused =
  /** It has no signature, or nothing that could be one: not Stripe. */
  | "unsigned"
  /** Made in Stripe's way, just now, with a secret that is not ours: rolled and not deployed, or somebody who tries. */
  | "mismatched"
  /** No secret of ours, and not of now either: somebody who tries. */
  | "forged"
  /** Signed with a secret of ours, at another time: our clock is off, or somebody has kept a delivery. */
  | "mistimed"
  /** Signed as it should be, and no event. */
  | "unreadable";

/** How far the signature's time may be from ours, either way: what Stripe's own libraries allow. */
export const TOLERANCE_SECONDS = 300;

/**
 * Decides whether Stripe signed this body for this endpoint, just now. The body is not even parsed before that.
 * https://docs.stripe.com/webhooks#verify-manually
 *
 * Stricter than the SDK on purpose: it accepts signatures from the future and a header sent twice, and some of its
 * versions accept an empty secret.
 * @param request.secrets every signing secret that is valid at present: two while one is being rolled
 */
export function verifyEvent(request: {
  payload: string;
  signature: string | null;
  secrets: readonly string[];
  now: Date;
}): Verification {
  const { payload, signature, secrets, now } = request;
  if (payload === "") return refuse("unsigned", "The request has no body.");
  if (signature === null) return refuse("unsigned", "The Stripe-Signature header is missing.");
  const parts = parseSignature(signature);
  if (parts === null) return refuse("unsigned", "The Stripe-Signature header is malformed.");
  const age = now.getTime() / 1000 - Number(parts.timestamp);
  const isNow = Math.abs(age) <= TOLERANCE_SECONDS;
  if (!isSigned(payload, parts, secrets))
    return refuse(isNow ? "mismatched" : "forged", "The signature does not match the body.");
  if (!isNow) return refuse("mistimed", `The signature is ${age > 0 ? "too old" : "from the future"}.`);
  const event = parseEvent(payload);
  if (typeof event === "string") return refuse("unreadable", event);
  return { ok: true, event: mint(event) };
}

const mint = (event: StripeEvent) => event as VerifiedEvent;

/**
 * A page of the events that Stripe keeps, which is 30 days of them, the newest first. They are as good as signed: we asked
 * for them, with our secret key, over TLS, which proves who answers as a signature does. That is why this asks by itself:
 * there is no way to pass an event in. Their payload is Stripe's JSON as the SDK read it, not signed bytes.
 * https://docs.stripe.com/api/events/list
 */
export async function fetchEvents(params: Stripe.EventListParams) {
  const page = await (await stripe()).events.list({ limit: 100, ...params });
  const events = page.data.flatMap((fetched) => {
    const event = parseEvent(JSON.stringify(fetched));
    return typeof event === "string" ? [] : [mint(event)];
  });
  return { events, lastId: page.data.at(-1)?.id ?? null, hasMore: page.has_more };
}

type SignatureParts = { timestamp: string; signatures: readonly Buffer[] };

/** `t=1700000000,v1=<64 hex digits>[,v1=…][,v0=…]`. A proxy joins two headers with ", ", which this refuses. */
function parseSignature(header: string): SignatureParts | null {
  if (header.length > 2_000 || !/^[a-z]\w*=\w+(,[a-z]\w*=\w+)*$/.test(header)) return null;
  const values = (scheme: string) =>
    header
      .split(",")
      .flatMap((part) => (part.startsWith(`${scheme}=`) ? [part.slice(scheme.length + 1)] : []));
  const [timestamp, ...more] = values("t");
  if (timestamp === undefined || more.length > 0 || !/^\d{1,12}$/.test(timestamp)) return null;
  const signatures = values("v1").filter((hex) => /^[0-9a-f]{64}$/.test(hex));
  if (signatures.length === 0) return null;
  return { timestamp, signatures: signatures.map((hex) => Buffer.from(hex, "hex")) };
}

function isSigned(payload: string, parts: SignatureParts, secrets: readonly string[]): boolean {
  return secrets.some((secret) => {
    if (secret === "") return false;
    const expected = createHmac("sha256", secret).update(`${parts.timestamp}.${payload}`).digest();
    return parts.signatures.some((candidate) => timingSafeEqual(candidate, expected));
  });
}

function refuse(why: WhyRefused, error: string): Verification {
  return { ok: false, why, error };
}
