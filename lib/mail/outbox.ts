import { query } from "@/lib/pool";
import { LOOKUP_KEYS, PLANS } from "../billing/plans";
import { delayAfter, MAX_ATTEMPTS } from "../billing/webhook/inbox";

/**
 * The mail of the facts table: the columns that say how the mail about a fact stands. Nothing else writes them once the fact
 * is there. A claim is a lease, as in the inbox: if its holder dies, the next one takes the mail over.
 */

/** Longer than a mail is on its way at the most: a lease that ended under its holder would send it twice. */
const LEASE_SECONDS = 180;

/** What is to be sent, with all that the rows say about it now. Null where there is no such row. */
export type Mail = {
  key: string;
  kind: string;
  attempts: number;
  /** When it happened, or when an operator asked for it to be told all the same. */
  newsAt: Date;
  attempt: number | null;
  nextAt: Date | null;
  amount: string | null;
  currency: string | null;
  reason: string | null;
  planName: string | null;
  /** The address of the account of the user who owns the customer. */
  to: string | null;
  status: string | null;
  isEnding: boolean | null;
  trialEnd: Date | null;
  billStatus: string | null;
  billAttempts: number | null;
  nextPaymentAttempt: Date | null;
  payUrl: string | null;
  /** Whether the bank asked about the same attempt. */
  isAsked: boolean;
};

/** Takes mails that are due, and leases them. Several processes may claim at once: each gets others. */
export function claimMail(limit: number, livemode: boolean): Promise<Mail[]> {
  return query<Mail>(
    `with claimed as (
      update facts set locked_until = now() + make_interval(secs => $1), attempts = attempts + 1
      where key in (
        select key from facts
        where mail = 'pending' and next_attempt_at <= now() and (locked_until is null or locked_until < now())
        order by next_attempt_at limit $2 for update skip locked
      )
      returning *
    )
    select f.key, f.kind, f.attempts, coalesce(f.asked_at, f.at) as "newsAt", f.attempt, f.next_at as "nextAt", f.amount, f.currency, f.reason,
      product.name as "planName", u.email as "to",
      s.status, s.cancel_at_period_end or s.cancel_at is not null as "isEnding", s.trial_end as "trialEnd",
      i.status as "billStatus", i.attempt_count as "billAttempts", i.next_payment_attempt as "nextPaymentAttempt",
      i.hosted_invoice_url as "payUrl",
      exists (select from facts a where a.key = 'action_required:' || f.invoice_id || ':' || f.attempt) as "isAsked"
    from claimed f
    left join customers c on c.id = f.customer_id and c.livemode = $3
    left join users u on u.id = c.user_id
    left join subscriptions s on s.id = f.subscription_id
    left join invoices i on i.id = f.invoice_id
    left join lateral (
      select i.price_id from subscription_items i
      left join prices on prices.id = i.price_id
      left join products on products.id = prices.product_id
      where i.subscription_id = s.id
      order by coalesce(prices.lookup_key = any($4) or products.metadata ->> 'plan' = any($5), false) desc, i.position
      limit 1
    ) item on true
    left join prices price on price.id = coalesce(f.price_id, item.price_id)
    left join products product on product.id = price.product_id`,
    [LEASE_SECONDS, limit, livemode, LOOKUP_KEYS, PLANS.map(({ key }) => key)],
  );
}

/** A claim, told from the next one of the same mail by its attempt. */
type Lease = Pick<Mail, "key" | "attempts">;

const settle = (mail: "sent" | "dropped") => async (lease: Lease, reason: string | null) => {
  await query(
    `update facts set mail = $3, last_error = $4, locked_until = null, next_attempt_at = null,
      sent_at = case when $3 = 'sent' then now() end
    where key = $1 and attempts = $2 and mail = 'pending'`,
    [lease.key, lease.attempts, mail, reason],
  );
};

/** The mail server has it. */
export const markSent = (lease: Lease) => settle("sent")(lease, null);

/** It is not true any more, or nobody is to be told. */
export const dropMail = settle("dropped");

/** Puts a mail back, to be tried again later, or parks it: at once where it is refused for good, or after three days. */
export async function putMailBack({ key, attempts }: Lease, reason: string, isFinal: boolean): Promise<void> {
  const isParked = isFinal || attempts >= MAX_ATTEMPTS;
  await query(
    `update facts set mail = $3, last_error = $4, locked_until = null,
      next_attempt_at = case when $3 = 'pending' then now() + make_interval(secs => $5) end
    where key = $1 and attempts = $2 and mail = 'pending'`,
    [key, attempts, isParked ? "parked" : "pending", reason, delayAfter(attempts) / 1000],
  );
}

/** In how many milliseconds the next mail falls due; Infinity if none waits. */
export async function untilNextMail(): Promise<number> {
  const [next] = await query<{ ms: number | null }>(`
    select (extract(epoch from min(greatest(next_attempt_at, locked_until)) - now()) * 1000)::float8 as ms
    from facts where mail = 'pending'`);
  return next?.ms == null ? Number.POSITIVE_INFINITY : Math.max(next.ms, 100);
}

/** Puts a parked mail back, for an operator, however old it is. @returns false if it is not parked */
export async function replayMail(key: string): Promise<boolean> {
  const found = await query(
    `update facts set mail = 'pending', attempts = 0, next_attempt_at = now(), last_error = null, asked_at = now()
    where key = $1 and mail = 'parked' returning key`,
    [key],
  );
  return found.length === 1;
}

/** How a mail stands, and what was last said of it. */
export async function readMailState(key: string): Promise<{ mail: string | null; reason: string | null }> {
  const [row] = await query<{ mail: string | null; reason: string | null }>(
    "select mail, last_error as reason from facts where key = $1",
    [key],
  );
  return row ?? { mail: null, reason: null };
}
