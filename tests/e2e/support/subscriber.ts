import type { Client } from "pg";
import { expect } from "./fixtures.ts";
import { stripe } from "./stripe.ts";

export type Subscriber = { customer: string; subscription: string };

/** Gives a user a subscription, as Checkout leaves one, and waits until the app knows of it. */
export async function subscribe(
  db: Client,
  email: string,
  lookupKey: string,
  { seats = 1, card = "pm_card_visa" } = {},
): Promise<Subscriber> {
  const api = stripe();
  const customer = await api.customers.create({ email });
  await db.query(
    `insert into customers (id, user_id, livemode) select $1, id, false from users where email = $2
     on conflict (id) do update set user_id = excluded.user_id`,
    [customer.id, email],
  );
  const method = await api.paymentMethods.attach(card, { customer: customer.id });
  const { data } = await api.prices.list({ lookup_keys: [lookupKey] });
  const subscription = await api.subscriptions.create({
    customer: customer.id,
    items: [{ price: data[0]?.id ?? "", quantity: seats }],
    default_payment_method: method.id,
  });
  const status = async () => {
    const { rows } = await db.query("select status from subscriptions where id = $1", [subscription.id]);
    return rows[0]?.status;
  };
  await expect.poll(status, { timeout: 60_000 }).toBe("active");
  return { customer: customer.id, subscription: subscription.id };
}

/** From now on this card is charged. */
export async function chargeCard({ customer, subscription }: Subscriber, card: string): Promise<void> {
  const api = stripe();
  const { id } = await api.paymentMethods.attach(card, { customer });
  await api.subscriptions.update(subscription, { default_payment_method: id });
}

/** What Stripe has: `1 × solo_monthly`. */
export async function planAtStripe({ subscription }: Subscriber): Promise<string> {
  const [item] = (await stripe().subscriptions.retrieve(subscription)).items.data;
  return `${item?.quantity} × ${item?.price.lookup_key}`;
}
