import { setTimeout } from "node:timers/promises";
import { afterResponse } from "@/lib/after";
import { joinUntil } from "@/lib/deadline";
import { nudgeMail } from "@/lib/mail/nudge";
import { applyClaimed, readClaimed, type WaitingEvent } from "./claimed";
import { claimDue, untilNextDue } from "./inbox";
import type { Result } from "./receive";
import { settleWithStripe } from "./settle";

const BATCH = 200;

/** How many events may wait for Stripe in one run: their leases must outlast it. */
const MOST_WAITING = 200;

/**
 * How long a drain begins new work. One fetch more may follow (10 s): that stays below maxDuration of the routes that
 * drain, and below a lease.
 */
const DRAIN_MS = 30_000;

let running: Promise<void> | undefined;
/** How often somebody has asked for a drain, and up to which of these wishes all that was due has been looked at. */
let wished = 0;
let granted = 0;

/**
 * Works on every event that is due: what failed before, and what only Stripe can settle. Safe to call at any time, from
 * any number of processes; within one, calls share a run. Who joins one waits no longer than until their own deadline, and
 * goes on where it ends too early for them. Errors stay with their event.
 * @throws if the database cannot be reached
 */
export async function drainDue(deadline = Date.now() + DRAIN_MS): Promise<void> {
  wished += 1;
  const wish = wished;
  while (granted < wish && Date.now() < deadline) {
    if (running) await joinUntil(deadline, running);
    else await begin(deadline);
  }
}

function begin(deadline: number): Promise<void> {
  running = drainWhileWished(deadline).finally(() => {
    running = undefined;
  });
  return running;
}

/** A run may have looked for the last time when somebody joins it: what they saw come must not be left behind. */
async function drainWhileWished(deadline: number): Promise<void> {
  while (granted < wished && Date.now() < deadline) {
    const wish = wished;
    await drain(deadline);
    if (Date.now() < deadline) granted = wish;
  }
  afterResponse("mail", nudgeMail);
}

/** Without a reason to look, a process looks for due events so often at the most, however many come in. */
const LOOK_EVERY_MS = 1_000;

let nextLookAt = 0;

/** Whether a delivery that was answered with this result should drain: its own event waits, or it is time to look. */
export function isDrainDue(result: Result): boolean {
  if (result !== "deferred" && Date.now() < nextLookAt) return false;
  nextLookAt = Date.now() + LOOK_EVERY_MS;
  return true;
}

/** Within so long a first retry falls due. */
const FIRST_RETRY_MS = 5_000;

let watchedUntil = 0;

/**
 * The work after a response: drains what is due, and what falls due within moments, so that a first retry needs neither
 * another event nor a scheduler. One watch for each process, but for the moments around the end of one.
 */
export async function drainAndWatch(): Promise<void> {
  const deadline = Date.now() + DRAIN_MS;
  await drainDue(deadline);
  if (watchedUntil > Date.now() + FIRST_RETRY_MS) return;
  watchedUntil = deadline;
  try {
    for (let wait = await untilNextDue(); Date.now() + wait < deadline; wait = await untilNextDue()) {
      await setTimeout(wait, undefined, { ref: false });
      await drainDue(deadline);
    }
  } finally {
    watchedUntil = 0;
  }
}

/** First everything that the database alone decides, so that it never waits for Stripe; then what only Stripe can. */
async function drain(deadline: number): Promise<void> {
  while (Date.now() < deadline) {
    const waiting: WaitingEvent[] = [];
    for (let claimed = await claimDue(BATCH); claimed.length > 0; claimed = await claimDue(BATCH)) {
      waiting.push(...(await applyClaimed(await readClaimed(claimed))));
      if (waiting.length >= MOST_WAITING || Date.now() > deadline) break;
    }
    if (waiting.length === 0) return;
    await settleWithStripe(waiting, deadline);
  }
}
