import { db, type Tx } from "@/lib/db";
import { log } from "@/lib/log";
import { UnreadableObject } from "../errors";
import type { Outcome } from "../mirror";
import type { StripeEvent } from "./event";
import { isPermanent, reasonOf } from "./failure";
import { type Disposition, recordEvent, settleEvent } from "./inbox";
import { processEvent } from "./process";
import type { VerifiedEvent } from "./verify";

/** What Stripe's delivery log shows for the event. */
export type Result = "applied" | "superseded" | "ignored" | "deferred" | "parked" | "duplicate";

/**
 * Takes a verified event in: recorded and applied in one transaction; where that cannot be, recorded alone, for the drain
 * to work on. When this returns, the event is committed, and may be acknowledged.
 * @throws when the event could not be committed: Stripe must deliver it again
 */
export async function receiveEvent(event: VerifiedEvent): Promise<Result> {
  try {
    return await db().$transaction(async (tx) => {
      if (!(await recordEvent(tx, event))) return "duplicate";
      const disposition = await dispose(tx, event);
      await settleEvent(tx, event.id, disposition);
      return resultOf(disposition);
    });
  } catch (error) {
    // The transaction is gone, and perhaps the database with it: then the next line throws as well, and the answer is 503.
    return recordAlone(event, error);
  }
}

async function recordAlone(event: VerifiedEvent, error: unknown): Promise<Result> {
  const disposition: Disposition = {
    status: isPermanent(error) ? "parked" : "pending",
    reason: reasonOf(error),
  };
  const result = await db().$transaction(async (tx) => {
    if (!(await recordEvent(tx, event))) return "duplicate";
    await settleEvent(tx, event.id, disposition);
    return resultOf(disposition);
  });
  if (result !== "duplicate")
    log("error", "event not applied", { event: event.id, type: event.type, result, error: reasonOf(error) });
  return result;
}

/** Applies the event, and says what its row should tell. An object that cannot be read hurts its own event only. */
async function dispose(tx: Tx, event: StripeEvent): Promise<Disposition> {
  try {
    return dispositionOf(await processEvent(tx, event));
  } catch (error) {
    if (error instanceof UnreadableObject) return { status: "parked", reason: error.message };
    throw error;
  }
}

function dispositionOf(outcome: Outcome): Disposition {
  if (outcome.outcome === "deferred") return { status: "pending", reason: outcome.reason };
  return { status: "done", ...outcome };
}

function resultOf(disposition: Disposition): Result {
  if (disposition.status === "done") return disposition.outcome;
  return disposition.status === "parked" ? "parked" : "deferred";
}
