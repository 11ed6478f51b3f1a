import { featuresOf } from "@/dev/stripe/engine/entitlements";
import { createSepaDebit } from "@/dev/stripe/engine/payment-methods";
import { enter, type Person } from "./shop";

/** One thing that happens to a customer's objects. `pick` decides between what there is to choose from. */
type Deed = (person: Person, pick: number) => Promise<unknown>;

/** A deed had no object to be done to. */
export class NothingToDo extends Error {}

const one = <T>(of: readonly T[], pick: number): T => {
  const found = of[pick % of.length];
  if (found === undefined) throw new NothingToDo();
  return found;
};

/** Mostly one of those that a deed is meant for: Stripe's refusals are a part of life, and not the most of it. */
const oneOf = <T>(all: readonly T[], pick: number, isMeant: (one: T) => boolean): T => {
  const meant = all.filter(isMeant);
  return one(meant.length > 0 && pick % 8 > 0 ? meant : all, pick >> 1);
};

const OVER = ["canceled", "incomplete_expired"];

const subscription = ({ account, customer }: Person, pick: number, ...statuses: string[]) =>
  oneOf(account.store.ofCustomer("subscription", customer), pick, ({ status }) =>
    statuses.length > 0 ? statuses.includes(status) : !OVER.includes(status),
  );
const invoice = ({ account, customer }: Person, pick: number, ...statuses: string[]) =>
  oneOf(account.store.ofCustomer("invoice", customer), pick, ({ status }) => statuses.includes(status ?? ""));
const schedule = ({ account, customer }: Person, pick: number) =>
  oneOf(account.store.ofCustomer("subscription_schedule", customer), pick, ({ status }) =>
    ["active", "not_started"].includes(status),
  );

const card = ({ goodCard, askingCard, badCard }: Person, pick: number) =>
  one([goodCard, badCard, goodCard, goodCard, askingCard, goodCard, badCard], pick);

const DAY = 86_400;

/** One goes through, and one comes back. */
const IBANS = ["AT611904300234573201", "IT60X0542811101000000123456"] as const;

const payWith = ({ stripe }: Person, bill: unknown, payment_method: string) =>
  typeof bill === "string"
    ? stripe.invoices.pay(bill, { payment_method })
    : Promise.reject(new NothingToDo());

const subscribe: Deed = (who, pick) =>
  who.stripe.subscriptions.create({
    customer: who.customer,
    items: [
      { price: one(who.prices, pick), quantity: 1 + (pick % 3) },
      ...(pick % 6 === 2 ? [{ price: one(who.prices, pick + 1) }] : []),
    ],
    default_payment_method: card(who, pick),
    ...(pick % 5 === 0 ? { trial_period_days: 3 } : {}),
    ...(pick % 4 === 1 ? { payment_behavior: "default_incomplete" } : {}),
    ...(pick % 11 === 0 ? { collection_method: "send_invoice", days_until_due: 3 } : {}),
  });

/** What follows on the period that runs. */
async function plan(who: Person, pick: number) {
  const { id, items } = subscription(who, pick);
  const { id: schedule, phases } = await who.stripe.subscriptionSchedules.create({ from_subscription: id });
  const { start_date = 0, end_date = 0 } = phases[0] ?? {};
  const now = items.data.map(({ price, quantity = 1 }) => ({ price: price.id, quantity }));
  const next = { price: one(who.prices, pick >> 2), quantity: 1 + (pick % 3) };
  return who.stripe.subscriptionSchedules.update(schedule, {
    end_behavior: pick % 2 ? "cancel" : "release",
    phases: [
      { items: now, start_date, end_date },
      { items: [next], duration: { interval: "week" } },
    ],
  });
}

/** A bill of no subscription, still a draft. */
async function bill({ stripe, customer }: Person, pick: number): Promise<string> {
  const { id } = await stripe.invoices.create({ customer, currency: "eur", auto_advance: pick % 2 === 0 });
  await stripe.invoiceItems.create({ customer, invoice: id, amount: 100 + pick, currency: "eur" });
  return id;
}

/** Later versions let Stripe choose the ways to pay. */
const TAKES_TYPES = "2026-03-25.dahlia";

const confirm = ({ stripe }: Person, session: string, payment_method: string) =>
  stripe.rawRequest("POST", `/v1/payment_pages/${session}/confirm`, { payment_method });

