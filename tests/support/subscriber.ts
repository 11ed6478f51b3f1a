import { linkCustomer } from "@/lib/billing/ownership";
import { syncSubscription } from "@/lib/billing/subscription/lifecycle";
import { db } from "@/lib/db";
import { stripe } from "@/lib/stripe";

export type Subscriber = { userId: string; customerId: string; subscriptionId: string };

let count = 0;

/** A user with a subscription at the local Stripe, as Checkout leaves one, and the rows that tell of it. */
export async function aSubscriber(
  lookupKey: string,
  {
    seats = 1,
    trial = false,
    mode = "flexible",
    card = "pm_card_visa" as string | null,
    /** In how many days the first whole period begins, where that is not at once. */
    wholeIn = 0,
  } = {},
): Promise<Subscriber> {
  count += 1;
  const userId = `user_${count}_${process.pid}`;
  const email = `${userId}@example.com`;
  await db().user.create({ data: { id: userId, name: "Ada", email } });
  const api = await stripe();
  const customer = await api.customers.create({ email });
  await linkCustomer({ userId, customerId: customer.id });
  const method = card ? await api.paymentMethods.attach(card, { customer: customer.id }) : null;
  const { data } = await api.prices.list({ lookup_keys: [lookupKey] });
  const subscription = await api.subscriptions.create({
    customer: customer.id,
    items: [{ price: data[0]?.id ?? "", quantity: seats }],
    billing_mode: { type: mode === "classic" ? "classic" : "flexible" },
    ...(method ? { default_payment_method: method.id } : {}),
    ...(trial ? { trial_period_days: 14 } : {}),
    ...(wholeIn > 0 ? { billing_cycle_anchor: Math.floor(Date.now() / 1000) + wholeIn * 86_400 } : {}),
  });
  await syncSubscription(subscription.id);
  return { userId, customerId: customer.id, subscriptionId: subscription.id };
}

/** From now on this card is charged for the subscription. */
export async function useCard({ customerId, subscriptionId }: Subscriber, card: string): Promise<void> {
  const api = await stripe();
  const { id } = await api.paymentMethods.attach(card, { customer: customerId });
  await api.subscriptions.update(subscriptionId, { default_payment_method: id });
}
