import { HANDLED_EVENTS } from "@/lib/billing/webhook/events";
import type { Findings } from "./batch";
import { DEEDS } from "./deeds";

/** But for `unpaid`, which one account in four is set to, and few lives come to. */
const STATUSES = [
  ...["incomplete", "incomplete_expired", "trialing", "active", "past_due", "paused", "canceled"],
] as const;

const RESULTS = ["applied", "superseded", "deferred", "duplicate"] as const;

/** Types that lives may go without. */
const RARE = new Set([
  // Stripe's API deletes no prices.
  "price.deleted",
  // It takes a plan, a dead card, and the three weeks of all retries.
  "subscription_schedule.aborted",
]);

const COUNTS = ["events", "deliveries", "requests", "lagging", "unjudged", "recovered"] as const;

/** One batch in four may have late answers, and not each of these has one. */
const MANY = 5_000;

/** What many batches were about, all in all. */
export class Tally {
  lives = 0;
  events = 0;
  deliveries = 0;
  requests = 0;
  lagging = 0;
  unjudged = 0;
  recovered = 0;
  readonly #results = new Map<string, number>();
  readonly #deeds = new Map<string, number>();
  readonly #types = new Set<string>();
  readonly #statuses = new Set<string>();

  add(lives: number, found: Findings): void {
    this.lives += lives;
    for (const key of COUNTS) this[key] += found[key];
    for (const [result, times] of found.results) add(this.#results, result, times);
    for (const [deed, times] of found.deeds) add(this.#deeds, deed, times);
    for (const type of found.types) this.#types.add(type);
    for (const status of found.statuses) this.#statuses.add(status);
  }

  /** What never came about, of all that many lives must have been about: without it nothing is shown. */
  get missing(): string[] {
    const types = Object.keys(HANDLED_EVENTS).filter((type) => !RARE.has(type) && !this.#types.has(type));
    return [
      ...Object.keys(DEEDS).filter((deed) => !this.#deeds.has(`${deed} done`)),
      ...types,
      ...STATUSES.filter((status) => !this.#statuses.has(status)),
      ...RESULTS.filter((result) => !this.#results.has(result)),
      ...(this.lagging > 0 || this.lives < MANY ? [] : ["an answer that lags"]),
      ...(this.recovered > 0 ? [] : ["an event that was never delivered"]),
    ];
  }

  /** Every deed, with how often it was done, of how many tries. */
  get deeds(): string {
    const of = (deed: string, came: string) => this.#deeds.get(`${deed} ${came}`) ?? 0;
    return Object.keys(DEEDS)
      .map((deed) => [deed, of(deed, "done"), of(deed, "refused") + of(deed, "to nothing")] as const)
      .map(([deed, done, not]) => `${deed} ${done}/${done + not}`)
      .join(", ");
  }

  get results(): string {
    return [...this.#results].map(([result, times]) => `${times} ${result}`).join(", ");
  }
}

const add = (to: Map<string, number>, key: string, times: number) => to.set(key, (to.get(key) ?? 0) + times);
