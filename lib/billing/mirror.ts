import { db, type Tx } from "@/lib/db";
import { BillingError, UnreadableObject } from "./errors";
import { compareStages, decide, type Life, type Stamp, stampOfAnswer } from "./order";
import type { StripeEvent } from "./webhook/event";

/** What became of an event. A deferred one waits in the inbox until its object was fetched from Stripe. */
export type Outcome =
  | { outcome: "applied" }
  | { outcome: "superseded" }
  | { outcome: "ignored"; reason: string }
  | { outcome: "deferred"; reason: string; sync: SyncRequest };

export type SyncRequest = {
  mirror: Syncable;
  id: string;
  /** What the event alone would write: it stands if Stripe has no such object any more, and the event told its end. */
  ifMissing?: (tx: Tx) => Promise<void>;
};

/** What Stripe's API said about an object, and when, on Stripe's clock. Null: it knows no such object. */
export type Answer = { object: object | null; answeredAt: Date | null };

/** One kind of Stripe object and the table that follows it. */
export type MirrorSpec<State extends { id: string }> = Life<State> & {
  kind: string;
  /** Pure. @throws UnreadableObject */
  fromStripe(object: object): State;
  read(tx: Tx, id: string): Promise<{ state: State; stamp: Stamp; version: number } | null>;
  write(tx: Tx, state: State, stamp: Stamp): Promise<void>;
  fetch(id: string): Promise<Answer>;
  /** True for a state after which Stripe's API knows no such object. */
  isGone?(state: State): boolean;
  /** True for an object whose lists are cut, as events' are: what is newer in it cannot be written, only asked for. */
  isPartial?(object: object): boolean;
};

export type Syncable = {
  kind: string;
  /**
   * Makes the row equal what Stripe's API says. Safe at any time, any number of times, by any number of processes: an
   * answer is written only if nobody wrote the row since before Stripe was asked.
   * @returns `changed` if somebody did: nothing was written, and perhaps nothing needs to be any more
   * @param since the newest event that was heard before; the answer includes it
   * @param finish what belongs into the same transaction as the write
   * @throws Stripe's errors as they come; BillingError if the answer has no date
   */
  sync(
    id: string,
    since: Date | null,
    finish?: (tx: Tx, found: boolean) => Promise<void>,
  ): Promise<"written" | "missing" | "changed">;
};

export type Mirror<State> = Syncable & {
  /**
   * Writes the snapshot of an event, unless the row is newer or only Stripe can tell. Within the event's transaction.
   * @param revise what the event's type tells beyond its snapshot
   * @throws UnreadableObject
   */
  apply(tx: Tx, event: StripeEvent, revise?: (state: State, created: Date) => State): Promise<Outcome>;
};

/** The object's lock for the rest of the transaction. It holds for rows that do not exist yet, and behind a pooler. */
export async function lock(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${id}, 0))`;
}

/** Makes the mirror of a kind of object. The guard against older states is here, once, for all of them. */
export function mirror<State extends { id: string }>(spec: MirrorSpec<State>): Mirror<State> {
  const self: Mirror<State> = {
    kind: spec.kind,

    async apply(tx, event, revise = (state) => state) {
      const { created } = event;
      if (created === null) throw UnreadableObject.field("created", "a time", created);
      const incoming = revise(spec.fromStripe(event.object), created);
      await lock(tx, incoming.id);
      const row = await spec.read(tx, incoming.id);
      const decided = decide(spec, row, incoming, created);
      const decision = decided === "apply" && spec.isPartial?.(event.object) ? "ask" : decided;
      switch (decision) {
        case "supersede":
          return { outcome: "superseded" };
        case "ask": {
          // The row may have moved on while Stripe was asked: then it decides, as for any event.
          const ifMissing = async (later: Tx) => {
            const now = await spec.read(later, incoming.id);
            if (decide(spec, now, incoming, created) === decided)
              await spec.write(later, incoming, stampOfEvent(now?.stamp ?? null, created));
          };
          return {
            outcome: "deferred",
            reason:
              decided === "ask"
                ? `Another event of the same second says otherwise about ${incoming.id}: asking Stripe.`
                : `The event shows only a part of ${incoming.id}: asking Stripe.`,
            sync: { mirror: self, id: incoming.id, ...(spec.isGone?.(incoming) ? { ifMissing } : {}) },
          };
        }
        case "apply":
        case "confirm":
          await spec.write(tx, incoming, stampOfEvent(row?.stamp ?? null, created));
          return { outcome: "applied" };
        default:
          return decision satisfies never;
      }
    },

    async sync(id, since, finish) {
      const before = await spec.read(db(), id);
      const { object, answeredAt } = await spec.fetch(id);
      if (answeredAt === null) throw BillingError.noDate(spec.kind, id);
      const state = object && readAnswer(spec, id, object);
      return db().$transaction(async (tx) => {
        await lock(tx, id);
        const row = await spec.read(tx, id);
        if (row?.version !== before?.version) return "changed";
        if (state && row && isBehind(spec, state, row.state)) throw BillingError.staleAnswer(spec.kind, id);
        if (state) await spec.write(tx, state, stampOfAnswer(row?.stamp ?? null, answeredAt, since));
        await finish?.(tx, object !== null);
        return object ? "written" : "missing";
      });
    },
  };
  return self;
}

/** An answer that cannot be read, or is about something else, is Stripe's bad day: the event that asked can wait. */
function readAnswer<State extends { id: string }>(
  spec: MirrorSpec<State>,
  id: string,
  object: object,
): State {
  try {
    const state = spec.fromStripe(object);
    if (state.id === id) return state;
  } catch (error) {
    throw BillingError.otherObject(spec.kind, id, error);
  }
  throw BillingError.otherObject(spec.kind, id);
}

/** A replica may lag: no answer takes back what is final, or how far along an object is. */
function isBehind<State>(life: Life<State>, answer: State, row: State): boolean {
  if (life.isFinal(row)) return !life.isFinal(answer);
  return !life.isFinal(answer) && compareStages(life.stage(answer), life.stage(row)) < 0;
}

/** An event that confirms a row makes it younger; a final one that comes late does not make it older. */
function stampOfEvent(before: Stamp | null, created: Date): Stamp {
  const isYounger = before !== null && before.stripeStateAt > created;
  return { stripeStateAt: isYounger ? before.stripeStateAt : created, syncedAt: before?.syncedAt ?? null };
}

/** A row of a mirrored table as what Stripe says and what only the table knows. */
export function splitRow<Row extends Stamp & { version: number }>(row: Row) {
  const { stripeStateAt, syncedAt, version, ...state } = row;
  return { state, stamp: { stripeStateAt, syncedAt }, version };
}
