import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "../http/errors.ts";
import { RateLimit } from "../http/rate-limit.ts";
import { type GivenObject, GivenObjects } from "./given.ts";

/** How many requests are remembered by name. */
const REMEMBERED = 10_000;

/** What a test may have the API do, whatever the account says. */
export class Controls {
  /** The last requests to the API, as `GET /v1/customers/cus_1`. */
  requests: string[] = [];
  /** How long each answer of the API waits, in milliseconds. What it says is decided before that. */
  delayMs = 0;
  /** Seconds for the `Retry-After` header of failures; null sends none. */
  retryAfter: number | null = null;
  readonly #given = new GivenObjects();
  readonly #rateLimit: RateLimit | undefined;
  #failing: number | null = null;

  constructor(rateLimit: number | undefined) {
    this.#rateLimit = rateLimit === undefined ? undefined : new RateLimit(rateLimit);
  }

  /** Makes an object what `GET` of its id answers with, as it is. */
  put(object: GivenObject): void {
    this.#given.put(object);
  }

  /** Takes back what `put` said. */
  remove(type: string, id: string): void {
    this.#given.remove(type, id);
  }

  /** Answers every request to the API with this status, until null. */
  failWith(status: number | null): void {
    this.#failing = status;
  }

  /** What stands before each request. */
  before = async ({ method, path }: { method: string; path: string }) => {
    this.requests.push(`${method} ${path}`);
    if (this.requests.length > 2 * REMEMBERED) this.requests.splice(0, REMEMBERED);
    const object = this.#given.behind(method, path);
    const failure =
      this.#failing === null ? this.#rateLimit?.refuse() : failureOf(this.#failing, this.retryAfter);
    if (this.delayMs > 0) await sleep(this.delayMs);
    return failure ?? (object && { status: 200, body: object });
  };
}

/** The failure that a test asked for. */
function failureOf(status: number, retryAfter: number | null) {
  const message = `The local Stripe was told to answer ${status}.`;
  const type = status === 429 ? "rate_limit_error" : status < 500 ? "invalid_request_error" : "api_error";
  const { body } = new ApiError(status, { type, message, ...(status === 429 ? { code: "rate_limit" } : {}) });
  return { status, body, ...(retryAfter === null ? {} : { headers: { "retry-after": String(retryAfter) } }) };
}
