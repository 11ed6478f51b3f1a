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
