import { db } from "@/lib/db";
import { type Stripe, stripe } from "@/lib/stripe";
import { expireEach } from "./checkout";
import { nullIfMissing } from "./fetch";
import { giveUpCustomer, ownCustomer } from "./ownership";
import { isFinalStatus } from "./subscription/access";
import { syncSubscription } from "./subscription/lifecycle";

/**
 * Ends a user's billing for good. Their customer at Stripe is deleted, and with it their cards and every subscription, at
 * once: whatever another tab is about to buy, nothing can be charged any more. Bills stay, there and here.
 * Where it fails half-way, the next call goes on. https://docs.stripe.com/api/customers/delete
 */
export async function closeBilling(userId: string): Promise<void> {
  const customer = await ownCustomer(userId);
  if (!customer) return;
  const api = await stripe();
  // Deleted already, or of another account, whose customers a test key does not know.
  await deleteAtStripe(api, customer).catch(nullIfMissing);
  const known = await db().subscription.findMany({
    where: { customerId: customer },
    select: { id: true, status: true },
  });
  const live = known.filter(({ status }) => !isFinalStatus(status));
  await Promise.all(live.map(({ id }) => syncSubscription(id)));
  await giveUpCustomer(customer);
}

async function deleteAtStripe(api: Stripe, customer: string): Promise<void> {
  const { data: open } = await api.checkout.sessions.list({ customer, status: "open", limit: 20 });
  await expireEach(open);
  await api.customers.del(customer);
}
