import { db, Prisma } from "@/lib/db";
import { isLivemode } from "@/lib/stripe";
import { ENDPOINT_KINDS, findEndpointTrouble } from "./endpoint-trouble";

/**
 * What a person has to know, and cannot be mended without one: the findings table. Each is told once, shown until it is
 * over, and told anew if it comes back. Nothing else writes it.
 */
export const FINDING_KINDS = ["parked", "mail", "orphan", "duplicate", "unknown", ...ENDPOINT_KINDS] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export type Finding = { kind: string; subjectId: string; detail: string; foundAt: Date };

/** Statuses that cost money now, or will by themselves. */
const CHARGING = Prisma.sql`status in ('active', 'trialing', 'past_due')`;

/** Beyond so many the rest is the same trouble. */
const MOST = 1000;

const troublesHere = (): Partial<Record<FindingKind, Prisma.Sql>> => ({
  parked: Prisma.sql`
    select id as "subjectId", type || ': ' || coalesce(last_error, 'no reason is known') as detail
    from stripe_events where status = 'parked' and outcome is null order by received_at desc limit ${MOST}`,
  mail: Prisma.sql`
    select key as "subjectId", coalesce(last_error, 'no reason is known') as detail
    from facts where mail = 'parked' order by at desc limit ${MOST}`,
  orphan: Prisma.sql`
    select s.customer_id as "subjectId", 'Pays for ' || string_agg(s.id, ', ') || ', and no user owns it.' as detail
    from subscriptions s left join customers c on c.id = s.customer_id
    where ${CHARGING} and s.livemode = ${isLivemode()} and s.customer_id is not null
      and c.user_id is null and c.deleted_at is null
    group by s.customer_id limit ${MOST}`,
  duplicate: Prisma.sql`
    select customer_id as "subjectId",
      'Pays for ' || count(*) || ' subscriptions: ' || string_agg(id, ', ' order by id) as detail
    from subscriptions
    where ${CHARGING} and livemode = ${isLivemode()} and customer_id is not null
    group by customer_id having count(*) > 1 limit ${MOST}`,
  // Noted by comparisons with Stripe: over once the row is removed.
  unknown: Prisma.sql`
    select subject_id as "subjectId", detail from findings
    where kind = 'unknown' and resolved_at is null and exists (
      select from products where id = subject_id union all select from prices where id = subject_id
      union all select from customers where id = subject_id
      union all select from subscriptions where id = subject_id
      union all select from invoices where id = subject_id
    ) limit ${MOST}`,
});

export async function findTrouble(): Promise<void> {
  const here = troublesHere();
  const endpoint = await findEndpointTrouble();
  for (const kind of FINDING_KINDS) {
    const sql = here[kind];
    await keep(
      kind,
      sql ? await db().$queryRaw<Found[]>(sql) : endpoint.filter((found) => found.kind === kind),
    );
  }
}

type Found = { subjectId: string; detail: string };

async function keep(kind: FindingKind, found: Found[]): Promise<void> {
  await note(kind, found);
  const ids = found.map(({ subjectId }) => subjectId);
  if (found.length < MOST)
    await db().$executeRaw`
      update findings set resolved_at = now()
      where kind = ${kind} and resolved_at is null and not (subject_id = any(${ids}))`;
}

/** Lets what came back be told again. */
async function note(kind: FindingKind, found: Found[]): Promise<void> {
  if (found.length === 0) return;
  const [ids, details] = [found.map(({ subjectId }) => subjectId), found.map(({ detail }) => detail)];
  await db().$executeRaw`
    insert into findings (kind, subject_id, detail)
    select ${kind}, * from unnest(${ids}::text[], ${details}::text[])
    on conflict (kind, subject_id) do update set
      detail = excluded.detail, resolved_at = null,
      found_at = case when findings.resolved_at is null then findings.found_at else now() end,
      told_at = case when findings.resolved_at is null then findings.told_at end
    where findings.resolved_at is not null or findings.detail <> excluded.detail`;
}

/** What a comparison with Stripe came upon and did not dare to mend. */
export async function noteUnknown(table: string, ids: string[]): Promise<void> {
  const detail = `Is in ${table}, and Stripe knows nothing of it.`;
  await note(
    "unknown",
    ids.map((subjectId) => ({ subjectId, detail })),
  );
}

/** The rows that were noted so, all of them: what is over must end, however many there are. */
export async function readUnknown(): Promise<Set<string>> {
  const open = await db().finding.findMany({
    where: { kind: "unknown", resolvedAt: null },
    select: { subjectId: true },
  });
  return new Set(open.map(({ subjectId }) => subjectId));
}

/** It is over: Stripe knows them. */
export async function endUnknown(ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await db().finding.updateMany({
    where: { kind: "unknown", resolvedAt: null, subjectId: { in: ids } },
    data: { resolvedAt: new Date() },
  });
}

/** What is still so, of some kinds, the newest first. */
export function openFindings(kinds: readonly FindingKind[], limit = 100): Promise<Finding[]> {
  return db().finding.findMany({
    where: { resolvedAt: null, kind: { in: [...kinds] } },
    orderBy: { foundAt: "desc" },
    take: limit,
    select: { kind: true, subjectId: true, detail: true, foundAt: true },
  });
}

/**
 * What nobody was told yet. Marked as told once `tell` came back without an error, so that a hook that is down is tried
 * again with the next run.
 */
export async function tellNews(tell: (findings: Finding[]) => Promise<void>): Promise<number> {
  const news = await db().finding.findMany({
    where: { resolvedAt: null, toldAt: null },
    orderBy: { foundAt: "asc" },
    take: MOST,
  });
  if (news.length === 0) return 0;
  await tell(news);
  await db().$executeRaw`
    update findings f set told_at = now()
    from unnest(${news.map((one) => one.kind)}::text[], ${news.map((one) => one.subjectId)}::text[]) as n (kind, subject_id)
    where f.kind = n.kind and f.subject_id = n.subject_id`;
  return news.length;
}
