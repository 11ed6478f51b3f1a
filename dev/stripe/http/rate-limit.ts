import { ApiError } from "./errors.ts";

/** So many requests a second; those of the second before are not saved up. https://docs.stripe.com/rate-limits */
export class RateLimit {
  readonly #perSecond: number;
  #left: number;
  #at = performance.now();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#left = perSecond;
  }

  /** @returns the refusal of a request that is one too many */
  refuse(): { status: number; body: object; headers: Record<string, string> } | undefined {
    const now = performance.now();
    this.#left = Math.min(this.#perSecond, this.#left + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#left >= 1) {
      this.#left -= 1;
      return undefined;
    }
    const { status, body } = new ApiError(429, {
      type: "rate_limit_error",
      code: "rate_limit",
      doc_url: "https://docs.stripe.com/error-codes/rate-limit",
      message: `Request rate limit exceeded: ${this.#perSecond} a second. Learn more about rate limits at https://docs.stripe.com/rate-limits.`,
    });
    return { status, body, headers: { "stripe-rate-limited-reason": "global-rate" } };
  }
}
