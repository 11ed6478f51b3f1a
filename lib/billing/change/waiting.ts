import { type Stripe, stripe } from "@/lib/stripe";
import { fingerprint } from "../idempotency";
import { invoices } from "../invoices";
import { schedules } from "../schedules";
import { syncSubscription } from "../subscription/lifecycle";
import { idOf, retrieveOwn } from "../subscription/own";
import { syncObject } from "../sync";
import type { Quote } from "./quote";

/** Changes that wait: for the end of the period (Stripe's subscription schedules), or for their payment (pending updates). */

type Subscription = Stripe.Subscription;
type Schedule = Stripe.SubscriptionSchedule;
type PhaseParam = Stripe.SubscriptionScheduleUpdateParams.Phase;

/**
 * Keeps a change for the end of the period, in place of whatever waited before.
 * https://docs.stripe.com/billing/subscriptions/subscription-schedules/use-cases#downgrading
 */
export async function planForLater(
  before: Subscription,
  quote: Quote,
  idempotencyKey: string,
): Promise<void> {
  if (before.pending_update) await giveUpUnpaid(before);
  const schedule = await scheduleOf(before, idempotencyKey);
  const interval = await intervalOf(quote.to.price);
  const phases = schedule.phases
    .filter(({ start_date }) => start_date === schedule.current_phase?.start_date)
    .flatMap((current) => nowAndLater(current, quote, interval));
  const api = await stripe();
  await api.subscriptionSchedules.update(
    schedule.id,
    { end_behavior: "release", proration_behavior: "none", phases },
    { idempotencyKey: fingerprint("phases", idempotencyKey) },
  );
  await syncObject(schedules, schedule.id);
  await syncSubscription(before.id);
}

/** What the subscription has until its period ends, and a period of what it is to have then. */
function nowAndLater(
  { start_date, end_date, ...current }: Stripe.SubscriptionSchedule.Phase,
  { from, to }: Quote,
  interval: "month" | "year",
): PhaseParam[] {
  const items = current.items.map(({ price, quantity }) => ({
    price: idOf(price),
    ...(quantity === undefined ? {} : { quantity }),
  }));
  const discounts = current.discounts.flatMap(({ discount }) =>
    discount ? [{ discount: idOf(discount) }] : [],
  );
  return [
    { items, discounts, start_date, end_date },
    {
      items: items.map((item) => (item.price === from.price ? to : item)),
      discounts,
      // Nothing is prorated at the end of a period. The schedule lets go with the first period of the new plan.
      proration_behavior: "none",
      duration: { interval, interval_count: 1 },
    },
  ];
}

async function scheduleOf({ id, schedule }: Subscription, idempotencyKey: string): Promise<Schedule> {
  const api = await stripe();
  if (schedule) return api.subscriptionSchedules.retrieve(idOf(schedule));
  return api.subscriptionSchedules.create({ from_subscription: id }, { idempotencyKey });
}

async function intervalOf(priceId: string): Promise<"month" | "year"> {
  const api = await stripe();
  const { recurring } = await api.prices.retrieve(priceId);
  return recurring?.interval === "year" ? "year" : "month";
}

/**
 * Takes back what waits on a subscription of the user's: the plan stays as it is. Where nothing waits, nothing changes.
 * @throws Refusal with words for the user
 */
export async function keepPlan(userId: string, subscriptionId: string): Promise<void> {
  const subscription = await retrieveOwn(userId, subscriptionId);
  await takeBack(subscription);
  await syncSubscription(subscription.id);
}

/** Lets go of a schedule, and gives an unpaid upgrade up. */
export async function takeBack(subscription: Subscription): Promise<void> {
  if (subscription.pending_update) await giveUpUnpaid(subscription);
  if (!subscription.schedule) return;
  const api = await stripe();
  const id = idOf(subscription.schedule);
  const { status } = await api.subscriptionSchedules.retrieve(id);
  // It may have let go by itself a moment ago.
  if (status === "active") await api.subscriptionSchedules.release(id);
  await syncObject(schedules, id);
}

/** With its invoice void, Stripe drops the update. https://docs.stripe.com/billing/subscriptions/pending-updates */
async function giveUpUnpaid({ latest_invoice }: Subscription): Promise<void> {
  if (!latest_invoice) return;
  const api = await stripe();
  const id = idOf(latest_invoice);
  const { status } = await api.invoices.retrieve(id);
  if (status === "open") await api.invoices.voidInvoice(id);
  await syncObject(invoices, id);
}
