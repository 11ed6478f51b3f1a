import { db } from "@/lib/db";
import { isLivemode } from "@/lib/stripe";

/**
 * The revenue_months table: what the subscriptions come to at the end of each month. Counted from all of them in one
 * statement, so that a page reads some dozens of rows however many subscriptions there are.
 */
export type RevenueMonth = Awaited<ReturnType<typeof readRevenue>>[number];

const MONTHS = 13;

/** The counting itself, as it is shown beside the charts. */
export const REVENUE_SQL = `with months as (
  select m::date as month, least(m + interval '1 month', now()) as until
  from generate_series(date_trunc('month', now()) - interval '${MONTHS - 1} months', date_trunc('month', now()), '1 month') m
), lives as (
  select s.id, coalesce(s.currency, '') as currency, s.started_at, s.trial_end, s.ended_at,
    s.status in ('paused', 'unpaid') as is_off,
    round(coalesce(sum(coalesce(i.quantity, 1) * p.unit_amount * case p.interval
      when 'day' then 365.0 / 12 when 'week' then 365.0 / 84 when 'month' then 1 when 'year' then 1.0 / 12 end
      / greatest(p.interval_count, 1)), 0)) as per_month
  from subscriptions s
  left join subscription_items i on i.subscription_id = s.id
  left join prices p on p.id = i.price_id and p.usage_type is distinct from 'metered'
  where s.livemode = $1 and s.status not in ('incomplete', 'incomplete_expired')
  group by s.id
), standing as (
  select months.month, months.until, lives.*,
    started_at < until and (ended_at is null or ended_at >= until) and not (is_off and until >= now()) as is_alive,
    trial_end is not null and trial_end > until as is_trial
  from months join lives on started_at < until and (ended_at is null or ended_at >= months.month)
)
select month, currency,
  coalesce(sum(per_month) filter (where is_alive and not is_trial), 0)::bigint as mrr,
  count(*) filter (where is_alive and not is_trial)::int as active,
  count(*) filter (where is_alive and is_trial)::int as trialing,
  count(*) filter (where started_at >= month)::int as started,
  count(*) filter (where ended_at < until and (trial_end is null or ended_at > trial_end))::int as churned
from standing group by month, currency`;

/** Safe to run twice at once: one waits for the other, and counts again. */
export async function countRevenue(): Promise<void> {
  await db().$transaction([
    db().$executeRaw`lock table revenue_months in exclusive mode`,
    db().revenueMonth.deleteMany(),
    db().$executeRawUnsafe(
      `insert into revenue_months (month, currency, mrr, active, trialing, started, churned, counted_at)
      select month, currency, mrr, active, trialing, started, churned, now() from (${REVENUE_SQL}) as counted`,
      isLivemode(),
    ),
  ]);
}

/** For whoever may come by every few minutes: counts where the last count is an hour old. */
export async function countRevenueWhenDue(): Promise<void> {
  const [newest] = await db().$queryRaw<unknown[]>`
    select from revenue_months where counted_at > now() - interval '1 hour' limit 1`;
  if (!newest) await countRevenue();
}

/** The newest month last, in minor units. Empty where nothing was counted yet. */
export function readRevenue() {
  return db().revenueMonth.findMany({ orderBy: [{ month: "asc" }, { currency: "asc" }], take: MONTHS * 20 });
}
