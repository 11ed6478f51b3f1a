import { db } from "../db";
import { env } from "../env";

/** How the mail about facts stands. */
export async function readMail() {
  const [counts, parked] = await Promise.all([
    db().$queryRaw<{ pending: number; oldestPendingAt: Date | null; parked: number }[]>`
      select
        (select count(*)::int from (select from facts where mail = 'pending' limit 10001) p) as pending,
        (select min(at) from facts where mail = 'pending') as "oldestPendingAt",
        (select count(*)::int from (select from facts where mail = 'parked' limit 10001) p) as parked`,
    db().fact.findMany({
      where: { mail: "parked" },
      orderBy: { at: "desc" },
      take: 20,
      select: { key: true, customerId: true, at: true, lastError: true },
    }),
  ]);
  const { pending = 0, oldestPendingAt = null, parked: parkedInAll = 0 } = counts[0] ?? {};
  return { isSet: env().SMTP_URL !== undefined, pending, oldestPendingAt, parkedInAll, parked };
}
