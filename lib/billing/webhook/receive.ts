import { log } from "@/lib/log";
import { inSpan } from "@/lib/telemetry";
import { UnreadableObject } from "../errors";
import { applyEvents, type Ledger, type Verdict } from "./apply";
import { failureOf } from "./failure";
import { recordEvents } from "./inbox";
import type { VerifiedEvent } from "./verify";

/** What Stripe's delivery log shows for the event. */
export type Result = "applied" | "superseded" | "ignored" | "deferred" | "parked" | "duplicate";

/** A batch is bounded, by events and by their bytes: what it holds in memory and in one statement. */
const MOST_EVENTS = 100;
const MOST_BYTES = 4 * 1024 * 1024;

type Waiting = {
  event: VerifiedEvent;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

let queue: Waiting[] = [];
let isFlushing = false;

/**
 * Takes a verified event in. Nothing waits while this process is idle; whatever arrives while a batch is on its way to the
 * database shares the next one. When this returns, the event is committed, and may be acknowledged.
 * @throws when the event could not be committed: Stripe must deliver it again
 */
export function receiveEvent(event: VerifiedEvent): Promise<Result> {
  return inSpan("billing.record", { event: event.id, type: event.type }, async (span) => {
    const recorded = new Promise<Result>((resolve, reject) => queue.push({ event, resolve, reject }));
    if (!isFlushing) void flushAll();
    const result = await recorded;
    span.setAttribute("result", result);
    return result;
  });
}

async function flushAll(): Promise<void> {
  isFlushing = true;
  while (queue.length > 0) await flush(takeBatch());
  isFlushing = false;
}

function takeBatch(): Waiting[] {
  let bytes = 0;
  const end = queue.findIndex(({ event }, index) => {
    bytes += event.payload.length;
    return index >= MOST_EVENTS || (index > 0 && bytes > MOST_BYTES);
  });
  const batch = end < 0 ? queue : queue.slice(0, end);
  queue = end < 0 ? [] : queue.slice(end);
  return batch;
}

/** Answers everyone in the batch; never throws. Of several deliveries of one event the first counts. */
async function flush(batch: readonly Waiting[]): Promise<void> {
  const first = new Map(batch.toReversed().map((waiting) => [waiting.event.id, waiting]));
  try {
    const results = await takeIn([...first.values()].map(({ event }) => event));
    for (const waiting of batch) {
      const result = results.get(waiting.event.id);
      if (result instanceof Error) waiting.reject(result);
      else waiting.resolve(first.get(waiting.event.id) === waiting && result ? result : "duplicate");
    }
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

const newEvents: Ledger<VerifiedEvent> = {
  isOver: (status) => status !== undefined,
  deferred: (reason) => ({ status: "pending", reason }),
  commit: recordEvents,
};

async function takeIn(events: readonly VerifiedEvent[]): Promise<Map<string, Result | Error>> {
  const verdicts = await applyEvents(events, newEvents);
  const results = new Map<string, Result | Error>();
  for (const event of events) {
    const verdict = verdicts.get(event.id) ?? { outcome: "duplicate" };
    results.set(event.id, verdict.outcome === "failed" ? await recordAlone(event, verdict) : verdict.outcome);
  }
  return results;
}

/** Recorded without being applied, for the drain or a person to go on from there. */
async function recordAlone(
  event: VerifiedEvent,
  { error }: Extract<Verdict, { outcome: "failed" }>,
): Promise<Result | Error> {
  const disposition = failureOf(error);
  const { status, reason } = disposition;
  try {
    const recorded = await recordEvents([{ event, disposition, needs: null }]);
    if (!recorded.has(event.id)) return "duplicate";
  } catch (cause) {
    return cause instanceof Error ? cause : new Error("The event could not be stored.", { cause });
  }
  if (!(error instanceof UnreadableObject))
    log("error", "event not applied", { event: event.id, type: event.type, result: status, error: reason });
  return status === "parked" ? "parked" : "deferred";
}
