import { setTimeout } from "node:timers/promises";
import { db } from "@/lib/db";
import { log } from "@/lib/log";
import { BillingError, UnreadableObject } from "../errors";
import type { SyncRequest } from "../mirror";
import { parseEvent, type StripeEvent } from "./event";
import { isPermanent, reasonOf } from "./failure";
import { type ClaimedEvent, claimDue, release, retryLater, settleEvent, untilNextDue } from "./inbox";
import { processEvent } from "./process";

const BATCH = 20;

/** How many events may wait for Stripe in one run: their leases must outlast it. */
const MOST_WAITING = 100;

/** How many objects are asked about at once. A sandbox allows 25 requests a second. */
const ASKERS = 5;

/** How often an answer is asked for again because the row changed while it was on its way. */
const ASK_TRIES = 5;

/**
 * How long a drain begins new work. One fetch more may follow (two tries of 10 s): that stays below maxDuration of the
 * routes that drain, and below a lease.
 */
const DRAIN_MS = 30_000;

let running: Promise<void> | undefined;
let wantedAgain = false;

/**
 * Works on every event that is due: what failed before, and what only Stripe can settle. Safe to call at any time, from
 * any number of processes; within one, calls share a run. Errors stay with their event.
 * @throws if the database cannot be reached
 */
export function drainDue(deadline = Date.now() + DRAIN_MS): Promise<void> {
  wantedAgain = true;
  running ??= drainWhileWanted(deadline).finally(() => {
    running = undefined;
  });
  return running;
}

/** A run may have looked for the last time when somebody joins it: what they saw come must not be left behind. */
async function drainWhileWanted(deadline: number): Promise<void> {
  while (wantedAgain && Date.now() < deadline) {
    wantedAgain = false;
    await drain(deadline);
  }
}

let watching = false;

/**
 * The work after a response: drains what is due, and what falls due within moments, so that a first retry needs neither
 * another event nor a scheduler. One watch for each process.
 */
export async function drainAndWatch(): Promise<void> {
  const deadline = Date.now() + DRAIN_MS;
  await drainDue(deadline);
  if (watching) return;
  watching = true;
  try {
    for (let wait = await untilNextDue(); Date.now() + wait < deadline; wait = await untilNextDue()) {
      await setTimeout(wait, undefined, { ref: false });
      await drainDue(deadline);
    }
  } finally {
    watching = false;
  }
}

/** First everything that the database alone decides, so that it never waits for Stripe; then what only Stripe can. */
async function drain(deadline: number): Promise<void> {
  while (Date.now() < deadline) {
    const waiting: Waiting[] = [];
    for (let claimed = await claimDue(BATCH); claimed.length > 0; claimed = await claimDue(BATCH)) {
      waiting.push(...(await applyEach(claimed)));
      if (waiting.length >= MOST_WAITING || Date.now() > deadline) break;
    }
    if (waiting.length === 0) return;
    await settleWithStripe(waiting, deadline);
  }
}

type Waiting = ClaimedEvent & { event: StripeEvent; sync: SyncRequest };

/** Applies what the database alone can decide, and returns what Stripe must be asked about. */
async function applyEach(claimed: readonly ClaimedEvent[]): Promise<Waiting[]> {
  const waiting: Waiting[] = [];
  for (const one of claimed) {
    await guard([one], async () => {
      const event = parseEvent(one.payload);
      if (typeof event === "string") throw new UnreadableObject(event);
      const sync = await applyPending({ ...event, id: one.id });
      if (sync) waiting.push({ ...one, event, sync });
    });
  }
  return waiting;
}

/** Applies one pending event and settles it in the same transaction, or says what must be fetched for it. */
function applyPending(event: StripeEvent): Promise<SyncRequest | null> {
  return db().$transaction(async (tx) => {
    const outcome = await processEvent(tx, event);
    if (outcome.outcome === "deferred") return outcome.sync;
    const isOurs = await settleEvent(tx, event.id, { status: "done", ...outcome });
    if (!isOurs) throw new AlreadySettled();
    return null;
  });
}

/** Asks Stripe once for each object, however many events wait for it: the answer is newer than all of them. */
async function settleWithStripe(waiting: readonly Waiting[], deadline: number): Promise<void> {
  const groups = groupByObject(waiting);
  const asker = async () => {
    for (let group = groups.pop(); group; group = groups.pop()) await settleOrRelease(group, deadline);
  };
  await Promise.all(Array.from({ length: ASKERS }, asker));
}

/** An answer that comes back to a changed row is no answer any more: the row may decide by now, or Stripe is asked again. */
async function settleOrRelease(group: Group, deadline: number): Promise<void> {
  await guard(group, async () => {
    for (let left: readonly Waiting[] = group, tries = 0; isGroup(left); tries += 1) {
      if (Date.now() > deadline) return void (await Promise.all(left.map(release)));
      if (tries === ASK_TRIES) throw BillingError.keepsChanging(left[0].sync.mirror.kind, left[0].sync.id);
      left = (await settleGroup(left)) === "changed" ? await applyEach(left) : [];
    }
  });
}

type Group = readonly [Waiting, ...Waiting[]];

const isGroup = (events: readonly Waiting[]): events is Group => events.length > 0;

/** In one transaction with the answer's write. That somebody else settled one of the events meanwhile does no harm. */
async function settleGroup(group: Group) {
  const [{ sync }] = group;
  const { kind } = sync.mirror;
  const since = newest(group.map(({ event }) => event.created));
  const result = await sync.mirror.sync(sync.id, since, async (tx, found) => {
    for (const waiting of group) {
      if (!found) await waiting.sync.ifMissing?.(tx);
      const isKnown = found || waiting.sync.ifMissing;
      await settleEvent(
        tx,
        waiting.id,
        isKnown
          ? { status: "done", outcome: "applied" }
          : {
              status: "done",
              outcome: "ignored",
              reason: `Stripe knows no ${kind} ${sync.id}: deleted, or a sample.`,
            },
      );
    }
  });
  log("info", "asked Stripe", { kind, id: sync.id, result, events: group.length });
  return result;
}

function groupByObject(waiting: readonly Waiting[]): Group[] {
  const groups = new Map<string, [Waiting, ...Waiting[]]>();
  for (const event of waiting) {
    const key = `${event.sync.mirror.kind} ${event.sync.id}`;
    const group = groups.get(key);
    if (group) group.push(event);
    else groups.set(key, [event]);
  }
  return [...groups.values()];
}

/** Runs one piece of work. Its error parks its events or puts them back, and goes no further. */
async function guard(events: readonly ClaimedEvent[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof AlreadySettled) return;
    for (const claimed of events) {
      const result = await putBack(claimed, error);
      const { id, attempts } = claimed;
      log("error", "event not applied", { event: id, attempts, result, error: reasonOf(error) });
    }
  }
}

async function putBack(claimed: ClaimedEvent, error: unknown): Promise<"pending" | "parked"> {
  if (!isPermanent(error)) return retryLater(claimed, reasonOf(error));
  await settleEvent(db(), claimed.id, { status: "parked", reason: reasonOf(error) });
  return "parked";
}

/** Another process settled the event while this one worked on it: its transaction must not count twice. */
class AlreadySettled extends Error {}

function newest(times: readonly (Date | null)[]): Date | null {
  return times.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
}
