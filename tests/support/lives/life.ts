import fc from "fast-check";
import type Stripe from "stripe";
import type { Account } from "@/dev/stripe/account";
import { attach } from "@/dev/stripe/engine/payment-methods";

/** What there is to buy, and what one pays with. */
export type Shop = { stripe: Stripe; account: Account; products: string[]; prices: string[] };

/** A customer, as their deeds see them. */
export type Person = Shop & { customer: string; goodCard: string; badCard: string };

/** One thing that happens to a customer's objects. `pick` decides between what there is to choose from. */
type Deed = (person: Person, pick: number) => Promise<unknown>;

const one = <T>(of: readonly T[], pick: number): T => {
  const found = of[pick % of.length];
  if (found === undefined) throw new NothingToDo();
  return found;
};

/** A deed had no object to be done to. */
class NothingToDo extends Error {}

const subscription = ({ account, customer }: Person, pick: number) =>
  one(account.store.ofCustomer("subscription", customer), pick);
const invoice = ({ account, customer }: Person, pick: number) =>
  one(account.store.ofCustomer("invoice", customer), pick);
const card = ({ goodCard, badCard }: Person, pick: number) => (pick % 3 === 0 ? badCard : goodCard);

/** Through the API, as the app, the portal, the dashboard and other programs do it. */
const DEEDS = {
  subscribe: (who, pick) =>
    who.stripe.subscriptions.create({
      customer: who.customer,
      items: [{ price: one(who.prices, pick), quantity: 1 + (pick % 3) }],
      default_payment_method: card(who, pick),
      ...(pick % 5 === 0 ? { trial_period_days: 3 } : {}),
      ...(pick % 4 === 1 ? { payment_behavior: "default_incomplete" } : {}),
      ...(pick % 11 === 0 ? { collection_method: "send_invoice", days_until_due: 3 } : {}),
    }),
  async checkOut(who, pick) {
    const session = await who.stripe.checkout.sessions.create({
      mode: "subscription",
      customer: who.customer,
      line_items: [{ price: one(who.prices, pick), quantity: 1 }],
      success_url: "https://app.example.com/welcome",
    });
    const form = { payment_method: card(who, pick) };
    return who.stripe.rawRequest("POST", `/v1/payment_pages/${session.id}/confirm`, form);
  },
  changePlan(who, pick) {
    const { id, items } = subscription(who, pick);
    const [item] = items.data;
    if (!item) throw new NothingToDo();
    return who.stripe.subscriptions.update(id, {
      items: [{ id: item.id, price: one(who.prices, pick >> 2) }],
      proration_behavior: pick % 2 ? "always_invoice" : "create_prorations",
    });
  },
  addItem: (who, pick) =>
    who.stripe.subscriptionItems.create({
      subscription: subscription(who, pick).id,
      price: one(who.prices, pick >> 2),
      quantity: 1 + (pick % 4),
    }),
  removeItem: (who, pick) =>
    who.stripe.subscriptionItems.del(one(subscription(who, pick).items.data, pick >> 2).id),
  note: (who, pick) =>
    who.stripe.subscriptions.update(subscription(who, pick).id, { metadata: { seats: String(pick) } }),
  endLater(who, pick) {
    const { id, cancel_at_period_end } = subscription(who, pick);
    return who.stripe.subscriptions.update(id, { cancel_at_period_end: !cancel_at_period_end });
  },
  endNow: (who, pick) => who.stripe.subscriptions.cancel(subscription(who, pick).id),
  /** Stripe refuses that for one that ended. */
  revive: (who, pick) =>
    who.stripe.subscriptions.update(subscription(who, pick).id, {
      cancel_at_period_end: false,
      cancel_at: "",
    }),
  changeCard: (who, pick) =>
    who.stripe.subscriptions.update(subscription(who, pick).id, {
      default_payment_method: card(who, pick >> 2),
    }),
  endTrial: (who, pick) => who.stripe.subscriptions.update(subscription(who, pick).id, { trial_end: "now" }),
  pay: (who, pick) =>
    who.stripe.invoices.pay(invoice(who, pick).id, { payment_method: card(who, pick >> 2) }),
  finalize: (who, pick) => who.stripe.invoices.finalizeInvoice(invoice(who, pick).id),
  giveUp: (who, pick) =>
    pick % 2
      ? who.stripe.invoices.voidInvoice(invoice(who, pick).id)
      : who.stripe.invoices.markUncollectible(invoice(who, pick).id),
  async billOnce(who, pick) {
    const { customer } = who;
    const { id } = await who.stripe.invoices.create({ customer, auto_advance: pick % 2 === 0 });
    await who.stripe.invoiceItems.create({ customer, invoice: id, amount: 100 + pick, currency: "eur" });
    return who.stripe.invoices.finalizeInvoice(id);
  },
  rename: (who, pick) => who.stripe.customers.update(who.customer, { email: `${pick}@example.com` }),
  changeCatalogue: (who, pick) =>
    pick % 2
      ? who.stripe.products.update(one(who.products, pick >> 1), { name: `Plan ${pick}` })
      : who.stripe.prices.update(one(who.prices, pick >> 1), { active: pick % 4 === 0 }),
  leave: (who) => who.stripe.customers.del(who.customer),
} satisfies Record<string, Deed>;

