import { BillingError, UnreadableObject } from "./errors";
import { askInTurn, type Retrieve, retrieveObject } from "./fetch";
import { type Asking, compareStages, decide, type Life, type Stamp, stampOfAnswer } from "./order";
import { type JsonObject, time } from "./read";
import { type Difference, differencesOf, weigh } from "./reconcile/weigh";
import {
  type Columns,
  columnOf,
  fromRow,
  keyOf,
  type Ref,
  type Row,
  readRow,
  type Table,
  toRow,
  versionOf,
} from "./table";
import type { StripeEvent } from "./webhook/event";

/** What becomes of an event, looked at with the row of its object: `row` is what is to stand there from now on. */
export type Step =
  | { outcome: "applied"; row?: Row }
  | { outcome: "superseded" }
  | Ignored
  | { outcome: "deferred"; reason: string; ask: { mirror: Mirror; id: string } };

/** It changes nothing, with the reason for an operator. */
export type Ignored = { outcome: "ignored"; reason: string };

export const ignored = (reason: string): Ignored => ({ outcome: "ignored", reason });

/** What an event asks for, about one object. Pure: it holds the event's snapshot, and is shown the row. */
export type Change = Ref & {
  mirror: Mirror;
  /** The moment its snapshot is of. Null for one that only asks that the object be here: it is looked at last. */
  at: Date | null;
  decide(row: Row | null): Step;
  /** What it comes to where `decide` deferred it and Stripe then said that it knows no such object. */
  ifMissing(row: Row | null): Step;
};

/**
 * What Stripe's API said about an object, and which version the row had before it was asked. There may be none, and of some
 * kinds Stripe also says that there was one, which `isDeleted`.
 */
export type Answer = Asking & { object: object | null; isDeleted?: boolean; versionBefore: number };

/** One kind of Stripe object and the table that follows it. */
export type MirrorSpec<State extends { id: string }> = Life<State> & {
  kind: string;
  table: Omit<Table, "columns">;
  columns: Columns<State>;
  fromStripe(object: JsonObject): State;
  retrieve: Retrieve;
  /** True for a state after which Stripe's API knows no such object. */
  isGone?(state: State): boolean;
  /** What a row becomes that Stripe's API no longer knows. Absent where nothing may be concluded from that. */
  markGone?(state: State, at: Date): State;
  /** True where Stripe remembers what was deleted: one that it does not know at all is of another account, and not gone. */
  isRemembered?: boolean;
  /** True for an object whose lists are cut, as events' are: what is newer in it cannot be written, only asked for. */
  isPartial?(object: JsonObject): boolean;
};

type Deletable = { deletedAt: Date | null };

/** An event of a deletion holds the whole former object: its type alone tells. */
export const markDeleted = <State extends Deletable>(state: State, deletedAt: Date): State => ({
  ...state,
  deletedAt,
});

/** Of a kind that Stripe's API knows no more once it was deleted. */
export const deletable = {
  isGone: ({ deletedAt }: Deletable) => deletedAt !== null,
  markGone: markDeleted,
};

export type Mirror = {
  kind: string;
  table: Table;
  /** What a row says of the object, without what only the table knows. The row may have more than the table's columns. */
  read(row: Row): object;
  /** @throws BillingError if the answer has no date */
  ask(id: string): Promise<Answer>;
  /**
   * The row that an answer makes, unless somebody wrote the row since before Stripe was asked.
   * @param since the newest event that was heard before; the answer includes it
   * @throws BillingError if the answer is behind the row, or is about something else
   */
  rowOfAnswer(id: string, row: Row | null, answer: Answer, since: Date | null): Row | "changed" | null;
  /** How a row stands to an answer that was not asked for because of an event, but to see whether all is as it should be. */
  compare(id: string, row: Row | null, answer: Omit<Answer, "versionBefore">): Comparison;
};

/**
 * `differs`: `row` is what should stand there. `unclear`: one of the two is so young that the other may not know of it yet,
 * or the answer cannot be read: Stripe must be asked anew. `unknown`: the row is of an object that Stripe does not have.
 */
export type Comparison =
  | { verdict: "same" | "unclear" | "unknown"; differences: Difference[] }
  | { verdict: "differs"; differences: Difference[]; row: Row };

type TypedMirror<State> = Omit<Mirror, "read"> & {
  read(row: Row): State;
  /**
   * The snapshot of an event becomes the row, unless the row is newer or only Stripe can tell.
   * @param revise what the event's type tells beyond its snapshot
   * @throws UnreadableObject
   */
  snapshot(event: StripeEvent, revise?: (state: State, created: Date) => State): Change;
  /**
   * Sees to it that the object is here and as it must be; else Stripe is asked.
   * @param lacks why the row, or its absence, is not enough; null if it is
   */
  expect(id: string, lacks: (state: State | null) => string | null): Change;
};

