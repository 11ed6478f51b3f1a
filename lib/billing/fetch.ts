import { setTimeout as sleep } from "node:timers/promises";
import { env } from "@/lib/env";
import { type Stripe, stripe } from "@/lib/stripe";
import { inSpan } from "@/lib/telemetry";
import { BillingError } from "./errors";
import type { Answer } from "./mirror";
import type { Asking } from "./order";
import { isObject } from "./read";

/**
 * Questions to Stripe. One object is asked about once at a time, in a pace that leaves the account's limit to others too.
 * https://docs.stripe.com/rate-limits
 */

const MOST_IN_FLIGHT = 5;

type Flight = { answer: Promise<Answer>; hasLeft: boolean };

const flights = new Map<string, Flight>();

/**
 * Asks about one object. Who comes while the question waits for its turn shares it; who comes later needs a newer answer,
 * so theirs follows.
 */
export function askInTurn(key: string, ask: () => Promise<Answer>): Promise<Answer> {
  const last = flights.get(key);
  if (last && !last.hasLeft) return last.answer;
  const flight: Flight = { hasLeft: false, answer: leave() };
  flights.set(key, flight);
  return flight.answer;

  async function leave(): Promise<Answer> {
    try {
      await last?.answer.catch(() => {});
      return await withTurn(() => {
        flight.hasLeft = true;
        return ask();
      });
    } finally {
      if (flights.get(key) === flight) flights.delete(key);
    }
  }
}

let inFlight = 0;
let nextTurnAt = 0;
const waiting: (() => void)[] = [];

/** Stripe may want quiet for an hour, and who asks holds up a person or a drain: they are told no, and come back later. */
const MOST_WAIT_MS = 10_000;
let silence = { until: 0, by: new Error() };

/** @throws what Stripe silenced everybody with, where that lasts for long; what `work` throws */
export async function withTurn<T>(work: () => Promise<T>): Promise<T> {
  if (inFlight >= MOST_IN_FLIGHT) await new Promise<void>((resolve) => waiting.push(resolve));
  else inFlight += 1;
  try {
    await turn();
    nextTurnAt = Date.now() + 1000 / env().STRIPE_REQUESTS_PER_SECOND;
    return await work().catch(keepQuiet);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else inFlight -= 1;
  }
}

async function turn(): Promise<void> {
  for (let now = Date.now(); now < Math.max(nextTurnAt, silence.until); now = Date.now()) {
    if (silence.until - now > MOST_WAIT_MS) throw silence.by;
    await sleep(Math.max(nextTurnAt, silence.until) - now);
  }
}

/** Where Stripe says for how long to be quiet, everybody is. */
function keepQuiet(error: unknown): never {
  const until = Date.now() + retryAfterOf(error);
  if (error instanceof Error && until > silence.until) silence = { until, by: error };
  throw error;
}

export type Retrieve = (
  api: Stripe,
  id: string,
  options: Stripe.RequestOptions,
) => Promise<Stripe.Response<object>>;

/**
 * Asks Stripe for one object. That there is none is an answer; anything else that goes wrong is thrown as it came.
 * https://docs.stripe.com/error-codes#resource-missing
 * @throws BillingError if the answer has no date
 */
export async function retrieveObject(id: string, retrieve: Retrieve): Promise<Omit<Answer, "versionBefore">> {
  const api = await stripe();
  const begunAt = performance.now();
  try {
    // The inbox tries again by itself, later each time: the SDK's own retries would only add to a crowd.
    const object = await inSpan("billing.fetch", { id }, () => retrieve(api, id, { maxNetworkRetries: 0 }));
    // For a customer that was deleted Stripe answers with a stub that has nothing but its id.
    const isDeleted = "deleted" in object && object.deleted === true;
    return { object: isDeleted ? null : object, isDeleted, ...timesOf(object.lastResponse, id, begunAt) };
  } catch (error) {
    if (isMissing(error)) return { object: null, ...timesOf(error, id, begunAt) };
    throw error;
  }
}

export const isMissing = (error: unknown): error is Error =>
  error instanceof Error && "code" in error && error.code === "resource_missing";

/** For what may not be there: takes Stripe's word that it is not for null. @throws every other error as it came */
export function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}

/** For how many milliseconds Stripe wants not to be asked, as its Retry-After says; 0 if it says nothing. */
export function retryAfterOf(error: unknown): number {
  if (!(error instanceof Error)) return 0;
  const seconds = Number(headersOf(error)["retry-after"]);
  return seconds > 0 ? Math.min(seconds, 3600) * 1000 : 0;
}

/**
 * The moments of an answer, by its Date header; of our own clock only how long it took counts.
 * @param begunAt what `performance.now()` was before Stripe was asked
 * @throws BillingError if Stripe does not say when it answered
 */
export function timesOf(answer: object, asked: string, begunAt: number): Asking {
  const answeredAt = new Date(String(headersOf(answer).date));
  if (Number.isNaN(answeredAt.getTime())) throw BillingError.noDate(asked);
  return { askedAt: new Date(answeredAt.getTime() - (performance.now() - begunAt)), answeredAt };
}

function headersOf(answer: object) {
  return "headers" in answer && isObject(answer.headers) ? answer.headers : {};
}
