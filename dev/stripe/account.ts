import { Outbox } from "./delivery/outbox.ts";
import { DueList } from "./engine/due.ts";
import {
  BY_ITSELF,
  type Cause,
  type EventRecord,
  type EventType,
  previousAttributes,
  type Subject,
} from "./events.ts";
import { newId, random } from "./ids.ts";
import { type Kind, type Kinds, PREFIXES } from "./kinds.ts";
import { Store } from "./store.ts";

export type AccountOptions = {
  /** Where ids and the weather come from. */
  seed: number;
  /** The API version of answers and events where nobody names one. */
  apiVersion: string;
  /** Where its hosted pages are, without a slash at the end. */
  url: string;
};

/**
 * One Stripe account: its objects, its clocks, and the events that every change sends. Whatever changes it runs
 * synchronously, so that no request ever sees half of another's work.
 */
export class Account {
  readonly store = new Store();
  /** What happens by itself, as time goes on. */
  readonly due = new DueList(this.store);
  readonly events: EventRecord[] = [];
  /** Which of them are still owed to which endpoint. */
  readonly outbox = new Outbox(this.store);
  readonly apiVersion: string;
  url: string;
  /** What becomes of a subscription when the last attempt at its invoice has failed; a setting of the dashboard. */
  whenRetriesEnd: "cancel" | "unpaid" | "past_due" = "cancel";
  #chance: () => number;
  /** Requests have ids of their own making, so that one more of them changes no other id. */
  #requestChance: () => number;
  #cause: Cause = BY_ITSELF;
  /** Seconds that the account's clock is ahead of the real one. */
  #ahead = 0;
  /** While time advances: the moment that it has come to, on that clock. */
  #moment: { clock: string | null; at: number } | undefined;

  constructor({ seed, apiVersion, url }: AccountOptions) {
    this.#chance = random(seed);
    this.#requestChance = random(~seed);
    this.apiVersion = apiVersion;
    this.url = url;
  }

  /** A number from 0 to 1, from the seed. */
  chance = (): number => this.#chance();

  /** After a restart: the ids of the time before must not come again. */
  reseed(seed: number): void {
    this.#chance = random(seed);
    this.#requestChance = random(~seed);
  }

  /** Epoch seconds of the machine: when requests, events and payments happen. */
  realNow(): number {
    return Math.floor(Date.now() / 1000);
  }

  /**
   * Epoch seconds by which billing goes: of the test clock, or of the account's own clock, which `advance` moves.
   * @param clock the id of a test clock; null for the account's own
   */
  now(clock: string | null = null): number {
    if (this.#moment && this.#moment.clock === clock) return this.#moment.at;
    const frozen = clock === null ? undefined : this.store.get("test_helpers.test_clock", clock)?.frozen_time;
    return frozen ?? this.realNow() + this.#ahead;
  }

  /** The test clock that a customer lives by, or null. */
  clockOf(customer: string | null): string | null {
    const clock = customer === null ? null : this.store.get("customer", customer)?.test_clock;
    return typeof clock === "string" ? clock : null;
  }

  /** Epoch seconds by which a customer's billing goes. */
  nowOf(customer: string | null): number {
    return this.now(this.clockOf(customer));
  }

  get ahead(): number {
    return this.#ahead;
  }

  /** Moves the account's own clock; what falls due until then is engine/advance.ts's to run. */
  setAhead(seconds: number): void {
    this.#ahead = seconds;
    this.store.tell({ clock: seconds });
  }

  /** Runs a piece of work as if a clock stood at a moment. */
  at<T>(clock: string | null, at: number, work: () => T): T {
    const before = this.#moment;
    this.#moment = { clock, at };
    try {
      return work();
    } finally {
      this.#moment = before;
    }
  }

  /** Whether what happens now falls due by itself, as it was planned before. */
  get isDue(): boolean {
    return this.#moment !== undefined;
  }

  /** Runs a piece of work whose events name this request. */
  because<T>(cause: Cause, work: () => T): T {
    const before = this.#cause;
    this.#cause = cause;
    try {
      return work();
    } finally {
      this.#cause = before;
    }
  }

  /** Runs a piece of work that, if it throws, did not happen: no object changed, no event was sent. */
  atomically<T>(work: () => T): T {
    const sent = this.events.length;
    try {
      return this.store.atomically(work);
    } catch (error) {
      this.events.length = sent;
      throw error;
    }
  }

  newId(kind: Kind): string {
    const length = kind === "customer" || kind === "product" ? 14 : 24;
    const prefix = kind === "checkout.session" ? "cs_test" : PREFIXES[kind];
    const id = newId(this.chance, prefix, length);
    return this.store.get(kind, id) ? this.newId(kind) : id;
  }

  /** An id of something that has no table of its own: `si`, `il`, `evt`, `req`. */
  newIdOf(prefix: string): string {
    return newId(this.chance, prefix);
  }

  newRequestId(): string {
    return newId(this.#requestChance, "req");
  }

  /**
   * Changes an object and, if anything did change, sends the event. Null for a change that Stripe sends none for.
   * @returns the object as it is now
   */
  change<K extends Kind>(
    kind: K,
    before: Kinds[K],
    changes: Partial<Kinds[K]>,
    type: EventType | null,
  ): Kinds[K] {
    const after = { ...before, ...changes };
    const previous = previousAttributes(before, after);
    if (Object.keys(previous).length === 0) return before;
    this.store.put(kind, after);
    if (type) this.#send(type, after, previous);
    return after;
  }

  /** Adds an object and sends its event. */
  create<K extends Kind>(kind: K, object: Kinds[K], type: EventType | null): Kinds[K] {
    this.store.put(kind, object);
    if (type) this.#send(type, object, undefined);
    return object;
  }

  /** Sends an event about an object as it is now. */
  emit<T extends EventType>(type: T, object: Subject<T>, previous?: object): EventRecord {
    return this.#send(type, object, previous);
  }

  #send(type: EventType, object: object, previous: object | undefined): EventRecord {
    const event: EventRecord = {
      id: newId(this.chance, "evt"),
      type,
      created: this.realNow(),
      object,
      previous,
      request: this.#cause,
    };
    this.events.push(event);
    this.store.tell({ event });
    return event;
  }
}
