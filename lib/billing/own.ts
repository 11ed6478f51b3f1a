import { query } from "@/lib/pool";
import { isLivemode } from "@/lib/stripe";
import { prices, products } from "./catalogue";
import { invoices } from "./invoices";
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
  text,
  time,
} from "./read";
import type { SubscriptionState } from "./subscription/from-stripe";
import { subscriptions } from "./subscription/store";
import { timelineOf, viewFacts } from "./timeline/read";

/**
 * All rows that a user's billing is made of, as one row of JSON; no row for a user whom no customer is linked to.
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

/** Reads them in one statement: all of it is of one moment, whatever arrives meanwhile. */
export async function readOwn(userId: string) {
  const [own = {}] = await query<JsonObject>(OWN, [userId, isLivemode()]);
  return {
    subscriptions: list(own.subscriptions).map(readSubscription),
    /** Null where the account does not use Stripe's entitlements. */
    entitled: own.entitled ? storedTexts(own.entitled) : null,
    invoices: list(own.invoices).map(invoices.read),
    timeline: viewFacts(own.timeline),
    settling: flag(own.settling),
  };
}

export type OwnSubscription = ReturnType<typeof readSubscription>;

function readSubscription(row: JsonObject) {
  const state = subscriptions.read(row);
  const unpaid = list(row.unpaid).map((bill) => ({
    ...invoices.read(bill),
    needsAction: flag(bill.needs_action),
  }));
  const oldest = unpaid.at(-1);
  return {
    ...state,
    // Stripe ends what a deleted customer had at once, also where the event about it is still on its way.
    endedAt: state.endedAt ?? time(row.customer_deleted_at),
    confirmedAt: storedTime(row.confirmed_at),
    items: list(row.items).map((item) => ({
      id: storedText(item.id),
      productId: text(item.product_id),
      product: isObject(item.product) ? products.read(item.product) : null,
      price: readPrice(item.price),
      quantity: smallInteger(item.quantity),
    })),
    waiting: readWaiting(state, row),
    /** The newest first. */
    unpaid,
    unpaidSince: oldest?.dueAt ?? oldest?.createdAt ?? null,
  };
}

function readWaiting({ pendingExpiresAt, pendingQuantity }: SubscriptionState, row: JsonObject) {
  if (pendingExpiresAt) {
    const price = readPrice(row.pending_price);
    return { kind: "unpaid" as const, at: pendingExpiresAt, price, quantity: pendingQuantity };
  }
  const { at, price, quantity } = objectOr(row.planned);
  const plannedAt = time(at);
  return plannedAt
    ? { kind: "planned" as const, at: plannedAt, price: readPrice(price), quantity: smallInteger(quantity) }
    : null;
}

const readPrice = (row: unknown) => (isObject(row) ? prices.read(row) : null);
