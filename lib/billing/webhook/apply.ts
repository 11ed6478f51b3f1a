import { inSpan } from "@/lib/telemetry";
import { BillingError } from "../errors";
import type { Step } from "../mirror";
import { readKnown, type Write } from "../table";
import { decideAll, type Settlement, type Wish } from "./decide";
import type { StripeEvent } from "./event";
import { isRefused } from "./failure";
import type { Decided, Disposition } from "./inbox";
import { processEvent } from "./process";

/** What became of an event. Committed, but for one that failed, and one that waits in the inbox as before. */
export type Verdict =
  | Step
  /** Somebody else took it in, or settled it. */
  | { outcome: "duplicate" }
  | { outcome: "failed"; error: unknown };

/** How the inbox takes what was decided: as new events, or as events that wait in it. */
export type Ledger<Event extends StripeEvent> = {
  /** True if an event of this status (undefined: not in the inbox) is nobody's business any more. */
  isOver(status: string | undefined): boolean;
  /** What is to be written of an event; null for one that waits on as it does. */
  deferred(reason: string): Disposition | null;
  /** @returns the ids of the events that it took; not those of which a row that they need was written by another. */
  commit(decided: readonly Decided<Event>[], writes: readonly Write[]): Promise<Set<string>>;
};

/** How often a batch is decided anew because another process wrote one of its rows in between. */
const MOST_TRIES = 10;

/**
 * Applies events, each of them once: reads all that they touch with one statement, decides in memory, writes all with one.
 * A statement that the database refuses is tried again by halves, until who is to blame stands alone: one bad event hurts
 * only itself.
 * @param events no two of the same id; all about one object if there is a settlement
 * @throws if the database cannot be reached: then nothing is known of these events
 */
export async function applyEvents<Event extends StripeEvent>(
  events: readonly Event[],
  ledger: Ledger<Event>,
  settlement?: Settlement,
): Promise<Map<string, Verdict>> {
  try {
    return await inSpan("billing.apply", { events: events.length }, () =>
      applyTogether(events, ledger, settlement),
    );
  } catch (error) {
    if (!isRefused(error)) throw error;
    if (events.length === 1 || error instanceof BillingError)
      return new Map(events.map(({ id }) => [id, { outcome: "failed", error }]));
    const middle = Math.ceil(events.length / 2);
    const first = await applyEvents(events.slice(0, middle), ledger, settlement);
    const second = await applyEvents(events.slice(middle), ledger, settlement);
    return new Map([...first, ...second]);
  }
}

async function applyTogether<Event extends StripeEvent>(
  events: readonly Event[],
  ledger: Ledger<Event>,
  settlement?: Settlement,
): Promise<Map<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  let left = events.flatMap((event) => readWish(event, verdicts));
  for (let tries = 0; left.length > 0 && tries < MOST_TRIES; tries += 1) {
    const known = await readKnown(
      left.flatMap(({ change }) => ("table" in change ? [change] : [])),
      left.map(({ event }) => event.id),
    );
    const open = left.filter(({ event }) => !ledger.isOver(known.events.get(event.id)));
    for (const { event } of left) verdicts.set(event.id, { outcome: "duplicate" });
    const { judged, writes } = decideAll(open, known.rows, settlement);
    for (const { event, verdict } of judged) verdicts.set(event.id, verdict);
    const decided = judged.flatMap(({ event, verdict, needs }) => {
      const disposition = dispositionOf(verdict, ledger);
      return disposition ? [{ event, disposition, needs }] : [];
    });
    if (decided.length === 0) return verdicts;
    const committed = await ledger.commit(decided, writes);
    const missed = new Set(decided.flatMap(({ event: { id } }) => (committed.has(id) ? [] : [id])));
    left = open.filter(({ event }) => missed.has(event.id));
  }
  for (const { event } of left) verdicts.set(event.id, { outcome: "failed", error: BillingError.crowded() });
  return verdicts;
}

/** An event that cannot be read, or that our code trips over, stops none of the others. */
function readWish<Event extends StripeEvent>(event: Event, verdicts: Map<string, Verdict>): Wish<Event>[] {
  try {
    return [{ event, change: processEvent(event) }];
  } catch (error) {
    verdicts.set(event.id, { outcome: "failed", error });
    return [];
  }
}

function dispositionOf(
  verdict: Exclude<Verdict, { outcome: "duplicate" }>,
  ledger: { deferred(reason: string): Disposition | null },
): Disposition | null {
  switch (verdict.outcome) {
    case "applied":
    case "superseded":
      return { status: "done", outcome: verdict.outcome };
    case "ignored":
      return { status: "done", outcome: "ignored", reason: verdict.reason };
    case "deferred":
      return ledger.deferred(verdict.reason);
    case "failed":
      return null;
    default:
      return verdict satisfies never;
  }
}
