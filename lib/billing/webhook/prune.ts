import * as z from "zod";
import { db } from "@/lib/db";
import { readProgress, saveProgress } from "../reconcile/progress";

const BATCH = 1000;
const NAME = "prune";
const placeSchema = z.object({ at: z.coerce.date() });

/**
 * Empties the payloads of settled events that are older than the retention: they hold names and addresses, and nothing
 * asks for them any more. The rows stay, for their ids tell a late duplicate. What is parked or pending keeps its payload.
 * @param options.fromStart looks at all that is old, not only at what has become old since the last run
 * @returns how many payloads are gone by this
 */
export async function prunePayloads(options: {
  retentionDays: number;
  deadline: number;
  fromStart?: boolean;
  onBatch?: (pruned: number) => void;
}): Promise<number> {
  const before = new Date(Date.now() - options.retentionDays * 86_400_000);
  const kept = options.fromStart ? null : await readProgress(NAME, placeSchema);
  let at = kept?.at ?? new Date(0);
  let pruned = 0;
  while (Date.now() < options.deadline) {
    const [batch] = await db().$queryRaw<{ last: Date | null; emptied: number }[]>`
      with emptied as (
        update stripe_events set payload = '' where id in (
          select id from stripe_events
          where received_at >= ${at} and received_at < ${before} and status = 'done' and payload <> ''
          order by received_at limit ${BATCH}
        ) returning received_at
      )
      select max(received_at) as last, count(*)::int as emptied from emptied`;
    if (!batch?.last) break;
    pruned += batch.emptied;
    options.onBatch?.(pruned);
    at = batch.last;
    await saveProgress(NAME, { at: at.toISOString() });
  }
  return pruned;
}
