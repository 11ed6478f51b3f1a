import type Stripe from "stripe";
import type { Account } from "../account.ts";
import type { EventType } from "../events.ts";
import { idOf } from "../store.ts";
import { refreshEntitlements } from "./entitlements.ts";

type Subscription = Stripe.Subscription;

export const customerOf = ({ customer }: Pick<Subscription, "customer">): string => idOf(customer) ?? "";

/** Epoch seconds by which a subscription is billed. */
export const nowFor = (account: Account, subscription: Pick<Subscription, "customer">): number =>
  account.nowOf(customerOf(subscription));

export const isOver = ({ status }: Subscription) => status === "canceled" || status === "incomplete_expired";

/**
 * Changes a subscription and sends the event, unless it is still in the making: then its `created` will tell. What it
 * entitles to follows its status and its items.
 */
export function changeSubscription(
  account: Account,
  before: Subscription,
  changes: Partial<Subscription>,
  type: EventType | null = "customer.subscription.updated",
): Subscription {
  const announced = account.store.notes(before.id).unannounced !== true;
  const after = account.change("subscription", before, changes, announced ? type : null);
  const entitlesAnew = after.status !== before.status || productsOf(after) !== productsOf(before);
  if (announced && entitlesAnew) {
    refreshEntitlements(account, customerOf(after));
  }
  return after;
}

const productsOf = ({ items }: Subscription) => items.data.map(({ price }) => idOf(price.product)).join();

/** The subscription as it is now, after something else may have changed it. */
export function current(account: Account, { id }: Pick<Subscription, "id">): Subscription {
  const subscription = account.store.get("subscription", id);
  if (!subscription) throw new Error(`${id} is no subscription any more.`);
  return subscription;
}

/** What a subscription without its own is charged to, or null. */
export function methodOf(account: Account, subscription: Subscription): string | null {
  const customer = account.store.get("customer", customerOf(subscription));
  return (
    idOf(subscription.default_payment_method) ??
    idOf(subscription.default_source) ??
    idOf(customer?.invoice_settings.default_payment_method) ??
    idOf(customer?.default_source)
  );
}