type DeedName = keyof typeof DEEDS;

const deed = (...names: DeedName[]) => fc.record({ what: fc.constantFrom(...names), pick: fc.nat(99) });

const anything = fc.oneof(
  { weight: 3, arbitrary: deed("subscribe", "checkOut") },
  {
    weight: 8,
    arbitrary: deed("changePlan", "note", "endLater", "changeCard", "addItem", "removeItem", "endTrial"),
  },
  { weight: 5, arbitrary: deed("pay", "giveUp", "finalize", "billOnce") },
  { weight: 3, arbitrary: deed("endNow", "revive", "rename") },
  { weight: 1, arbitrary: deed("leave", "changeCatalogue") },
);

/** What happens in one go, within a moment: mostly one deed, sometimes a burst. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.array(anything, { minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.array(anything, { minLength: 2, maxLength: 4 }) },
);

/** A customer's life: it begins with a subscription, and then anything may follow. */
export const life = fc
  .tuple(deed("subscribe", "checkOut"), fc.array(step, { minLength: 1, maxLength: 6 }))
  .map(([first, steps]) => [[first], ...steps]);

export type Life = readonly (readonly { what: DeedName; pick: number }[])[];

/** Does one deed. That Stripe refuses it, or that there is nothing to do it to, is a life's way too. */
export async function act(person: Person, { what, pick }: Life[number][number]): Promise<void> {
  try {
    await DEEDS[what](person, pick);
  } catch (error) {
    const isRefused = error instanceof Error && "type" in error && String(error.type).startsWith("Stripe");
    if (!isRefused && !(error instanceof NothingToDo)) throw error;
  }
}

/** Makes the catalogue that a batch of lives shares. */
export async function openShop(stripe: Stripe, account: Account): Promise<Shop> {
  const price = async (product: string, unit_amount: number, interval: "month" | "year") =>
    (await stripe.prices.create({ product, currency: "eur", unit_amount, recurring: { interval } })).id;
  const { id: solo } = await stripe.products.create({ name: "Solo" });
  const { id: team } = await stripe.products.create({ name: "Team" });
  const prices = [await price(solo, 500, "month"), await price(team, 2000, "month")];
  return { stripe, account, products: [solo, team], prices: [...prices, await price(solo, 5000, "year")] };
}

/** Somebody with two cards, of which one can be charged. */
export async function enter(shop: Shop, name: string): Promise<Person> {
  const { id: customer } = await shop.stripe.customers.create({ email: `${name}@example.com` });
  const [goodCard, badCard] = ["pm_card_visa", "pm_card_chargeCustomerFail"].map(
    (token) => attach(shop.account, token, customer).id,
  );
  return { ...shop, customer, goodCard: goodCard ?? "", badCard: badCard ?? "" };
}