/** Makes the mirror of a kind of object. The rules of order are here, once, for all of them. */
export function mirror<State extends { id: string }>(spec: MirrorSpec<State>): TypedMirror<State> {
  const columns = Object.keys(spec.columns).map(columnOf);
  const table: Table = {
    ...spec.table,
    columns: columns.filter((column) => column !== "id" && column !== spec.table.parts?.field),
  };
  const read = (row: Row | null) => row && { state: self.read(row), stamp: stampOf(row) };
  const rowAfter = (row: Row | null, state: State, stamp: Stamp): Row => ({
    ...toRow(state),
    ...toRow(stamp),
    version: versionOf(row) + 1,
  });

  const deferred = (id: string, reason: string): Step => ({
    outcome: "deferred",
    reason,
    ask: { mirror: self, id },
  });

  const self: TypedMirror<State> = {
    kind: spec.kind,
    table,
    read: (row) => fromRow(spec.columns, row),

    snapshot(event, revise = (state) => state) {
      const { created } = event;
      if (created === null) throw UnreadableObject.field("created", "a time", created);
      const incoming = revise(spec.fromStripe(event.object), created);
      const isPartial = spec.isPartial?.(event.object) ?? false;
      const writeOver = (row: Row | null): Step => ({
        outcome: "applied",
        row: rowAfter(row, incoming, stampOfEvent(row && stampOf(row), created)),
      });
      return {
        mirror: self,
        table,
        id: incoming.id,
        at: created,
        decide(row) {
          const decision = decide(spec, read(row), incoming, created);
          switch (decision) {
            case "supersede":
              return { outcome: "superseded" };
            case "ask":
              return deferred(
                incoming.id,
                `Another event of the same second says otherwise about ${incoming.id}: asking Stripe.`,
              );
            case "apply":
              if (isPartial)
                return deferred(incoming.id, `The event shows only a part of ${incoming.id}: asking Stripe.`);
              return writeOver(row);
            case "confirm":
              return row && stampOf(row).stripeStateAt >= created ? { outcome: "applied" } : writeOver(row);
            default:
              return decision satisfies never;
          }
        },
        // An event that told the object's end stands: that is why there is none.
        ifMissing: (row) => (spec.isGone?.(incoming) ? writeOver(row) : unknownTo(spec.kind, incoming.id)),
      };
    },

    expect: (id, lacks) => ({
      mirror: self,
      table,
      id,
      at: null,
      decide(row) {
        const reason = lacks(read(row)?.state ?? null);
        return reason === null ? { outcome: "applied" } : deferred(id, reason);
      },
      ifMissing: () => unknownTo(spec.kind, id),
    }),

    ask: (id) =>
      askInTurn(keyOf({ table, id }), async () => {
        // Before the question: what is written from now on may be newer than the answer.
        const versionBefore = versionOf(await readRow({ table, id }));
        return { ...(await retrieveObject(id, spec.retrieve)), versionBefore };
      }),

    rowOfAnswer(id, row, { object, versionBefore, ...asking }, since) {
      if (versionOf(row) !== versionBefore) return "changed";
      if (object === null) return null;
      const state = readAnswer(spec, id, object);
      if (state instanceof BillingError) throw state;
      const before = read(row);
      if (before && isBehind(spec, state, before.state)) throw BillingError.staleAnswer(spec.kind, id);
      return rowAfter(row, state, stampOfAnswer(before?.stamp ?? null, asking, since));
    },

    compare(id, row, { object, isDeleted = !spec.isRemembered, ...asking }) {
      const before = read(row);
      const answer = object && readAnswer(spec, id, object);
      // What is cut, or cannot be read, cannot be compared.
      if (answer instanceof BillingError || (object !== null && spec.isPartial?.({ ...object })))
        return { verdict: "unclear", differences: [] };
      const isAsTold = before !== null && answer === null && spec.isGone?.(before.state) === true;
      const gone = isDeleted && before && spec.markGone?.(before.state, asking.answeredAt);
      const truth = isAsTold ? before.state : (answer ?? gone);
      if (!truth) return { verdict: before ? "unknown" : "same", differences: [] };
      const differences = before ? differencesOf(before.state, truth) : [];
      const isBehindRow = before !== null && (answer === null || isBehind(spec, answer, before.state));
      const { verdict, stamp } = weigh(before?.stamp ?? null, differences.length, isBehindRow, asking);
      if (verdict !== "differs") return { verdict, differences };
      return { verdict, differences, row: rowAfter(row, truth, stampOfAnswer(stamp, asking, null)) };
    },
  };
  return self;
}

const unknownTo = (kind: string, id: string) =>
  ignored(`Stripe knows no ${kind} ${id}: deleted, or a sample.`);

/** An answer that cannot be read, or is about something else, is Stripe's bad day: the event that asked can wait. */
function readAnswer<State extends { id: string }>(
  spec: MirrorSpec<State>,
  id: string,
  object: object,
): State | BillingError {
  try {
    const state = spec.fromStripe({ ...object });
    return state.id === id ? state : BillingError.otherObject(spec.kind, id);
  } catch (error) {
    return BillingError.otherObject(spec.kind, id, error);
  }
}

/** A replica may lag: no answer takes back what is final, or how far along an object is. */
function isBehind<State>(life: Life<State>, answer: State, row: State): boolean {
  if (life.isFinal(row)) return !life.isFinal(answer);
  return !life.isFinal(answer) && compareStages(life.stage(answer), life.stage(row)) < 0;
}

/** The server may have written a row before Stripe said a word about it: every event is newer. */
function stampOf(row: Row): Stamp {
  return { stripeStateAt: time(row.stripe_state_at) ?? new Date(0), syncedAt: time(row.synced_at) };
}

/** An event that confirms a row makes it younger; a final one that comes late does not make it older. */
function stampOfEvent(before: Stamp | null, created: Date): Stamp {
  const isYounger = before !== null && before.stripeStateAt > created;
  return { stripeStateAt: isYounger ? before.stripeStateAt : created, syncedAt: before?.syncedAt ?? null };
}
