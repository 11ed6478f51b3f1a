import { setTimeout as sleep } from "node:timers/promises";

/** How far it may fall behind and still catch up: timers are a millisecond coarse and would slow a high rate down. */
const CATCH_UP_MS = 50;

/**
 * Spaces out work evenly.
 * @param perSecond unlimited if absent
 * @returns a function to await before each piece of work
 */
export function pace(perSecond: number | undefined): () => Promise<void> {
  if (perSecond === undefined) return async () => {};
  let slot = performance.now();
  return async () => {
    const wait = slot - performance.now();
    slot = Math.max(slot, performance.now() - CATCH_UP_MS) + 1000 / perSecond;
    if (wait > 0) await sleep(wait);
  };
}
