import { setTimeout } from "node:timers/promises";

/**
 * Waits for a work that somebody else has begun, but no longer than one has time oneself: it goes on all the same.
 * @param deadline epoch milliseconds
 * @throws what the work throws until then
 */
export async function joinUntil(deadline: number, work: Promise<void>): Promise<void> {
  const left = new AbortController();
  const timeout = setTimeout(Math.max(0, deadline - Date.now()), undefined, left).catch(() => {});
  try {
    await Promise.race([work, timeout]);
  } finally {
    left.abort();
  }
}
