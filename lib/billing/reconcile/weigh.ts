import { isDeepStrictEqual } from "node:util";
import { type Asking, CLOCK_SKEW_MS, type Stamp } from "../order";

export type Difference = { field: string; here: unknown; stripe: unknown };

/** The fields in which a row is not what Stripe says. */
export function differencesOf(here: object, stripe: object): Difference[] {
  return Object.keys({ ...here, ...stripe })
    .map((field) => ({ field, here: Reflect.get(here, field), stripe: Reflect.get(stripe, field) }))
    .filter((difference) => !isDeepStrictEqual(difference.here, difference.stripe));
}

/** No copy of Stripe's data lags by so much. */
const LAG_MS = 60_000;

/**
 * Whether an answer of Stripe's outweighs a row that differs from it. Where nothing was heard about the row for a minute,
 * it does, whatever the row says of itself, its end included: that cannot be a late copy, so it is damage. A stamp from
 * after the answer is damage by itself, for events would be compared with it in vain, and is not kept.
 * @param isBehind the answer would take back what is final, or how far along the object is
 * @returns the stamp to go on from: null where there is none to trust
 */
export function weigh(
  stamp: Stamp | null,
  differences: number,
  isBehind: boolean,
  { askedAt, answeredAt }: Asking,
): { verdict: "same" | "differs" | "unclear"; stamp: Stamp | null } {
  if (stamp === null) return { verdict: "differs", stamp };
  const heardAt = Math.max(stamp.stripeStateAt.getTime(), stamp.syncedAt?.getTime() ?? 0);
  if (heardAt > answeredAt.getTime() + LAG_MS) return { verdict: "differs", stamp: null };
  if (differences === 0) return { verdict: "same", stamp };
  const reach = askedAt.getTime() - (isBehind ? LAG_MS : CLOCK_SKEW_MS);
  return { verdict: heardAt < reach ? "differs" : "unclear", stamp };
}
