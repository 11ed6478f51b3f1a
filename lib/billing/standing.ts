import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { isLivemode } from "@/lib/stripe";
import { FEATURES, type FeatureKey, type Limits, type Plan, planOf } from "./plans";
import type { Money } from "./queries";
import { type Access, decideAccess } from "./subscription/access";

/** What a user may use, and the bill that stands in the way, if one does. */
export type Standing = {
  access: Access;
  plan: Plan | null;
  features: ReadonlySet<FeatureKey>;
  limits: Limits | null;
  bill: OpenBill | null;
};

/** A bill that should be paid by now. */
export type OpenBill = {
  due: Money;
  nextPaymentAttempt: Date | null;
  hostedInvoiceUrl: string | null;
  /** The customer's bank asks them to confirm the payment; no card was declined. */
  needsAction: boolean;
  /** A change of plan that waits for this bill is dropped then; null for any other bill. */
  changeExpiresAt: Date | null;
};

/**
 * How a user stands, in one query over their own rows: what a gate on every page can afford. Access is decided as the
 * dashboard decides it. Where Stripe's entitlements are in use they say what a plan holds; else the plan file does.
 * https://docs.stripe.com/billing/entitlements
 * @throws if the database cannot be reached
 */
export async function readStanding(userId: string, now: Date): Promise<Standing> {
  const rows = await readRows(userId);
  const facts = rows.map(({ productId, ...row }) => ({ ...row, items: [{ productId }] }));
  const access = decideAccess(facts, now, { pastDueGraceDays: env().PAST_DUE_GRACE_DAYS });
  const decided = rows.find(({ id }) => id === access.subscriptionId);
  const plan = decided ? planOf(decided, { metadata: { plan: decided.planKey ?? "" } }) : null;
  const included = decided?.entitled ?? plan?.features ?? [];
  return {
    access,
    plan,
    features: new Set(access.access ? included.filter(isFeature) : []),
    limits: access.access ? (plan?.limits ?? null) : null,
    bill: decided ? billOf(decided) : null,
  };
}

/** Whether one more fits: `null` is as many as one likes, and without a plan there is room for none. */
export function withinLimit(
  { limits }: Pick<Standing, "limits">,
  limit: keyof Limits,
  used: number,
): boolean {
  if (limits === null) return false;
  const most = limits[limit];
  return most === null || used < most;
}

const isFeature = (key: string): key is FeatureKey => Object.hasOwn(FEATURES, key);

function billOf(row: Row): OpenBill | null {
  if (row.amountOpen === null || row.currency === null) return null;
  return {
    due: { amount: Number(row.amountOpen), currency: row.currency },
    nextPaymentAttempt: row.nextPaymentAttempt,
    hostedInvoiceUrl: row.hostedInvoiceUrl,
    needsAction: row.needsAction ?? false,
    changeExpiresAt: row.changeExpiresAt,
  };
}

type Row = {
  id: string;
  status: string;
  currentPeriodStart: Date | null;
  currentPeriodEnd: Date | null;
  cancelAtPeriodEnd: boolean;
  cancelAt: Date | null;
  endedAt: Date | null;
  trialEnd: Date | null;
  startedAt: Date | null;
  productId: string | null;
  lookupKey: string | null;
  planKey: string | null;
  entitled: string[] | null;
  unpaidSince: Date | null;
  amountOpen: bigint | null;
  currency: string | null;
  nextPaymentAttempt: Date | null;
  hostedInvoiceUrl: string | null;
  needsAction: boolean | null;
  changeExpiresAt: Date | null;
};

/**
 * A subscription of the user's for each row, with its newest unpaid bill. Whether the bank asks is in no object that
 * events carry, only in which type of event came last, so the inbox is asked. Of one attempt both types may come, seconds
 * apart: a failure counts only where it is later than that.
 */
function readRows(userId: string): Promise<Row[]> {
  return db().$queryRaw`
    select s.id, s.status,
      s.current_period_start as "currentPeriodStart", s.current_period_end as "currentPeriodEnd",
      s.cancel_at_period_end as "cancelAtPeriodEnd", s.cancel_at as "cancelAt",
      coalesce(s.ended_at, c.deleted_at) as "endedAt", s.trial_end as "trialEnd", s.started_at as "startedAt",
      item.product_id as "productId", price.lookup_key as "lookupKey", product.metadata ->> 'plan' as "planKey",
      entitlement.lookup_keys as entitled,
      bill.since as "unpaidSince", bill.amount_due - bill.amount_paid as "amountOpen", bill.currency,
      bill.next_payment_attempt as "nextPaymentAttempt", bill.hosted_invoice_url as "hostedInvoiceUrl",
      told.asked_at is not null and coalesce(told.failed_at <= told.asked_at + interval '5 seconds', true)
        as "needsAction",
      case when bill.id = s.latest_invoice_id then s.pending_expires_at end as "changeExpiresAt"
    from customers c
    join subscriptions s on s.customer_id = c.id and s.livemode = c.livemode
    left join lateral (
      select product_id, price_id from subscription_items i where i.subscription_id = s.id order by position limit 1
    ) item on true
    left join prices price on price.id = item.price_id
    left join products product on product.id = item.product_id
    left join entitlement_summaries entitlement on entitlement.id = c.id
    left join lateral (
      select i.*, first_value(coalesce(i.due_at, i.created_at)) over (order by i.created_at, i.id) as since
      from invoices i
      where i.subscription_id = s.id and i.customer_id = c.id and i.livemode = c.livemode
        and i.status = 'open' and i.amount_paid < i.amount_due
        and (i.attempt_count > 0 or s.status in ('past_due', 'unpaid', 'incomplete'))
      order by i.created_at desc, i.id desc
      limit 1
    ) bill on true
    left join lateral (
      select max(e.created) filter (where e.type = 'invoice.payment_action_required') as asked_at,
        max(e.created) filter (where e.type = 'invoice.payment_failed') as failed_at
      from stripe_events e
      where e.object_id = bill.id and e.livemode = c.livemode
    ) told on true
    where c.user_id = ${userId} and c.livemode = ${isLivemode()}`;
}
