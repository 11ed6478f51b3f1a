import type { Dispatch } from "./outbox.ts";
import type { Answer } from "./post.ts";
import type { Passage } from "./weather.ts";

/** One attempt at a delivery, and how it was answered. */
export type LogEntry = {
  /** When it was answered, in milliseconds. */
  at: number;
  event: string;
  type: string;
  endpoint: string;
  url: string;
  attempt: number;
  status: number | null;
  /** Why there is no status. */
  error: string | null;
  ms: number;
  /** The first 200 characters of the answer. */
  body: string;
  /** What the weather did to it. */
  weather: "late" | "duplicate" | "lost" | "lost for good" | null;
};

type Tried = {
  attempt: number;
  url: string;
  ms: number;
  answer: Answer;
  passage: Passage;
  copy: boolean;
};

export function logEntry({ event, endpoint }: Dispatch, tried: Tried): LogEntry {
  const { answer, passage, copy, ...rest } = tried;
  const known = { at: Date.now(), event: event.id, type: event.type, endpoint, ...rest };
  const weather = weatherOf(passage, copy);
  return answer.status === null
    ? { ...known, status: null, error: answer.why, body: "", weather }
    : { ...known, status: answer.status, error: null, body: answer.body, weather };
}

function weatherOf(passage: Passage, copy: boolean): LogEntry["weather"] {
  if (passage.lostForGood) return "lost for good";
  if (passage.lost) return "lost";
  if (copy) return "duplicate";
  return passage.delayMs > 0 ? "late" : null;
}

/** The last so many of something, the newest last. */
export class Recent<Item> {
  #items: Item[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(item: Item): void {
    this.#items.push(item);
    // Cut seldom, not at every item.
    if (this.#items.length > 2 * this.#limit) this.#items = this.#items.slice(-this.#limit);
  }

  all(): Item[] {
    return this.#items.slice(-this.#limit);
  }
}
