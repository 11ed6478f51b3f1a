import { query } from "../pool";

/** What waits, and since when; what was parked, and when last. Without Prisma, for each function's telemetry may load this. */
export async function readStanding() {
  const [row] = await query<{
    pending: number;
    oldestPendingAt: Date | null;
    parked: number;
    lastParkedAt: Date | null;
    lastReceivedAt: Date | null;
  }>(`
    select
      (select count(*)::int from (select from stripe_events where status = 'pending' limit 10001) p) as pending,
      (select min(received_at) from stripe_events where status = 'pending' and outcome is null) as "oldestPendingAt",
      (select count(*)::int from (select from stripe_events where status = 'parked' limit 10001) p) as parked,
      (select max(received_at) from stripe_events where status = 'parked' and outcome is null) as "lastParkedAt",
      (select max(received_at) from stripe_events) as "lastReceivedAt"`);
  return row ?? { pending: 0, oldestPendingAt: null, parked: 0, lastParkedAt: null, lastReceivedAt: null };
}
