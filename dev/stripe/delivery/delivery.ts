import { setImmediate as nextTurn } from "node:timers/promises";
import type { Account } from "../account.ts";
import { secretsOf } from "../resources/webhook-endpoints.ts";
import { backoff } from "./backoff.ts";
import { eventBody } from "./event-body.ts";
import { type LogEntry, logEntry, Recent } from "./log.ts";
import type { Dispatch } from "./outbox.ts";
import { type Answer, Post } from "./post.ts";
import { Queue } from "./queue.ts";
import type { Passage, Weather } from "./weather.ts";

export type DeliveryOptions = {
  weather: Weather;
  /** How many seconds of Stripe's backoff pass in one of ours. */
  timeScale: number;
  /** How long an endpoint may take to answer; Stripe's own patience is somewhere between 10 and 20 seconds. */
  timeoutMs: number;
  /** Runs before anything leaves the house: what is told to others must have been written down. */
  beforeSending(): void;
};

/** How many deliveries an endpoint gets at once: enough that a burst arrives in no order. */
const AT_ONCE = 8;

/** What an endpoint is about to get. */
type Lane = { waiting: Queue<Parcel>; running: number };

/** One attempt. A copy is a second one of the same: nobody counts on it. */
type Parcel = { dispatch: Dispatch; passage: Passage; copy: boolean };

/** Brings events to webhook endpoints, as Stripe does. https://docs.stripe.com/webhooks */
export class Delivery {
  readonly log = new Recent<LogEntry>(1000);
  readonly #account: Account;
  readonly #options: DeliveryOptions;
  readonly #post: Post;
  readonly #lanes = new Map<string, Lane>();
  readonly #timers = new Map<Dispatch, Set<NodeJS.Timeout>>();
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #underway = new Set<Promise<void>>();
  #closed = false;

  constructor(account: Account, options: DeliveryOptions) {
    this.#account = account;
    this.#options = options;
    this.#post = new Post(options.timeoutMs);
    account.outbox.onAddressed((dispatch) => this.#schedule(dispatch, 0));
  }

  /** Goes on with what was owed before a restart. */
  resume(): void {
    const now = Date.now();
    for (const dispatch of this.#account.outbox.all()) {
      if (dispatch.nextAt !== null) this.#schedule(dispatch, Math.max(0, dispatch.nextAt - now));
    }
  }

  /** Resolves when every endpoint that asked for an event has answered, well or badly, or after so long. */
  untilAnswered(eventId: string, ms: number): Promise<void> {
    if (this.#isAnswered(eventId)) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.set(eventId, [...(this.#waiting.get(eventId) ?? []), done]);
    });
  }

