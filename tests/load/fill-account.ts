import Stripe from "stripe";
import type { LocalStripe } from "../../dev/stripe/server.ts";

const [DAY, AGE_DAYS] = [86_400, 400];

/**
 * Fills a local Stripe with customers, each with a subscription and its last bill, by copies of one that Stripe made. They
 * began more than a month ago, so that no event tells of them.
 * @returns how many objects there are now
 */
export async function fillAccount(local: LocalStripe, subscriptions: number): Promise<number> {
  const { account, port } = local;
  const stripe = new Stripe("sk_test_local", { protocol: "http", host: "127.0.0.1", port, telemetry: false });
  const product = await stripe.products.create({ name: "Team" });
  const price = await stripe.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 900,
    recurring: { interval: "month" },
  });
  const payer = await stripe.customers.create({ email: "person@example.com" });
  const method = await stripe.paymentMethods.attach("pm_card_visa", { customer: payer.id });
  const made = await stripe.subscriptions.create({
    customer: payer.id,
    default_payment_method: method.id,
    items: [{ price: price.id }],
  });
  const { store } = account;
  const [customer, subscription, invoice] = [
    store.get("customer", payer.id),
    store.get("subscription", made.id),
    store.all("invoice")[0],
  ];
  const item = subscription?.items.data[0];
  if (!customer || !subscription || !invoice || !item) throw new Error("Stripe made no subscription.");
  account.events.length = 0;
  const now = account.now();
  for (let at = 1; at < subscriptions; at += 1) {
    const n = String(at).padStart(10, "0");
    const [cus, sub, inv] = [`cus_import${n}`, `sub_import${n}`, `in_import${n}`];
    const created = now - AGE_DAYS * DAY + at * 60;
    store.put("customer", { ...customer, id: cus, email: `person${at}@example.com`, created });
    const own = { ...item, id: `si_import${n}`, subscription: sub, quantity: 1 + (at % 5) };
    store.put("subscription", {
      ...subscription,
      id: sub,
      customer: cus,
      created,
      start_date: created,
      latest_invoice: inv,
      items: { ...subscription.items, data: [own] },
    });
    store.put("invoice", {
      ...invoice,
      id: inv,
      customer: cus,
      number: `IMPORT-${n}`,
      created: now - 20 * DAY,
    });
  }
  return store.count("customer") + store.count("subscription") + store.count("invoice") + 2;
}
