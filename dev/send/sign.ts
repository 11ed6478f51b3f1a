import { createHmac } from "node:crypto";

/**
 * The `stripe-signature` header for a body, made as Stripe makes it. The SDK has `generateTestHeaderString` for this; it
 * takes text alone, and a body read from a file is bytes that need not be valid UTF-8.
 * https://docs.stripe.com/webhooks#verify-manually
 * @param at the moment the signature claims to be made
 */
export function signatureHeader(body: string | Uint8Array, secret: string, at = new Date()): string {
  const timestamp = Math.floor(at.getTime() / 1000);
  const v1 = createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("hex");
  return `t=${timestamp},v1=${v1}`;
}

type RequestOptions = { url?: string; at?: Date; signal?: AbortSignal };

/**
 * A delivery as Stripe would send it: for `fetch`, or for calling the route's `POST` directly.
 * @param secret the endpoint's signing secret, whsec_…
 */
export function signedRequest(
  body: string | Uint8Array<ArrayBuffer>,
  secret: string,
  { url = "http://localhost/api/webhooks/stripe", at = new Date(), signal }: RequestOptions = {},
): Request {
  return new Request(url, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "stripe-signature": signatureHeader(body, secret, at),
      "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    },
    // Stripe does not follow redirects either: an endpoint that answers with one never gets its events.
    redirect: "manual",
    ...(signal ? { signal } : {}),
  });
}
