import { BillingError } from "./errors";
import { retryAfterOf } from "./fetch";
import type { Answer, Mirror } from "./mirror";
import { keyOf, readRow, writeRows } from "./table";

const TRIES = 5;

/**
 * Makes the row of an object equal what Stripe's API says. Safe at any time, any number of times, by any number of
 * processes: an answer is written only if nobody wrote the row since before Stripe was asked.
 * @returns `missing` if Stripe knows no such object: that changes nothing, for an end is told by an event
 * @throws BillingError if the row changes under each of several fetches
 */
export async function syncObject(mirror: Mirror, id: string): Promise<"written" | "missing"> {
  const ref = { table: mirror.table, id };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answer = await askPatiently(mirror, id);
    const row = mirror.rowOfAnswer(id, await readRow(ref), answer, null);
    if (row === null) return "missing";
    if (row !== "changed" && (await writeRows([{ ...ref, row }])).has(keyOf(ref))) return "written";
  }
  throw BillingError.keepsChanging(mirror.kind, id);
}

/** A failure of the moment is worth one more question: most often a person waits. */
async function askPatiently(mirror: Mirror, id: string): Promise<Answer> {
  try {
    return await mirror.ask(id);
  } catch (error) {
    if (retryAfterOf(error) > 0) throw error;
    return mirror.ask(id);
  }
}
