import { groupBy } from "../group";
import type { Answer, Change, Ignored, Step } from "../mirror";
import { keyOf, type Row, versionOf, type Write } from "../table";
import type { StripeEvent } from "./event";

export type Wish<Event extends StripeEvent = StripeEvent> = { event: Event; change: Change | Ignored };

/** What Stripe said about the one object that all events of a batch are about. */
export type Settlement = {
  answer: Answer;
  /** The newest event that was heard before Stripe was asked. */
  since: Date | null;
};

export type Judged<Event extends StripeEvent> = {
  event: Event;
  verdict: Step | { outcome: "failed"; error: unknown };
  /** The key of the row that must be written for the verdict to be true. */
  needs: string | null;
};

/**
 * Decides a batch in memory, by the rows as they were read: the events of one object one after the other, the newest
 * first, so that it stands for those that it supersedes.
 * @throws BillingError if Stripe's answer cannot be used
 */
export function decideAll<Event extends StripeEvent>(
  wishes: readonly Wish<Event>[],
  rows: ReadonlyMap<string, Row>,
  settlement?: Settlement,
): { judged: Judged<Event>[]; writes: Write[] } {
  const judged: Judged<Event>[] = [];
  const writes: Write[] = [];
  const asked: Asked<Event>[] = [];
  for (const { event, change } of wishes)
    if ("outcome" in change) judged.push({ event, verdict: change, needs: null });
    else asked.push({ event, change });
  for (const [key, group] of groupBy(asked, ({ change }) => keyOf(change))) {
    const before = rows.get(key) ?? null;
    const [{ change }] = group;
    const { verdicts, row } = decideObject(group.sort(newestFirst), before, settlement);
    const isWritten = row !== null && row !== before;
    // Several events may have moved the row on: that is one write.
    if (isWritten) writes.push({ ...change, row: { ...row, version: versionOf(before) + 1 } });
    for (const [event, verdict] of verdicts) judged.push({ event, verdict, needs: isWritten ? key : null });
  }
  return { judged, writes };
}

type Asked<Event> = { event: Event; change: Change };

/** What has no moment of its own asks what the others leave behind. */
const newestFirst = (a: Asked<unknown>, b: Asked<unknown>) =>
  (b.change.at?.getTime() ?? 0) - (a.change.at?.getTime() ?? 0);

function decideObject<Event>(
  [first, ...others]: readonly [Asked<Event>, ...Asked<Event>[]],
  before: Row | null,
  settlement?: Settlement,
) {
  const { mirror, id } = first.change;
  const answer = settlement && mirror.rowOfAnswer(id, before, settlement.answer, settlement.since);
  const isAnswered = answer !== undefined && answer !== null && answer !== "changed";
  let row = isAnswered ? answer : before;
  const decideOne = ({ change }: Asked<Event>): Judged<never>["verdict"] => {
    // The answer is newer than all who waited for it.
    if (isAnswered) return { outcome: "applied" };
    try {
      const step = change.decide(row);
      return step.outcome === "deferred" && answer === null ? change.ifMissing(row) : step;
    } catch (error) {
      return { outcome: "failed", error };
    }
  };
  const verdicts = [first, ...others].map((asked) => {
    const verdict = decideOne(asked);
    if (verdict.outcome === "applied" && verdict.row) row = verdict.row;
    return [asked.event, verdict] as const;
  });
  return { verdicts, row };
}
