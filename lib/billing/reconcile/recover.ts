import * as z from "zod";
import { db } from "@/lib/db";
import { log } from "@/lib/log";
import type { Stripe } from "@/lib/stripe";
import { nullIfMissing, withTurn } from "../fetch";
import { isHandled } from "../webhook/events";
import { receiveEvent } from "../webhook/receive";
import { fetchEvents, type VerifiedEvent } from "../webhook/verify";
import { patiently } from "./patience";
import { readProgress, saveProgress } from "./progress";

/** For so long Stripe keeps events. https://docs.stripe.com/api/events */
const KEPT_S = 30 * 86_400;

/** For so long Stripe tries to deliver an event: later than that it is found by its time alone. */
const RETRIED_S = 3 * 86_400;

/** So much of the last walk is walked again, for an event may show in the list a moment after younger ones. */
const OVERLAP_S = 600;

/** How many events are taken in at once: below the size of the database's pool. */
const AT_ONCE = 5;

const walkSchema = z.object({
  /** From here on, in epoch seconds of Stripe's clock. */
  since: z.number(),
  /** The newest that this walk has met, and the oldest, from which it goes on. Null between walks. */
  newest: z.number().nullable(),
  after: z.string().nullable(),
});
type Walk = z.output<typeof walkSchema>;

/**
 * Finds what Stripe sent and we never got, and feeds it to the inbox, where dedupe and the order rules do the rest: all
 * events since the last that was seen, and those of the last days that Stripe itself knows as undelivered. The way
 * through the list is kept, so that a run that ends early goes on where it was.
 * @param options.deadline epoch milliseconds: after it no page is asked for but the first of each way
 * @throws Stripe's errors, after some patience; the database's
 */
export async function recoverEvents(options: { deadline: number; onPage?: (listed: number) => void }) {
  const now = Math.floor(Date.now() / 1000);
  const all = await walk({
    name: "recover all",
    first: now - KEPT_S,
    next: ({ since, newest }) => Math.max(since, (newest ?? 0) - OVERLAP_S),
    ...options,
  });
  const undelivered = await walk({
    name: "recover undelivered",
    filter: { delivery_success: false },
    first: now - RETRIED_S,
    next: () => now - RETRIED_S,
    ...options,
  });
  const recovered = {
    listed: all.listed + undelivered.listed,
    missed: all.missed + undelivered.missed,
    isFinished: all.isFinished && undelivered.isFinished,
  };
  log("info", "events recovered", recovered);
  return recovered;
}

/** From the newest event back to where the last walk began. */
async function walk(way: {
  name: string;
  filter?: Stripe.EventListParams;
  first: number;
  /** Where the next walk ends. */
  next: (walk: Walk) => number;
  deadline: number;
  onPage?: (listed: number) => void;
}) {
  const counts = { listed: 0, missed: 0 };
  let at = (await readProgress(way.name, walkSchema)) ?? { since: way.first, newest: null, after: null };
  do {
    const { since, after } = at;
    const params = {
      ...way.filter,
      created: { gte: since },
      ...(after === null ? {} : { starting_after: after }),
    };
    // The event that the way went on from may be older than 30 days by now, and gone: then the walk begins anew.
    const ask = () => withTurn(() => fetchEvents(params));
    const page = await patiently(ask, way.deadline).catch(nullIfMissing);
    counts.listed += page?.events.length ?? 0;
    counts.missed += await takeIn(page?.events ?? []);
    way.onPage?.(counts.listed);
    at = { ...at, newest: at.newest ?? secondsOf(page?.events[0]), after: page?.lastId ?? null };
    if (page && !page.hasMore) {
      await saveProgress(way.name, { since: way.next(at), newest: null, after: null });
      return { ...counts, isFinished: true };
    }
    await saveProgress(way.name, at);
  } while (Date.now() < way.deadline);
  return { ...counts, isFinished: false };
}

/** @returns how many of them were not here */
async function takeIn(events: readonly VerifiedEvent[]): Promise<number> {
  // What the endpoint does not subscribe to is no loss.
  const handled = events.filter(({ type }) => isHandled(type));
  const known = await db().stripeEvent.findMany({
    where: { id: { in: handled.map(({ id }) => id) } },
    select: { id: true },
  });
  const ids = new Set(known.map(({ id }) => id));
  // The oldest first, as they happened: the fewest of them have to wait for Stripe's word then.
  const missed = handled.filter(({ id }) => !ids.has(id)).reverse();
  for (let from = 0; from < missed.length; from += AT_ONCE)
    await Promise.all(missed.slice(from, from + AT_ONCE).map(receiveEvent));
  return missed.length;
}

const secondsOf = (event: VerifiedEvent | undefined) =>
  event?.created ? event.created.getTime() / 1000 : null;
