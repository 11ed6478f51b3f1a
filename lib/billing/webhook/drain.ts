import { setTimeout } from "node:timers/promises";
import { db } from "@/lib/db";
import { log } from "@/lib/log";
import type { SyncRequest } from "../mirror";
import type { StripeEvent } from "./event";
import { isPermanent, reasonOf } from "./failure";
import { type ClaimedEvent, claimDue, retryLater, settleEvent, untilNextDue } from "./inbox";
import { processEvent } from "./process";

const BATCH = 20;

/** How often an answer is asked for again because the row changed while it was on its way. */
const ASK_TRIES = 5;

/** With room for the batch in hand below maxDuration of the routes that drain. */
const DRAIN_MS = 30_000;

let running: Promise<void> | undefined;
let wantedAgain = false;

/**
 * Works on every event that is due: what failed before, and what only Stripe can settle. Safe to call at any time, from
 * any number of processes; within one, calls share a run. Errors stay with their event.
 * @throws if the database cannot be reached
 */
export function drainDue(): Promise<void> {
  wantedAgain = true;
  running ??= drainWhileWanted().finally(() => {
    running = undefined;
  });
  return running;
}

/** A run may have looked for the last time when somebody joins it: what they saw come must not be left behind. */
async function drainWhileWanted(): Promise<void> {
  while (wantedAgain) {
    wantedAgain = false;
    await drain();
  }
}

/** How long a finished request stays for what falls due soon: with a drain's own budget, within its maxDuration. */
const WATCH_MS = 25_000;

let watching = false;

/**
 * The work after a response: drains what is due, and what falls due within moments, so that a first retry needs neither
 * another event nor a scheduler. One watch for each process.
 */
export async function drainAndWatch(): Promise<void> {
  await drainDue();
  if (watching) return;
  watching = true;
  try {
    const deadline = Date.now() + WATCH_MS;
    for (let wait = await untilNextDue(); Date.now() + wait < deadline; wait = await untilNextDue()) {
      await setTimeout(wait, undefined, { ref: false });
      await drainDue();
    }
  } finally {
    watching = false;
  }
}

async function drain(): Promise<void> {
  const deadline = Date.now() + DRAIN_MS;
  while (Date.now() < deadline) {
    let unsettled = await claimDue(BATCH);
    if (unsettled.length === 0) return;
    for (let tries = 0; tries < ASK_TRIES && unsettled.length > 0; tries += 1)
      unsettled = await settleWithStripe(await applyEach(unsettled));
    for (const { event, attempts } of unsettled)
      await retryLater(event.id, attempts, `${event.objectId} changed each time Stripe was asked about it.`);
  }
}

type Waiting = ClaimedEvent & { sync: SyncRequest };

/** Applies what the database alone can decide, and returns what Stripe must be asked about. */
async function applyEach(claimed: readonly ClaimedEvent[]): Promise<Waiting[]> {
  const waiting: Waiting[] = [];
  for (const { event, attempts } of claimed) {
    await guard([{ event, attempts }], async () => {
      const sync = await applyPending(event);
      if (sync) waiting.push({ event, attempts, sync });
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

/**
 * Asks Stripe once for each object, however many events wait for it: the answer is newer than all of them.
 * @returns those whose row somebody wrote meanwhile: it may decide by now, without Stripe
 */
async function settleWithStripe(waiting: readonly Waiting[]): Promise<Waiting[]> {
  const again: Waiting[] = [];
  for (const group of groupByObject(waiting)) {
    await guard(group, async () => {
      if ((await settleGroup(group)) === "changed") again.push(...group);
    });
  }
  return again;
}

type Group = readonly [Waiting, ...Waiting[]];

async function settleGroup(group: Group) {
  const [{ sync }] = group;
  const { kind } = sync.mirror;
  const since = newest(group.map(({ event }) => event.created));
  const result = await sync.mirror.sync(sync.id, since, async (tx, found) => {
    const disposition = found
      ? ({ status: "done", outcome: "applied" } as const)
      : ({
          status: "done",
          outcome: "ignored",
          reason: `Stripe knows no ${kind} ${sync.id}: a sample, perhaps.`,
        } as const);
    for (const { event } of group) await settleEvent(tx, event.id, disposition);
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
    for (const { event, attempts } of events) {
      const result = await putBack(event, attempts, error);
      log("error", "event not applied", {
        event: event.id,
        type: event.type,
        attempts,
        result,
        error: reasonOf(error),
      });
    }
  }
}

async function putBack(event: StripeEvent, attempts: number, error: unknown): Promise<"pending" | "parked"> {
  if (!isPermanent(error)) return retryLater(event.id, attempts, reasonOf(error));
  await settleEvent(db(), event.id, { status: "parked", reason: reasonOf(error) });
  return "parked";
}

/** Another process settled the event while this one worked on it: its transaction must not count twice. */
class AlreadySettled extends Error {}

function newest(times: readonly (Date | null)[]): Date | null {
  return times.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
}
