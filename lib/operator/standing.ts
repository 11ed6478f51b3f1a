import { query } from "../pool";

/**
 * What waits, and since when: a replay begins the wait anew. What was parked, and when last. Of more than ten thousand that
 * wait, those are looked at that are due for the longest time. Without Prisma, for each function's telemetry may load this.
 */
export async function readStanding() {
  const [row] = await query<{
    pending: number;
    oldestPendingAt: Date | null;
    parked: number;
    lastParkedAt: Date | null;
    lastReceivedAt: Date | null;
  }>(`
    select p.pending, p."oldestPendingAt",
      (select count(*)::int from (select from stripe_events where status = 'parked' limit 10001) p) as parked,
      (select max(received_at) from stripe_events where status = 'parked' and outcome is null) as "lastParkedAt",
      (select max(received_at) from stripe_events) as "lastReceivedAt"
    from (
      select count(*)::int as pending, min(coalesce(replayed_at, received_at)) as "oldestPendingAt"
      from (
        select received_at, replayed_at from stripe_events where status = 'pending'
        order by next_attempt_at limit 10001
      ) waiting
    ) p`);
  return row ?? { pending: 0, oldestPendingAt: null, parked: 0, lastParkedAt: null, lastReceivedAt: null };
}
