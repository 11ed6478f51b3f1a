import { env } from "@/lib/env";
import { query } from "@/lib/pool";
import { isLivemode } from "@/lib/stripe";
import { prices, products } from "./catalogue";
import { invoices } from "./invoices";
import { moneyOf, viewPrice } from "./on-sale";
import { planOf } from "./plans";
import {
  flag,
  isObject,
  type JsonObject,
  list,
  objectOr,
  smallInteger,
  storedText,
  storedTexts,
  storedTime,
  time,
} from "./read";
import { standingOf } from "./standing";
import { decideAccess, hasEnded } from "./subscription/access";
import type { SubscriptionState } from "./subscription/from-stripe";
import { subscriptions } from "./subscription/store";
import { timelineOf, viewFacts } from "./timeline/read";

/**
 * All rows that a user's billing is made of, as one row of JSON; no row for a user whom no customer is linked to. In one
 * statement, so that all of it is of one moment, whatever arrives meanwhile.
 * `unpaid` are the bills that should be paid by now: a charge failed, or the subscription suffers from it. One that is
 * sent and paid by hand has no attempts. https://docs.stripe.com/invoicing/overview
 * `needs_action` is in no object that events carry, only in which type of event came last, so the inbox is asked. Of one
 * attempt both types may come, seconds apart: a failure counts only where it is later than that.
 */
const OWN = `select
  (select json_agg(s order by s.started_at desc, s.id) from (
    select s.*, greatest(s.stripe_state_at, s.synced_at) as confirmed_at, c.deleted_at as customer_deleted_at,
      (select json_agg(i order by i.position, i.id) from (
        select i.*, price, product from subscription_items i
        left join prices price on price.id = i.price_id
        left join products product on product.id = i.product_id
        where i.subscription_id = s.id
      ) i) as items,
      (select to_json(price) from prices price where price.id = s.pending_price_id) as pending_price,
      (select json_build_object('at', p.next_phase_at, 'price', price, 'quantity', p.next_quantity)
        from subscription_schedules p left join prices price on price.id = p.next_price_id
        where p.subscription_id = s.id and p.status = 'active' and p.next_phase_at is not null
        limit 1) as planned,
      (select json_agg(i order by i.created_at desc, i.id desc) from (
        select i.*, (
          select max(e.created) filter (where e.type = 'invoice.payment_action_required') + interval '5 seconds'
            >= coalesce(max(e.created) filter (where e.type = 'invoice.payment_failed'), '-infinity')
          from stripe_events e where e.object_id = i.id and e.livemode = i.livemode
        ) as needs_action
        from invoices i
        where i.subscription_id = s.id and i.customer_id = c.id and i.livemode = c.livemode
          and i.status = 'open' and i.amount_paid < i.amount_due
          and (i.attempt_count > 0 or s.status in ('past_due', 'unpaid', 'incomplete'))
      ) i) as unpaid
    from subscriptions s where s.customer_id = c.id and s.livemode = c.livemode
  ) s) as subscriptions,
  (select to_json(lookup_keys) from entitlement_summaries where id = c.id) as entitled,
  (select json_agg(i order by i.created_at desc, i.id desc) from (
    select * from invoices i
    where i.customer_id = c.id and i.livemode = c.livemode and i.status is distinct from 'draft'
    order by i.created_at desc, i.id desc
    limit 24
  ) i) as invoices,
  ${timelineOf("c.id")} as timeline,
  exists (select from stripe_events e where e.customer_id = c.id and e.status = 'pending') as settling
from customers c where c.user_id = $1 and c.livemode = $2`;

export type BillingView = Awaited<ReturnType<typeof readBilling>>;

