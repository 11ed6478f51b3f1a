import { db } from "@/lib/db";
import { type Stripe, stripe } from "@/lib/stripe";
import { BillingError, Refusal } from "../errors";
import { type Money, moneyOf, priceOnSale } from "../on-sale";
import { type Cadence, type Plan, planOf } from "../plans";
import { metadata } from "../read";
import { idOf, retrieveOwn } from "../subscription/own";
import { checkChangeable, endsTrial, type Holding, kindOfChange } from "./kind";
import { signQuote } from "./quote";

/** What a change costs and when it comes, before it is confirmed. */
export type ChangePreview =
  | { kind: "none" }
  | {
      kind: "now";
      quote: string;
      /** Charged at once. */
      due: Money;
      /** Given back as credit for later bills. */
      credit: Money;
      lines: { description: string; amount: Money }[];
      renewal: Renewal;
      endsTrial: boolean;
    }
  | { kind: "later"; quote: string; at: Date; renewal: Renewal };

/** What it costs from then on, each time, before tax and discounts. */
export type Renewal = { amount: Money; cadence: Cadence; at: Date };

/**
 * Shows what a change of plan, cadence or seats would cost, by asking Stripe for the very invoice.
 * https://docs.stripe.com/billing/subscriptions/prorations#preview-proration
 * @param seats counts only where the plan is sold by the seat
 * @throws Refusal with words for the user
 */
export async function previewChange(
  userId: string,
  subscriptionId: string,
  { plan, cadence, seats }: Holding,
  now: Date,
): Promise<ChangePreview> {
  const subscription = await retrieveOwn(userId, subscriptionId);
  checkChangeable(subscription);
  const to = { plan, cadence, seats: seatsOf(plan, seats) };
  const { item, holding } = await readPlanItem(subscription);
  const isTrial = subscription.status === "trialing";
  const kind = kindOfChange(holding, to, isTrial);
  if (kind === "none") return { kind };
  const price = await priceOnSale(plan.prices[cadence].lookupKey);
  const change = {
    subscription: subscription.id,
    item: item.id,
    from: { price: item.price.id, quantity: item.quantity ?? 1 },
    to: { price: price.id, quantity: to.seats },
    status: subscription.status,
    periodEnd: item.current_period_end,
    endsTrial: isTrial && endsTrial(holding, plan),
  };
  const at = new Date(item.current_period_end * 1000);
  const renewal = {
    amount: moneyOf((price.unitAmount ?? 0n) * BigInt(to.seats), price.currency),
    cadence,
    at,
  };
  if (kind === "later" || (isTrial && !change.endsTrial)) {
    const quote = signQuote({ kind, ...change, prorationDate: null, due: 0 }, now);
    if (kind === "later") return { kind, quote, at, renewal };
    const nothing = { amount: 0, currency: price.currency };
    return { kind, quote, due: nothing, credit: nothing, lines: [], renewal, endsTrial: false };
  }
  const invoice = await previewInvoice(subscription, change);
  // Of a trial nothing is prorated.
  const prorationDate = isTrial
    ? null
    : (invoice.parent?.subscription_details?.subscription_proration_date ?? invoice.created);
  const money = (minor: number) => ({ amount: minor, currency: invoice.currency });
  return {
    kind,
    quote: signQuote({ kind, ...change, prorationDate, due: invoice.amount_due }, now),
    due: money(invoice.amount_due),
    credit: money(Math.max(0, -invoice.total)),
    lines: invoice.lines.data.map((line) => ({
      description: line.description ?? "",
      amount: money(line.amount),
    })),
    renewal: { ...renewal, at: renewsAt(item, invoice) },
    endsTrial: change.endsTrial,
  };
}

function seatsOf({ seats }: Plan, asked: number): number {
  if (!seats) return 1;
  if (asked < 1 || asked > seats.most) throw Refusal.seatsOutOfRange(seats.most);
  return asked;
}

/** The item that is the plan: the first one that the plan file knows, or else the first. Add-ons stand beside it. */
export async function readPlanItem({ id, items }: Stripe.Subscription) {
  const products = await db().product.findMany({
    where: { id: { in: items.data.map(({ price }) => idOf(price.product)) } },
  });
  const all = items.data.map((item) => {
    const product = products.find((one) => one.id === idOf(item.price.product));
    return { item, holding: holdingOf(item, metadata(product?.metadata)) };
  });
  const found = all.find(({ holding }) => holding) ?? all[0];
  if (!found) throw BillingError.noItems(id);
  return found;
}

function holdingOf({ price, quantity = 1 }: Stripe.SubscriptionItem, ofProduct: Record<string, string>) {
  const plan = planOf({ lookupKey: price.lookup_key }, { metadata: ofProduct });
  const cadence: Cadence = price.recurring?.interval === "year" ? "year" : "month";
  return plan && { plan, cadence, seats: quantity };
}

async function previewInvoice(
  { id, customer }: Stripe.Subscription,
  { item, to, endsTrial }: { item: string; to: { price: string; quantity: number }; endsTrial: boolean },
): Promise<Stripe.Invoice> {
  const api = await stripe();
  return api.invoices.createPreview({
    customer: idOf(customer),
    subscription: id,
    subscription_details: {
      items: [{ id: item, ...to }],
      proration_behavior: "always_invoice",
      ...(endsTrial ? { trial_end: "now" } : {}),
    },
  });
}

/** The end of what is billed now: of this period, or of the new one that another cadence begins. */
function renewsAt(item: Stripe.SubscriptionItem, { lines }: Stripe.Invoice): Date {
  const ends = lines.data.map(({ period }) => period.end);
  return new Date(Math.max(item.current_period_end, ...ends) * 1000);
}