  /** Stops sending. What is underway counts as not made, and is made again after a restart. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timers of this.#timers.values()) for (const timer of timers) clearTimeout(timer);
    for (const callbacks of this.#waiting.values()) for (const done of callbacks) done();
    this.#post.close();
    await Promise.all(this.#underway);
  }

  #isAnswered(eventId: string): boolean {
    return this.#account.outbox.of(eventId).every(({ answered, nextAt }) => answered || nextAt === null);
  }

  #schedule(dispatch: Dispatch, ms: number): void {
    this.#cancel(dispatch);
    const { weather } = this.#options;
    const passage = weather.passage(dispatch.event.id, dispatch.endpoint, dispatch.attempts + 1);
    this.#in(dispatch, ms + passage.delayMs, { dispatch, passage, copy: false });
    if (passage.copyAfterMs !== null && !passage.lost && !passage.lostForGood)
      this.#in(dispatch, ms + passage.delayMs + passage.copyAfterMs, { dispatch, passage, copy: true });
  }

  #in(dispatch: Dispatch, ms: number, parcel: Parcel): void {
    if (ms <= 0) {
      this.#queue(parcel);
      return;
    }
    const timers = this.#timers.get(dispatch) ?? new Set();
    this.#timers.set(dispatch, timers);
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (timers.size === 0) this.#timers.delete(dispatch);
      this.#queue(parcel);
    }, ms);
    timers.add(timer);
  }

  #cancel(dispatch: Dispatch): void {
    for (const timer of this.#timers.get(dispatch) ?? []) clearTimeout(timer);
    this.#timers.delete(dispatch);
  }

  #queue(parcel: Parcel): void {
    const { endpoint } = parcel.dispatch;
    const lane = this.#lanes.get(endpoint) ?? { waiting: new Queue(), running: 0 };
    this.#lanes.set(endpoint, lane);
    lane.waiting.push(parcel);
    if (lane.running < AT_ONCE) this.#run(lane);
  }

  /** One of the workers of a lane: ends when nothing waits. */
  #run(lane: Lane): void {
    lane.running++;
    const work = async () => {
      await nextTurn(); // the work that made the event goes on first
      for (let parcel = lane.waiting.shift(); parcel && !this.#closed; parcel = lane.waiting.shift())
        await this.#carry(parcel);
      lane.running--;
    };
    const underway = work().finally(() => this.#underway.delete(underway));
    this.#underway.add(underway);
  }

  async #carry({ dispatch, passage, copy }: Parcel): Promise<void> {
    const { outbox, store } = this.#account;
    const endpoint = store.get("webhook_endpoint", dispatch.endpoint);
    const isOwed = outbox.of(dispatch.event.id).includes(dispatch);
    if (!endpoint || (!copy && !isOwed)) return;
    if (endpoint.status !== "enabled") {
      // Disabled endpoints are not tried again. https://docs.stripe.com/webhooks#disable
      if (!copy) outbox.failed(dispatch, null);
      return this.#tell(dispatch.event.id);
    }
    if (!copy) dispatch.attempts++;
    const attempt = dispatch.attempts;
    const begun = performance.now();
    const lost = passage.lost || passage.lostForGood;
    const answer: Answer = lost
      ? { status: null, why: "It was lost on the way." }
      : await this.#send(dispatch, endpoint.url, endpoint.api_version ?? this.#account.apiVersion);
    if (this.#closed) return;
    const ms = Math.round(performance.now() - begun);
    this.log.add(logEntry(dispatch, { attempt, url: endpoint.url, ms, answer, passage, copy }));
    if (!copy) this.#settle(dispatch, answer, passage);
  }

  #send(dispatch: Dispatch, url: string, version: string): Promise<Answer> {
    const account = this.#account;
    this.#options.beforeSending();
    const body = JSON.stringify(eventBody(account, dispatch.event, version), null, 2);
    return this.#post.send(url, body, secretsOf(account, dispatch.endpoint));
  }

  #settle(dispatch: Dispatch, { status }: Answer, passage: Passage): void {
    const { outbox } = this.#account;
    if (!passage.lost) dispatch.answered = true;
    if (status !== null && status >= 200 && status < 300) {
      outbox.delivered(dispatch);
    } else {
      const wait = passage.lostForGood ? null : this.#wait(dispatch.attempts, passage.lost);
      outbox.failed(dispatch, wait === null ? null : Date.now() + wait);
      if (wait !== null) this.#schedule(dispatch, wait);
    }
    this.#tell(dispatch.event.id);
  }

  /** How long until the next attempt. Bad weather makes it short, so that it can be watched. */
  #wait(attempts: number, lost: boolean): number | null {
    const { timeScale, weather } = this.#options;
    const wait = backoff(attempts, timeScale);
    const { retryMs } = weather.figures;
    if (wait === null || retryMs === 0) return wait;
    return Math.min(wait, lost ? retryMs : retryMs * 2 ** (attempts - 1));
  }

  #tell(eventId: string): void {
    if (!this.#waiting.has(eventId) || !this.#isAnswered(eventId)) return;
    for (const done of this.#waiting.get(eventId) ?? []) done();
    this.#waiting.delete(eventId);
  }
}
