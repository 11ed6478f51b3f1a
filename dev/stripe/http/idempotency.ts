import { ApiError } from "./errors.ts";

type Answer = { status: number; body: object };
type Kept = { fingerprint: string; keptAt: number; answer: Answer | undefined };

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * What was answered under each `Idempotency-Key`, for a day. https://docs.stripe.com/api/idempotent_requests
 * Refusals of parameters are not kept: nothing had begun.
 */
export class Idempotency {
  #kept = new Map<string, Kept>();

  /**
   * Begins a request under a key.
   * @returns the answer that the key already has, or undefined: then `finish` must follow
   * @throws ApiError 409 while the first request is in flight, 400 if this is another request
   */
  begin(key: string, fingerprint: string): Answer | undefined {
    const kept = this.#kept.get(key);
    if (!kept || Date.now() - kept.keptAt > DAY_MS) {
      this.#kept.set(key, { fingerprint, keptAt: Date.now(), answer: undefined });
      return undefined;
    }
    if (kept.fingerprint !== fingerprint) {
      throw new ApiError(400, {
        type: "idempotency_error",
        message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      });
    }
    if (!kept.answer) {
      throw new ApiError(409, {
        type: "idempotency_error",
        code: "idempotency_key_in_use",
        message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
      });
    }
    return kept.answer;
  }

  /** Keeps an answer, or forgets the key where the request failed before it did anything. */
  finish(key: string, answer: Answer | undefined): void {
    const kept = this.#kept.get(key);
    if (!kept) return;
    if (answer) kept.answer = answer;
    else this.#kept.delete(key);
  }
}
