import { random } from "../ids.ts";

/** What goes wrong between Stripe and the app. Shares are between 0 and 1, times in milliseconds. */
export type Figures = {
  /** Each delivery waits up to so long, so that one overtakes another. */
  delayMs: number;
  /** How many are held back by another `overtakenMs`, so that much overtakes them. */
  overtaken: number;
  overtakenMs: number;
  /** How many come twice. */
  duplicated: number;
  /** How many attempts never arrive. They count as failed, and are made again. */
  lost: number;
  /** How many events never arrive at an endpoint, however often it is tried. */
  lostForGood: number;
  /** The next attempt follows within so long at first, and twice that after each; 0 leaves Stripe's own backoff. */
  retryMs: number;
  /** Each request to the API waits up to so long. */
  apiDelayMs: number;
  /** How many requests to the API fail. The same request made again does not. */
  apiFailing: number;
};

export const CALM: Figures = {
  delayMs: 0,
  overtaken: 0,
  overtakenMs: 0,
  duplicated: 0,
  lost: 0,
  lostForGood: 0,
  retryMs: 0,
  apiDelayMs: 0,
  apiFailing: 0,
};

/** In all of them whatever is not lost for good has arrived within a few seconds. */
export const WEATHERS: Record<string, Figures> = {
  calm: CALM,
  rough: {
    ...CALM,
    delayMs: 100,
    overtaken: 0.1,
    overtakenMs: 400,
    duplicated: 0.05,
    lost: 0.03,
    retryMs: 1000,
    apiDelayMs: 50,
    apiFailing: 0.03,
  },
  storm: {
    ...CALM,
    delayMs: 300,
    overtaken: 0.25,
    overtakenMs: 900,
    duplicated: 0.25,
    lost: 0.2,
    retryMs: 700,
    apiDelayMs: 150,
    apiFailing: 0.15,
  },
};

/** How one attempt at a delivery will go. */
export type Passage = {
  delayMs: number;
  /** It comes once more, so much later. */
  copyAfterMs: number | null;
  lost: boolean;
  lostForGood: boolean;
};

export type ApiFailure = "429" | "500" | "503" | "hangs up" | "hangs up when done";

const FAILURES: ApiFailure[] = ["429", "500", "503", "hangs up", "hangs up when done"];

/** How long after its failure a request that is made again is spared for sure. */
const SPARED_MS = 5_000;

/**
 * The weather. What it does to a delivery is drawn from the seed, the event and the attempt, so that it is the same
 * however fast anything ran; ids have a generator of their own.
 */
export class Weather {
  name = "calm";
  figures: Figures = CALM;
  readonly #seed: number;
  readonly #api: () => number;
  /** The requests that failed, until they have been made again. */
  readonly #failed = new Map<string, number>();

  constructor(seed: number, name = "calm") {
    this.#seed = seed;
    this.#api = random(hash(`${seed} api`));
    this.become(name);
  }

  /** Changes to a weather by its name, or single figures. */
  become(given: string | Partial<Figures>): void {
    if (typeof given !== "string") {
      this.figures = { ...this.figures, ...given };
      this.name = "changeable";
      return;
    }
    const figures = WEATHERS[given];
    if (!figures) throw new Error(`There is no weather "${given}": ${Object.keys(WEATHERS).join(", ")}.`);
    this.figures = figures;
    this.name = given;
  }

  /** @param attempt counts from 1; only the first one is held up */
  passage(event: string, endpoint: string, attempt: number): Passage {
    const chance = random(hash(`${this.#seed} ${event} ${endpoint} ${attempt}`));
    const forGood = random(hash(`${this.#seed} ${event} ${endpoint}`))();
    const { delayMs, overtaken, overtakenMs, duplicated, lost, lostForGood } = this.figures;
    const wait = chance() * delayMs + (chance() < overtaken ? overtakenMs : 0);
    return {
      delayMs: attempt === 1 ? Math.round(wait) : 0,
      lost: chance() < lost,
      copyAfterMs: chance() < duplicated ? Math.round(chance() * Math.max(delayMs, overtakenMs)) : null,
      lostForGood: forGood < lostForGood,
    };
  }

  /**
   * How a request to the API goes.
   * @param request what makes it the same when it is made again
   * @param isSafe whether it may be made again after it was done: it changes nothing, or has an idempotency key
   */
  request(request: string, isSafe: boolean): { delayMs: number; failure: ApiFailure | null } {
    const { apiDelayMs, apiFailing } = this.figures;
    const delayMs = Math.round(this.#api() * apiDelayMs);
    const [fails, which] = [this.#api() < apiFailing, this.#api()];
    if (!fails || this.#isSpared(request)) return { delayMs, failure: null };
    this.#failed.set(request, Date.now());
    const choice = isSafe ? FAILURES : FAILURES.slice(0, -1);
    return { delayMs, failure: choice[Math.floor(which * choice.length)] ?? null };
  }

  /**
   * The first repeat goes well whenever it comes, and so does everything soon after the failure: another client that
   * asks for the same must not use up what the first one is waiting for.
   */
  #isSpared(request: string): boolean {
    const failedAt = this.#failed.get(request);
    if (failedAt === undefined) return false;
    if (Date.now() - failedAt > SPARED_MS) this.#failed.delete(request);
    return true;
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let mixed = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), 0x01000193);
  return mixed >>> 0;
}
