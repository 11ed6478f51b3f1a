import type { Tx } from "@/lib/db";
import type { Stripe } from "@/lib/stripe";
import { ask } from "../fetch";
import { mirror, splitRow } from "../mirror";
import type { Stamp } from "../order";
import { isObject, metadata } from "../read";
import { recordTrial } from "../trials";
import { isFinalStatus } from "./access";
import { type SubscriptionState, subscriptionFromStripe } from "./from-stripe";

/** The subscriptions table and its items. Nothing else writes them. */
export const subscriptions = mirror<SubscriptionState>({
  kind: "subscription",
  fromStripe: subscriptionFromStripe,
  read: readSubscription,
  write: writeSubscription,
  fetch: (id) => ask((api) => retrieveWhole(api, id)),
  isPartial: (object) => "items" in object && isObject(object.items) && object.items.has_more === true,
  // Nothing returns to `incomplete`: https://docs.stripe.com/billing/subscriptions/overview#subscription-lifecycle
  stage: (state) => [state.status === "incomplete" ? 0 : 1],
  isFinal: (state) => isFinalStatus(state.status),
});

/**
 * A subscription with all of its items: Stripe shows the first ten of up to twenty in it.
 * https://docs.stripe.com/api/subscription_items/list
 */
async function retrieveWhole(api: Stripe, id: string) {
  const subscription = await api.subscriptions.retrieve(id);
  if (subscription.items.has_more) {
    const { data } = await api.subscriptionItems.list({ subscription: id, limit: 100 });
    Object.assign(subscription.items, { data, has_more: false });
  }
  return subscription;
}

/** The stored subscription without what only the table knows, so that it compares with a snapshot of Stripe's. */
export async function readSubscription(tx: Tx, id: string) {
  const row = await tx.subscription.findUnique({
    where: { id },
    include: { items: { omit: { subscriptionId: true, position: true }, orderBy: { position: "asc" } } },
  });
  return row && splitRow({ ...row, metadata: metadata(row.metadata) });
}

async function writeSubscription(tx: Tx, state: SubscriptionState, stamp: Stamp): Promise<void> {
  const { id, items, ...columns } = state;
  await tx.subscription.upsert({
    where: { id },
    create: { id, ...columns, ...stamp },
    update: { ...columns, ...stamp, version: { increment: 1 } },
  });
  await tx.subscriptionItem.deleteMany({ where: { subscriptionId: id } });
  await tx.subscriptionItem.createMany({
    data: items.map((item, position) => ({ ...item, position, subscriptionId: id })),
    // Only the ids of sample events stand in two subscriptions: the first keeps the item.
    skipDuplicates: true,
  });
  await recordTrial(tx, state);
}
