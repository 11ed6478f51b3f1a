import { createHash } from "node:crypto";

/**
 * A short name for exactly this content: the same for the same, another for any other. As an idempotency key over all
 * parameters of a request it lets the same wish be sent any number of times, from any number of tabs and servers, and be
 * done once. https://docs.stripe.com/api/idempotent_requests
 * @param content what JSON can hold, with its keys in a fixed order
 */
export function fingerprint(...content: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("base64url");
}
