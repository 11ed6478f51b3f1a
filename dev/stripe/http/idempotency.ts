import type { Store, Write } from "../store.ts";
import { ApiError } from "./errors.ts";

type Answer = { status: number; body: object };
type Asked = { path: string; form: string; requestId: string };
type Kept = Asked & { keptAt: number; answer: Answer | undefined };

/** An answer as the journal keeps it. */
export type KeptAnswer = Asked & { keptAt: number; answer: Answer };

const DAY_MS = 24 * 60 * 60 * 1000;
const LONGEST = 255;

/**
 * What was answered under each `Idempotency-Key`, for a day: a declined card, a missing object and a failure of its own too,
 * for then the work had begun. https://docs.stripe.com/api/idempotent_requests
 */
export class Idempotency {
  readonly #kept = new Map<string, Kept>();
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Begins a request under a key.
   * @returns what the key was answered with, and for which request; or undefined: then `finish` must follow
   * @throws ApiError 409 while the first request is in flight, 400 if this is another request
   */
  begin(key: string, asked: Asked): { answer: Answer; requestId: string } | undefined {
    if (key.length > LONGEST) {
      throw refusal(
        400,
        `Idempotency keys can have up to ${LONGEST} characters; this one has ${key.length}.`,
      );
    }
    const kept = this.#kept.get(key);
    if (!kept || Date.now() - kept.keptAt > DAY_MS) {
      this.#kept.set(key, { ...asked, keptAt: Date.now(), answer: undefined });
      return undefined;
    }
    const another = `Try using a key other than '${key}' if you meant to execute a different request.`;
    if (kept.path !== asked.path) {
      throw refusal(
        400,
        `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${asked.path}' vs. '${kept.path}'). ${another}`,
      );
    }
    if (kept.form !== asked.form) {
      throw refusal(
        400,
        `Keys for idempotent requests can only be used with the same parameters they were first used with. ${another}`,
      );
    }
    if (!kept.answer) {
      throw refusal(
        409,
        `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
        "idempotency_key_in_use",
      );
    }
    return { answer: kept.answer, requestId: kept.requestId };
  }

  /** Keeps an answer, or forgets the key of a request that was refused before it began. */
  finish(key: string, answer: Answer | undefined): void {
    const kept = this.#kept.get(key);
    if (!kept) return;
    if (!answer) {
      this.#kept.delete(key);
      return;
    }
    this.#kept.set(key, { ...kept, answer });
    this.#store.tell({ answered: key, answer: { ...kept, answer } });
  }

  /** Takes back what the journal says was answered. */
  restore(key: string, kept: KeptAnswer): void {
    if (Date.now() - kept.keptAt <= DAY_MS) this.#kept.set(key, kept);
  }

  /** The writes that would keep the same. */
  *writes(): Generator<Write> {
    for (const [key, { answer, ...kept }] of this.#kept) {
      if (answer && Date.now() - kept.keptAt <= DAY_MS) yield { answered: key, answer: { ...kept, answer } };
    }
  }
}

const refusal = (status: number, message: string, code?: string) =>
  new ApiError(status, { type: "idempotency_error", ...(code ? { code } : {}), message });
