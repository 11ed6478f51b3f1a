import { db } from "@/lib/db";
import { isLivemode, type Stripe, stripe } from "@/lib/stripe";
import { spendAllowance } from "../allowance";
import { BillingError, Refusal } from "../errors";
import { ownCustomer } from "../ownership";

/**
 * A subscription of the user's own, as Stripe has it now.
 * @throws Refusal in the same words for one of somebody else and for one that does not exist; or if it was asked too often
 */
export async function retrieveOwn(userId: string, subscriptionId: string): Promise<Stripe.Subscription> {
  const customerId = await ownCustomer(userId);
  const row =
    customerId &&
    (await db().subscription.findFirst({
      where: { id: subscriptionId, customerId, livemode: isLivemode() },
      select: { id: true },
    }));
  if (!row) throw Refusal.noSuchSubscription();
  await spendAllowance(userId);
  const api = await stripe();
  const subscription = await api.subscriptions.retrieve(row.id);
  // A row may be behind, and Stripe moves no subscription to another customer: believe neither alone.
  if (idOf(subscription.customer) !== customerId) throw BillingError.customerOfAnotherUser(customerId);
  return subscription;
}

/** Stripe gives an id, or the object where it was asked to. */
export const idOf = (value: string | { id: string }): string =>
  typeof value === "string" ? value : value.id;

/** Whether there is anything to charge for a subscription. Asks Stripe about the customer if the subscription has nothing. */
export async function hasPaymentMethod({
  customer,
  default_payment_method,
  ...s
}: Stripe.Subscription): Promise<boolean> {
  if (default_payment_method || s.default_source || s.collection_method === "send_invoice") return true;
  const api = await stripe();
  const owner = await api.customers.retrieve(idOf(customer));
  return !owner.deleted && Boolean(owner.invoice_settings.default_payment_method ?? owner.default_source);
}
