import { db, type Tx } from "@/lib/db";
import type { VerifiedEvent } from "./verify";

/**
 * The stripe_events table: every verified event, once. Nothing else writes it. An event is `pending` until it is `done`,
 * or `parked` for a person to look at. A claim is a lease: if its holder dies, the next drain takes the event over.
 */

/** What is known of an event when its row is written. Reasons are sentences for an operator. */
export type Disposition =
  | { status: "done"; outcome: "applied" | "superseded" }
  | { status: "done"; outcome: "ignored"; reason: string }
  | { status: "pending"; reason: string }
  | { status: "parked"; reason: string };

/** Longer than a function lives (maxDuration), so that a lease never ends under one that still works. */
export const LEASE_SECONDS = 120;

/** 5 s, 10 s, 20 s … 6 hours, each cut by up to half at random: 21 tries take about three days, as Stripe's own do. */
export const MAX_ATTEMPTS = 21;
const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 6 * 3_600_000;

/**
 * Writes the event into the inbox, within the transaction that applies it.
 * @returns false if it is there already: then nothing is to be done
 */
export async function recordEvent(tx: Tx, event: VerifiedEvent): Promise<boolean> {
  const { object: _, ...columns } = event;
  const { count } = await tx.stripeEvent.createMany({
    data: [{ ...columns, status: "pending" }],
    skipDuplicates: true,
  });
  return count === 1;
}

/**
 * Ends the wait of a pending event, within the transaction that applied it.
 * @returns false if somebody else settled it in the meantime: then the caller must roll back
 */
export async function settleEvent(tx: Tx, id: string, disposition: Disposition): Promise<boolean> {
  const { count } = await tx.stripeEvent.updateMany({
    where: { id, status: "pending" },
    data: {
      status: disposition.status,
      outcome: disposition.status === "done" ? disposition.outcome : null,
      lastError: "reason" in disposition ? disposition.reason : null,
      lockedUntil: null,
      ...(disposition.status === "pending" ? {} : { nextAttemptAt: null, processedAt: new Date() }),
    },
  });
  return count === 1;
}

export type ClaimedEvent = { id: string; payload: string; attempts: number };

/**
 * Takes the events that are due, oldest first, and leases them. Several processes may claim at once: each gets others.
 */
export function claimDue(limit: number): Promise<ClaimedEvent[]> {
  return db().$queryRaw`
    update stripe_events
    set locked_until = now() + make_interval(secs => ${LEASE_SECONDS}), attempts = attempts + 1
    where id in (
      select id from stripe_events
      where status = 'pending' and next_attempt_at <= now() and (locked_until is null or locked_until < now())
      order by next_attempt_at
      limit ${limit}
      for update skip locked
    )
    returning id, payload, attempts`;
}

/** In how many milliseconds the next event falls due: a moment at least, and Infinity if none waits. */
export async function untilNextDue(): Promise<number> {
  const [next] = await db().$queryRaw<{ ms: number | null }[]>`
    select (extract(epoch from min(greatest(next_attempt_at, locked_until)) - now()) * 1000)::float8 as ms
    from stripe_events
    where status = 'pending'`;
  return next?.ms == null ? Number.POSITIVE_INFINITY : Math.max(next.ms, 100);
}

/**
 * Puts a claimed event back, to be tried again later; after the last attempt it is parked. Whose lease has passed to
 * another in the meantime, with an attempt more, changes nothing.
 */
export async function retryLater(
  { id, attempts }: ClaimedEvent,
  reason: string,
): Promise<"pending" | "parked"> {
  if (attempts >= MAX_ATTEMPTS) {
    await settleEvent(db(), id, { status: "parked", reason });
    return "parked";
  }
  await db().$executeRaw`
    update stripe_events
    set last_error = ${reason}, locked_until = null,
        next_attempt_at = now() + make_interval(secs => ${delayAfter(attempts) / 1000})
    where id = ${id} and status = 'pending' and attempts = ${attempts}`;
  return "pending";
}

/** Gives a claimed event back as it was, for one that no attempt was made for. */
export async function release({ id, attempts }: ClaimedEvent): Promise<void> {
  await db().stripeEvent.updateMany({
    where: { id, status: "pending", attempts },
    data: { attempts: attempts - 1, lockedUntil: null },
  });
}

/**
 * How long to wait after a failed attempt, in milliseconds.
 * @param attempts 1 for the first
 */
export function delayAfter(attempts: number, random = Math.random()): number {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1));
  return longest * (1 - random / 2);
}
