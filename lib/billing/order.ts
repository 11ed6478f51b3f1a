import { isDeepStrictEqual } from "node:util";

/**
 * Which of two states of one Stripe object is the later one. Stripe delivers in any order and its clock has a grain of
 * one second, so the answer may be that nobody can tell without asking. https://docs.stripe.com/webhooks#event-ordering
 */

/** What a row knows of its own age, on Stripe's clock. */
export type Stamp = {
  /** The row is true at least up to here. */
  stripeStateAt: Date;
  /** When Stripe's API last answered about it. Null: never. */
  syncedAt: Date | null;
};

/**
 * What is to happen with a snapshot: write it; take it as a confirmation of what is there; drop it, for the row is newer;
 * or ask Stripe, for the two cannot be told apart.
 */
export type Decision = "apply" | "confirm" | "supersede" | "ask";

/** How the kind of object lives, for where clocks cannot tell. */
export type Life<State> = {
  /**
   * How far along its life a state is: the first number that differs decides. Only what never goes back belongs here, as
   * an invoice's status (open, then paid) or its count of attempts. Empty where nothing of the kind is known.
   */
  stage(state: State): readonly (number | bigint)[];
  /** True for a state that Stripe never leaves. It holds against whatever a late event says. */
  isFinal(state: State): boolean;
};

/** By how much the clocks of Stripe's own machines may differ: the one that stamps events and the one that answers. */
export const CLOCK_SKEW_MS = 5_000;

export function decide<State>(
  life: Life<State>,
  row: { state: State; stamp: Stamp } | null,
  incoming: State,
  created: Date,
): Decision {
  if (row === null) return "apply";
  if (life.isFinal(row.state) !== life.isFinal(incoming))
    return life.isFinal(incoming) ? "apply" : "supersede";
  const age = compareAge(row.stamp, created);
  if (age !== "unclear") return age === "newer" ? "apply" : "supersede";
  if (isDeepStrictEqual(row.state, incoming)) return "confirm";
  const progress = compareStages(life.stage(incoming), life.stage(row.state));
  if (progress !== 0) return progress > 0 ? "apply" : "supersede";
  return "ask";
}

/**
 * A row written from an event is exactly as old as that event. One written from an answer of the API holds everything
 * before the question and nothing after the answer; between the two, and within the skew around them, nobody knows.
 */
function compareAge(stamp: Stamp, created: Date): "newer" | "older" | "unclear" {
  if (created < stamp.stripeStateAt) return "older";
  const answered = stamp.syncedAt === null ? 0 : stamp.syncedAt.getTime() + CLOCK_SKEW_MS;
  return created.getTime() > Math.max(stamp.stripeStateAt.getTime(), answered) ? "newer" : "unclear";
}

/** Above 0 if `a` is further along than `b`, 0 if that is not known. */
export function compareStages(a: readonly (number | bigint)[], b: readonly (number | bigint)[]): number {
  for (const [index, stage] of a.entries()) {
    const other = b[index] ?? stage;
    if (stage !== other) return stage > other ? 1 : -1;
  }
  return 0;
}

/**
 * When Stripe was asked, and when it answered, on its clock. What happened between the two may be in the answer or not: one
 * that is long under way tells what was true at its beginning.
 */
export type Asking = { askedAt: Date; answeredAt: Date };

/**
 * The stamp of a row that an answer of Stripe's API was written to.
 * @param since the newest event that is known to have happened before Stripe was asked, if there is one
 */
export function stampOfAnswer(
  before: Stamp | null,
  { askedAt, answeredAt }: Asking,
  since: Date | null,
): Stamp {
  const known = [before?.stripeStateAt, since, new Date(askedAt.getTime() - CLOCK_SKEW_MS)];
  const stripeStateAt = new Date(Math.max(...known.map((at) => at?.getTime() ?? 0)));
  return { stripeStateAt, syncedAt: answeredAt };
}
