import { isDeepStrictEqual } from "node:util";
import { BillingError } from "../errors";
import { isObject } from "../read";

/** One thing to do at Stripe, in words for whoever reads the plan of changes first. */
export type SetupStep = { words: string; apply: () => Promise<unknown> };

/** Stripe's ids of what the plan file names, as far as they are known: those of what is made come while changes apply. */
export type Ids = {
  /** By plan key. */
  products: Map<string, string>;
  /** By lookup key. */
  prices: Map<string, string>;
};

export function made(ids: ReadonlyMap<string, string>, key: string): string {
  const id = ids.get(key);
  if (!id) throw BillingError.notMade(key);
  return id;
}

/**
 * The fields of `wanted` that are otherwise at Stripe. Only what is wanted is looked at, however deep, so that what
 * somebody set by hand beside it stays. The order of a list does not count.
 */
export function differing(wanted: object, found: object): string[] {
  const has: Record<string, unknown> = { ...found };
  return Object.entries(wanted)
    .filter(([name, value]) => !isMet(value, has[name]))
    .map(([name]) => name);
}

function isMet(wanted: unknown, found: unknown): boolean {
  if (isObject(wanted)) return isObject(found) && differing(wanted, found).length === 0;
  if (!Array.isArray(wanted)) return isDeepStrictEqual(wanted, found) || (wanted === "" && found === null);
  if (!Array.isArray(found) || found.length !== wanted.length) return false;
  return wanted.every((one) => found.some((other) => isMet(one, other)));
}
