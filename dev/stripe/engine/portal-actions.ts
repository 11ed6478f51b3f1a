import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";
import { pendingItems } from "./invoice-items.ts";
import { cancelFromPortal, cancelSubscription } from "./subscription-ending.ts";
import { isOver } from "./subscription-state.ts";
import { updateSubscription } from "./subscription-update.ts";

type Features = Stripe.BillingPortal.Configuration["features"];
type Subscription = Stripe.Subscription;

/** A customer's subscriptions that are not over, the newest first. */
export const liveSubscriptions = (account: Account, customer: string): Subscription[] =>
  account.store.ofCustomer("subscription", customer).filter((subscription) => !isOver(subscription));

/** A plan that a subscription can be switched to. */
export type Choice = { price: Stripe.Price; product: Stripe.Product };

/** What the portal offers instead of a subscription's plan, the cheapest first. Itself is among it. */
export function choices(
  account: Account,
  { subscription_update: update }: Features,
  { items, currency }: Subscription,
): Choice[] {
  if (items.data.length !== 1) return []; // Stripe's portal does not switch more than one item either
  const isOffered = ({ id, active }: Stripe.Price) =>
    !update.products || update.products.length === 0
      ? active
      : update.products.some(({ prices }) => prices.includes(id));
  return account.store
    .all("price")
    .filter((price) => price.recurring && price.currency === currency && isOffered(price))
    .flatMap((price) => {
      const product = account.store.get("product", idOf(price.product) ?? "");
      return product?.active ? [{ price, product }] : [];
    })
    .sort((one, other) => (one.price.unit_amount ?? 0) - (other.price.unit_amount ?? 0));
}

export type Switch = { price: string; quantity: number };

/**
 * Switches a subscription's only item to another price, or to another quantity of it.
 * @throws ApiError if the portal does not offer that, or a payment that is due at once does not go through
 */
export function switchPlan(
  account: Account,
  features: Features,
  subscription: Subscription,
  { price, quantity }: Switch,
): Subscription {
  const { subscription_update: update } = features;
  const [item] = subscription.items.data;
  const isSame = item?.price.id === price;
  const can = (what: string) => update.enabled && update.default_allowed_updates.includes(what);
  const isOffered = isSame || choices(account, features, subscription).some((one) => one.price.id === price);
  const changesQuantity = item?.quantity !== undefined && item.quantity !== quantity;
  if (!item || !isOffered || (!isSame && !can("price")) || (changesQuantity && !can("quantity"))) {
    throw ApiError.invalid("This plan is not offered.");
  }
  const isMetered = account.store.get("price", price)?.recurring?.usage_type === "metered";
  const endsTrial = subscription.status === "trialing" && update.trial_update_behavior === "end_trial";
  return updateSubscription(account, subscription, {
    items: [{ id: item.id, price, ...(isMetered ? {} : { quantity }) }],
    proration_behavior: behaviorOf(update.proration_behavior),
    payment_behavior: "error_if_incomplete",
    ...(endsTrial ? { trial_end: "now" } : {}),
  });
}

function behaviorOf(word: string): "always_invoice" | "create_prorations" | "none" {
  return word === "always_invoice" || word === "create_prorations" ? word : "none";
}

/** What a switch of plans costs. */
export type Preview = {
  /** What is charged at once. */
  now: number;
  /** What is added to the next invoice; below zero for a credit. */
  next: number;
};

/** Tries a switch, and undoes it. @throws ApiError as the switch would */
export function previewSwitch(
  account: Account,
  features: Features,
  subscription: Subscription,
  to: Switch,
): Preview {
  const customer = idOf(subscription.customer) ?? "";
  const waiting = () =>
    pendingItems(account, customer, subscription.id).reduce((sum, { amount }) => sum + amount, 0);
  try {
    return account.atomically(() => {
      const before = waiting();
      const after = switchPlan(account, features, subscription, to);
      const invoice = account.store.get("invoice", idOf(after.latest_invoice) ?? "");
      const isNew = invoice !== undefined && invoice.id !== idOf(subscription.latest_invoice);
      throw new Tried({ now: isNew ? invoice.amount_due : 0, next: waiting() - (isNew ? 0 : before) });
    });
  } catch (error) {
    if (error instanceof Tried) return error.preview;
    throw error;
  }
}

class Tried extends Error {
  readonly preview: Preview;
  constructor(preview: Preview) {
    super("Only for a try.");
    this.preview = preview;
  }
}

/** Ends a subscription as the portal's configuration has it: at the end of its period, or at once. */
export function cancelInPortal(
  account: Account,
  { subscription_cancel: { mode, proration_behavior } }: Features,
  subscription: Subscription,
  said: { feedback: string | null; comment: string | null },
): Subscription {
  if (mode !== "immediately") return cancelFromPortal(account, subscription, said);
  return cancelSubscription(account, subscription, {
    prorate: proration_behavior !== "none",
    invoice_now: proration_behavior === "always_invoice",
    cancellation_details: said,
  });
}

/** Takes a planned end back. */
export const keepSubscription = (account: Account, subscription: Subscription): Subscription =>
  updateSubscription(account, subscription, { cancel_at_period_end: false });

/**
 * Makes a payment method the one that is charged from now on: the customer's default, and that of each subscription
 * that had its own, as those of Checkout have.
 */
export function makeDefault(account: Account, customer: string, method: string): void {
  const before = account.store.get("customer", customer);
  if (!before) return;
  const invoice_settings = { ...before.invoice_settings, default_payment_method: method };
  account.change("customer", before, { invoice_settings }, "customer.updated");
  for (const subscription of liveSubscriptions(account, customer)) {
    if (subscription.default_payment_method !== null) {
      updateSubscription(account, subscription, { default_payment_method: method });
    }
  }
}
