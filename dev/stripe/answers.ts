import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import Stripe from "stripe";

/** An answer in Stripe's words. https://docs.stripe.com/api/errors */
export type Answer = { status: number; body: object };

export const found = (object: object): Answer => ({ status: 200, body: object });

export const noSuchObject = (kind: string, id: string): Answer =>
  invalidRequest(404, `No such ${kind}: '${id}'`, { code: "resource_missing", param: "id" });

export const noSuchPath = (method: string, path: string): Answer =>
  invalidRequest(404, `Unrecognized request URL (${method}: ${path}).`);

export const noKey = (): Answer =>
  invalidRequest(401, "You did not provide an API key. Send it as: Authorization: Bearer YOUR_SECRET_KEY");

/** The failure that a test asked for. */
export function failure(status: number): Answer {
  const message = `The local Stripe was told to answer ${status}.`;
  if (status === 429) return invalidRequest(429, message, { code: "rate_limit" });
  if (status < 500) return invalidRequest(status, message);
  return { status, body: { error: { type: "api_error", message } } };
}

function invalidRequest(status: number, message: string, more: object = {}): Answer {
  return { status, body: { error: { type: "invalid_request_error", message, ...more } } };
}

/** Writes an answer with the headers of Stripe's API. Node adds `Date`, which callers take for Stripe's clock. */
export function write(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body }: Answer,
  retryAfter: number | null,
): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "request-id": `req_${randomBytes(7).toString("hex")}`,
    "stripe-version": request.headers["stripe-version"] ?? Stripe.API_VERSION,
    ...(retryAfter === null ? {} : { "retry-after": String(retryAfter) }),
  });
  response.end(JSON.stringify(body));
}