/** Through the API, as the app, the portal, the dashboard and other programs do it. */
export const DEEDS = {
  subscribe,
  /** Without a card, so that the end of it is a pause or the end of all. */
  tryFree: (who, pick) =>
    who.stripe.subscriptions.create({
      customer: who.customer,
      items: [{ price: one(who.prices, pick) }],
      trial_period_days: 1 + (pick % 4),
      trial_settings: { end_behavior: { missing_payment_method: pick % 3 ? "pause" : "cancel" } },
    }),
  async checkOut(who, pick) {
    const session = await who.stripe.checkout.sessions.create({
      mode: "subscription",
      customer: who.customer,
      line_items: [{ price: one(who.prices, pick), quantity: 1 }],
      success_url: "https://app.example.com/welcome",
    });
    return confirm(who, session.id, card(who, pick));
  },
  /** Complete at once, and paid or not a moment later. */
  async checkOutByDebit(who, pick) {
    const session = await who.stripe.rawRequest(
      "POST",
      "/v1/checkout/sessions",
      {
        mode: "subscription",
        customer: who.customer,
        line_items: [{ price: one(who.prices, pick), quantity: 1 }],
        success_url: "https://app.example.com/welcome",
        payment_method_types: ["sepa_debit"],
      },
      { apiVersion: TAKES_TYPES },
    );
    const { id } = createSepaDebit(who.account, { iban: one(IBANS, pick >> 1) });
    return confirm(who, String(Reflect.get(session, "id")), id);
  },
  changePlan(who, pick) {
    const { id, items } = subscription(who, pick);
    return who.stripe.subscriptions.update(id, {
      items: [{ id: one(items.data, pick).id, price: one(who.prices, pick >> 2) }],
      proration_behavior: pick % 2 ? "always_invoice" : "create_prorations",
    });
  },
  changeQuantity(who, pick) {
    const { id, items } = subscription(who, pick);
    return who.stripe.subscriptions.update(id, {
      items: [{ id: one(items.data, pick).id, quantity: pick % 5 }],
    });
  },
  /** Holds only once it is paid, and the card does not pay by itself. */
  async upgrade(who, pick) {
    const { id, items } = subscription(who, pick, "active");
    const { id: item, quantity = 1 } = one(items.data, pick);
    const { badCard, askingCard } = who;
    const default_payment_method = one([badCard, askingCard], pick);
    await who.stripe.subscriptions.update(id, { default_payment_method });
    const { latest_invoice } = await who.stripe.subscriptions.update(id, {
      items: [{ id: item, quantity: quantity + 1 }],
      payment_behavior: "pending_if_incomplete",
      proration_behavior: "always_invoice",
    });
    return pick % 3 === 0 ? payWith(who, latest_invoice, who.goodCard) : id;
  },
  addItem: (who, pick) =>
    who.stripe.subscriptionItems.create({
      subscription: subscription(who, pick).id,
      price: one(who.prices, pick >> 2),
      quantity: 1 + (pick % 4),
    }),
  /** Where there is only one, another is added before. */
  async removeItem(who, pick) {
    const all = who.account.store.ofCustomer("subscription", who.customer);
    const { id, items } = oneOf(all, pick, ({ items }) => items.data.length > 1);
    const [item] = items.data.slice(1);
    const price = who.prices.find((price) => price !== items.data[0]?.price.id) ?? "";
    const extra = item ?? (await who.stripe.subscriptionItems.create({ subscription: id, price }));
    return who.stripe.subscriptionItems.del(extra.id);
  },
  note: (who, pick) =>
    who.stripe.subscriptions.update(subscription(who, pick).id, { metadata: { seats: String(pick) } }),
  endLater(who, pick) {
    const { id, cancel_at_period_end } = subscription(who, pick);
    return who.stripe.subscriptions.update(id, { cancel_at_period_end: !cancel_at_period_end });
  },
  endOn: (who, pick) =>
    who.stripe.subscriptions.update(subscription(who, pick).id, {
      cancel_at: who.account.now() + (1 + (pick % 40)) * DAY,
    }),
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
  endTrial: (who, pick) =>
    who.stripe.subscriptions.update(subscription(who, pick, "trialing").id, { trial_end: "now" }),
  /** Sometimes for a moment only. */
  async pause(who, pick) {
    const { id, status } = subscription(who, pick, "paused");
    if (status !== "paused") await who.stripe.subscriptions.pause(id, { type: "subscription" });
    if (status !== "paused" && pick % 3 > 0) return id;
    return who.stripe.subscriptions.resume(id, { billing_cycle_anchor: { type: "now" } });
  },
  pauseBills(who, pick) {
    const { id, pause_collection } = subscription(who, pick);
    const behavior = one(["keep_as_draft", "mark_uncollectible", "void"] as const, pick);
    const resumes_at = who.account.now() + 3 * DAY;
    return who.stripe.subscriptions.update(id, {
      pause_collection: pause_collection ? "" : { behavior, ...(pick % 2 ? { resumes_at } : {}) },
    });
  },
  plan,
  planBeginning: (who, pick) =>
    who.stripe.subscriptionSchedules.create({
      customer: who.customer,
      start_date: pick % 3 ? who.account.now() + 2 * DAY : "now",
      end_behavior: pick % 2 ? "cancel" : "release",
      default_settings: { default_payment_method: pick % 4 < 2 ? who.badCard : who.goodCard },
      phases: [{ items: [{ price: one(who.prices, pick) }], duration: { interval: "month" } }],
    }),
  /** Of who has none, a plan is made before. */
  async dropPlan(who, pick) {
    const all = who.account.store.ofCustomer("subscription_schedule", who.customer);
    const { id } = all.length > 0 ? schedule(who, pick) : await plan(who, pick);
    return pick % 3
      ? who.stripe.subscriptionSchedules.release(id)
      : who.stripe.subscriptionSchedules.cancel(id);
  },
  pay: (who, pick) =>
    who.stripe.invoices.pay(invoice(who, pick, "open", "uncollectible").id, {
      payment_method: card(who, pick >> 2),
    }),
  /** The bill that something waits for: a subscription that is to begin or is past due, or an upgrade. */
  async payUp(who, pick) {
    const all = who.account.store.ofCustomer("subscription", who.customer);
    const { latest_invoice } = oneOf(
      all,
      pick,
      ({ status, pending_update }) =>
        pending_update !== null || ["incomplete", "past_due", "unpaid"].includes(status),
    );
    return payWith(who, latest_invoice, who.goodCard);
  },
  async finalize(who, pick) {
    const all = who.account.store.ofCustomer("invoice", who.customer);
    const draft = all.some(({ status }) => status === "draft")
      ? invoice(who, pick, "draft").id
      : bill(who, pick);
    return who.stripe.invoices.finalizeInvoice(await draft);
  },
  giveUp: (who, pick) =>
    pick % 2
      ? who.stripe.invoices.voidInvoice(invoice(who, pick, "open", "uncollectible").id)
      : who.stripe.invoices.markUncollectible(invoice(who, pick, "open").id),
  billOnce: bill,
  credit(who, pick) {
    const { id, status } = invoice(who, pick, "open", "paid");
    const amount = 50 + pick;
    const way = pick % 2 ? { credit_amount: amount } : { refund_amount: amount };
    return who.stripe.creditNotes.create({ invoice: id, amount, ...(status === "paid" ? way : {}) });
  },
  rename: (who, pick) => who.stripe.customers.update(who.customer, { email: `${pick}@example.com` }),
  changeCatalogue: (who, pick) =>
    pick % 2
      ? who.stripe.products.update(one(who.products, pick >> 1), {
          name: `Plan ${pick}`,
          active: pick % 3 > 0,
        })
      : who.stripe.prices.update(one(who.prices, pick >> 1), { active: pick % 4 === 0 }),
  /** Ids of one's own choosing may come again after a deletion. */
  changeAddOn(who, pick) {
    const id = `prod_addon${pick % 3}`;
    return who.account.store.get("product", id)
      ? who.stripe.products.del(id)
      : who.stripe.products.create({ id, name: `Add-on ${pick}` });
  },
  /** Who has subscribed before hears of it with their next change. */
  changeFeatures(who, pick) {
    const [product, feature] = [one(who.products, pick), one(who.features, pick >> 1)];
    const sold = featuresOf(who.account, product).find((its) => its.entitlement_feature.id === feature);
    return sold
      ? who.stripe.products.deleteFeature(product, sold.id)
      : who.stripe.products.createFeature(product, { entitlement_feature: feature });
  },
  leave: (who) => who.stripe.customers.del(who.customer),
  /** Deleted, and here again at once as somebody else. */
  async startOver(who, pick) {
    await who.stripe.customers.del(who.customer);
    Object.assign(who, enter(who, `again${pick}`));
    return subscribe(who, pick);
  },
} satisfies Record<string, Deed>;

export type DeedName = keyof typeof DEEDS;
