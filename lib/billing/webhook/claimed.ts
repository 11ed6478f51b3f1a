import { log } from "@/lib/log";
import { countEvent } from "@/lib/telemetry";
import { UnreadableObject } from "../errors";
import { retryAfterOf } from "../fetch";
import type { Step } from "../mirror";
import { applyEvents, type Ledger } from "./apply";
import type { Settlement } from "./decide";
import { parseEvent, type StripeEvent } from "./event";
import { failureOf } from "./failure";
import { type ClaimedEvent, type Lease, putBack, settleEvents } from "./inbox";

export type LeasedEvent = StripeEvent & { attempts: number };

/** One that only Stripe can settle. */
export type WaitingEvent = { event: LeasedEvent; ask: Extract<Step, { outcome: "deferred" }>["ask"] };

/** The events behind the claims. One that cannot be read is parked. */
export async function readClaimed(claimed: readonly ClaimedEvent[]): Promise<LeasedEvent[]> {
  const events: LeasedEvent[] = [];
  for (const { id, payload, attempts } of claimed) {
    const event = parseEvent(payload);
    if (typeof event === "string") await fail([{ id, attempts }], new UnreadableObject(event));
    else events.push({ ...event, id, attempts });
  }
  return events;
}

const claimedEvents: Ledger<LeasedEvent> = {
  isOver: (status) => status !== "pending",
  deferred: () => null,
  commit: settleEvents,
};

/**
 * Applies leased events and settles them. One that fails is put back or parked, and stops none of the others.
 * @returns those that wait for Stripe
 */
export async function applyClaimed(
  events: readonly LeasedEvent[],
  settlement?: Settlement,
): Promise<WaitingEvent[]> {
  const verdicts = await applyEvents(events, claimedEvents, settlement);
  const waiting: WaitingEvent[] = [];
  for (const event of events) {
    const verdict = verdicts.get(event.id);
    if (verdict?.outcome === "failed") await fail([event], verdict.error);
    if (verdict?.outcome === "deferred") waiting.push({ event, ask: verdict.ask });
    else if (verdict) countEvent(event.type, verdict.outcome);
  }
  return waiting;
}

export async function fail(events: readonly Lease[], error: unknown): Promise<void> {
  const failure = failureOf(error);
  const notBefore = retryAfterOf(error);
  await putBack(events.map(({ id, attempts }) => ({ id, attempts, notBefore, ...failure })));
  for (const { id, attempts } of events)
    log("error", "event not applied", {
      event: id,
      attempts,
      result: failure.status,
      error: failure.reason,
    });
}