/** What gates and pages have to know of a user's billing: their own rows, reached only through the customer linked to them. */
export async function readBilling(userId: string, now: Date) {
  const [own = {}] = await query<JsonObject>(OWN, [userId, isLivemode()]);
  const all = list(own.subscriptions).map(readSubscription);
  const access = decideAccess(all, now, { pastDueGraceDays: env().PAST_DUE_GRACE_DAYS });
  const subscription = all.find(({ id }) => id === access.subscriptionId) ?? null;
  return {
    ...standingOf(access, subscription, own.entitled ? storedTexts(own.entitled) : null),
    /** The one that decided the access, or null if the user never had one. */
    subscription,
    /** Those beside it that have not ended. */
    others: all.filter((one) => one !== subscription && !hasEnded(one, now)),
    /** The newest first, at most 24, without drafts. */
    invoices: list(own.invoices).map(readInvoice),
    /** What happened, the newest first. */
    timeline: viewFacts(own.timeline),
    /** An event about this user's billing waits to be settled with Stripe: look again in a moment. */
    settling: flag(own.settling),
  };
}

export type SubscriptionView = ReturnType<typeof readSubscription>;

function readSubscription(row: JsonObject) {
  const { pauseBehavior, pauseResumesAt, ...state } = subscriptions.read(row);
  const unpaid = list(row.unpaid).map((bill) => ({
    ...readInvoice(bill),
    needsAction: flag(bill.needs_action),
  }));
  const oldest = unpaid.at(-1);
  return {
    ...state,
    // Stripe ends what a deleted customer had at once, also where the event about it is still on its way.
    endedAt: state.endedAt ?? time(row.customer_deleted_at),
    /** The moment on Stripe's clock up to which these rows are known to be true. */
    confirmedAt: storedTime(row.confirmed_at),
    /** The plan first: Stripe keeps items in the order in which they were added, add-ons too. */
    items: list(row.items)
      .map(readItem)
      .sort((a, b) => Number(b.plan !== null) - Number(a.plan !== null)),
    /** While nothing is collected, as an operator may have it at Stripe: the plan goes on all the same. */
    pause: pauseBehavior
      ? { isCollectedLater: pauseBehavior === "keep_as_draft", resumesAt: pauseResumesAt }
      : null,
    waiting: readWaiting(state, row),
    /** The newest first. */
    unpaid,
    unpaidSince: oldest?.dueAt ?? oldest?.createdAt ?? null,
  };
}

function readItem(row: JsonObject) {
  const price = readPrice(row.price);
  const product = isObject(row.product) ? products.read(row.product) : null;
  return {
    id: storedText(row.id),
    plan: planOf(price, product),
    productName: product?.name ?? null,
    price: price && viewPrice(price),
    quantity: smallInteger(row.quantity),
  };
}

export type WaitingChange = ReturnType<typeof viewWaiting>;

function readWaiting(
  { pendingExpiresAt, pendingQuantity }: Pick<SubscriptionState, "pendingExpiresAt" | "pendingQuantity">,
  row: JsonObject,
) {
  if (pendingExpiresAt) return viewWaiting("unpaid", pendingExpiresAt, row.pending_price, pendingQuantity);
  const { at, price, quantity } = objectOr(row.planned);
  const plannedAt = time(at);
  return plannedAt && viewWaiting("planned", plannedAt, price, smallInteger(quantity));
}

/**
 * A change that was asked for and has not come yet: for the end of the period, or until its payment goes through.
 * @param at when it comes, or when it is given up
 */
function viewWaiting(kind: "planned" | "unpaid", at: Date, stored: unknown, quantity: number | null) {
  const price = readPrice(stored);
  return { kind, at, plan: planOf(price, null), price: price && viewPrice(price), quantity };
}

const readPrice = (row: unknown) => (isObject(row) ? prices.read(row) : null);

export type InvoiceView = ReturnType<typeof readInvoice>;

function readInvoice(row: JsonObject) {
  const { currency, amountDue, amountPaid, ...invoice } = invoices.read(row);
  return { ...invoice, amountDue: moneyOf(amountDue, currency), amountPaid: moneyOf(amountPaid, currency) };
}
