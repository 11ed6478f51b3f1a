import type { Stripe } from "@/lib/stripe";
import { mirror } from "../mirror";
import { flag, list, metadata, objectOr, smallInteger, storedText, text, time } from "../read";
import { type Columns, columnOf, fromRow } from "../table";
import { recordTrials } from "../trials";
import { isFinalStatus } from "./access";
import { type SubscriptionState, subscriptionFromStripe } from "./from-stripe";

const itemColumns: Columns<SubscriptionState["items"][number]> = {
  id: storedText,
  priceId: text,
  productId: text,
  quantity: smallInteger,
  currentPeriodStart: time,
  currentPeriodEnd: time,
};

/** The subscriptions table and its items. Nothing else writes them. */
export const subscriptions = mirror({
  kind: "subscription",
  table: {
    name: "subscriptions",
    parts: {
      field: "items",
      name: "subscription_items",
      owner: "subscription_id",
      columns: Object.keys(itemColumns).map(columnOf),
    },
    also: recordTrials,
  },
  columns: {
    id: storedText,
    customerId: text,
    status: storedText,
    currentPeriodStart: time,
    currentPeriodEnd: time,
    cancelAtPeriodEnd: flag,
    cancelAt: time,
    canceledAt: time,
    endedAt: time,
    trialStart: time,
    trialEnd: time,
    startedAt: time,
    pendingExpiresAt: time,
    pendingPriceId: text,
    pendingQuantity: smallInteger,
    pauseBehavior: text,
    pauseResumesAt: time,
    currency: text,
    latestInvoiceId: text,
    livemode: flag,
    metadata,
    items: (stored) => list(stored).map((item) => fromRow(itemColumns, item)),
  },
  fromStripe: subscriptionFromStripe,
  retrieve: retrieveWhole,
  isPartial: ({ items }) => objectOr(items).has_more === true,
  // Nothing returns to `incomplete`: https://docs.stripe.com/billing/subscriptions/overview#subscription-lifecycle
  stage: (state) => [state.status === "incomplete" ? 0 : 1],
  isFinal: (state) => isFinalStatus(state.status),
});

/**
 * A subscription with all of its items: Stripe shows the first ten of up to twenty in it.
 * https://docs.stripe.com/api/subscription_items/list
 */
async function retrieveWhole(api: Stripe, id: string, options: Stripe.RequestOptions) {
  const subscription = await api.subscriptions.retrieve(id, {}, options);
  // An answer that is something else has none, and is refused where it is read.
  if (subscription.items?.has_more) {
    const { data } = await api.subscriptionItems.list({ subscription: id, limit: 100 }, options);
    Object.assign(subscription.items, { data, has_more: false });
  }
  return subscription;
}
