import type Stripe from "stripe";
import type { Account } from "../account.ts";
import type { ItemChange } from "../engine/subscription-item-changes.ts";
import { updateSubscription } from "../engine/subscription-update.ts";
import { deleted, endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { flag, metadata, paging, params, text, timestamp } from "../http/params.ts";
import { paymentBehavior, prorationBehavior, quantity } from "./subscription-params.ts";

type Item = Stripe.SubscriptionItem;

const how = {
  payment_behavior: paymentBehavior,
  proration_behavior: prorationBehavior,
  proration_date: timestamp.optional(),
};

const create = params<Stripe.SubscriptionItemCreateParams>()({
  ...how,
  metadata: metadata.optional(),
  price: text.optional(),
  quantity,
  subscription: text,
});

const update = params<Stripe.SubscriptionItemUpdateParams>()({
  ...how,
  metadata: metadata.optional(),
  off_session: flag.optional(),
  price: text.optional(),
  quantity,
});

const remove = params<Stripe.SubscriptionItemDeleteParams>()({ ...how, clear_usage: flag.optional() });

/** An item and the subscription that it is of. */
function itemOf(account: Account, id: string): { item: Item; subscription: Stripe.Subscription } {
  const subscription = account.store.get("subscription", account.store.notes(id).itemOf ?? "");
  const item = subscription?.items.data.find((item) => item.id === id);
  if (!subscription || !item) throw ApiError.noSuch("subscription_item", id);
  return { item, subscription };
}

function change(
  account: Account,
  id: string,
  { metadata, price, quantity, ...options }: ItemChange & object,
): Stripe.Subscription {
  const { subscription } = itemOf(account, id);
  return updateSubscription(account, subscription, {
    ...options,
    items: [{ id, metadata, price, quantity }],
  });
}

/** https://docs.stripe.com/api/subscription_items */
export const subscriptionItems = [
  endpoint("POST", "/v1/subscription_items", create, ({ account, params }) => {
    const { subscription: id, metadata, price, quantity, ...options } = params;
    const before = found(account, "subscription", id, "subscription");
    const items = [{ metadata, price, quantity }];
    const after = updateSubscription(account, before, { ...options, items });
    const added = after.items.data.at(-1);
    if (!added) throw new Error("An item that was added is not there.");
    return added;
  }),

  endpoint(
    "GET",
    "/v1/subscription_items",
    params<Stripe.SubscriptionItemListParams>()({ ...paging, subscription: text }),
    (call) => {
      const { subscription } = call.params;
      return page(
        call,
        found(call.account, "subscription", subscription, "subscription").items.data,
        call.params,
      );
    },
  ),

  endpoint(
    "GET",
    "/v1/subscription_items/:id",
    params<Stripe.SubscriptionItemRetrieveParams>()({}),
    ({ account, id }) => itemOf(account, id).item,
  ),

  endpoint("POST", "/v1/subscription_items/:id", update, ({ account, id, params }) => {
    change(account, id, params);
    return itemOf(account, id).item;
  }),

  endpoint("DELETE", "/v1/subscription_items/:id", remove, ({ account, id, params }) => {
    const { clear_usage, ...options } = params;
    const { subscription } = itemOf(account, id);
    updateSubscription(account, subscription, { ...options, items: [{ id, deleted: true, clear_usage }] });
    return deleted("subscription_item", id);
  }),
];
