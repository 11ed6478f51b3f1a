import { createHash, randomUUID } from "node:crypto";

/**
 * A short name for exactly this content: the same for the same, another for any other. As an idempotency key over all
 * parameters of a request it lets the same wish be sent any number of times, from any number of tabs and servers, and be
 * done once. https://docs.stripe.com/api/idempotent_requests
 * @param content what JSON can hold, with its keys in a fixed order
 */
export function fingerprint(...content: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("base64url");
}

/**
 * Sends what is to be done once. Under its key Stripe keeps a failure of its own as well, for a day, and says it again to
 * every other try: so what met one is sent once more, under a key that nobody has used. Both may have been done, so it is
 * for wishes where a second one does no harm.
 * @param key what the same wish always has, from any number of tabs and servers
 */
export async function sendOnce<Answer>(
  key: string,
  send: (idempotencyKey: string) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await send(key);
  } catch (error) {
    const isStripes = error instanceof Error && "type" in error && error.type === "StripeAPIError";
    if (!isStripes) throw error;
    return send(randomUUID());
  }
}
