import { type Stripe, stripe } from "@/lib/stripe";
import { Refusal } from "../errors";
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
type Phase = Stripe.SubscriptionSchedule.Phase;
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
  const [from, to] = await Promise.all([intervalOf(quote.from.price), intervalOf(quote.to.price)]);
  const phases = schedule.phases
    .filter(({ start_date }) => start_date === schedule.current_phase?.start_date)
    .flatMap((current) => nowAndLater(current, quote, { from, to }));
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
  current: Phase,
  { from, to }: Quote,
  interval: Record<"from" | "to", "month" | "year">,
): PhaseParam[] {
  const { start_date, end_date } = current;
  const { items, ...same } = settingsOf(current);
  return [
    { items, ...same, start_date, end_date },
    {
      items: items.map((item) => (item.price === from.price ? { ...item, ...to } : item)),
      ...same,
      // Nothing is prorated at the end of a period. The schedule lets go with the first period of the new plan.
      proration_behavior: "none",
      duration: { interval: interval.to, interval_count: 1 },
      // Another interval begins with the phase, and is paid then. The same one keeps its day, be it the 31st.
      ...(interval.from === interval.to ? {} : { billing_cycle_anchor: "phase_start" }),
    },
  ];
}

/** What a phase has, to be said again: what is left out becomes Stripe's default, as the customer's card for the subscription's. */
function settingsOf({ automatic_tax, collection_method, default_payment_method, ...phase }: Phase) {
  const taxRates = (rates: Phase["default_tax_rates"]) => (rates ?? []).map(idOf);
  return {
    items: phase.items.map(({ price, quantity, tax_rates }) => ({
      price: idOf(price),
      ...(quantity === undefined ? {} : { quantity }),
      ...(tax_rates?.length ? { tax_rates: taxRates(tax_rates) } : {}),
    })),
    discounts: phase.discounts.flatMap(({ discount }) => (discount ? [{ discount: idOf(discount) }] : [])),
    ...(automatic_tax ? { automatic_tax: { enabled: automatic_tax.enabled } } : {}),
    ...(collection_method ? { collection_method } : {}),
    ...(default_payment_method ? { default_payment_method: idOf(default_payment_method) } : {}),
    ...(phase.default_tax_rates?.length ? { default_tax_rates: taxRates(phase.default_tax_rates) } : {}),
  } satisfies PhaseParam;
}

/** Plans once more what was taken back for nothing. */
export async function planAgain(subscriptionId: string, planned: readonly Phase[]): Promise<void> {
  const api = await stripe();
  const { id } = await api.subscriptionSchedules.create({ from_subscription: subscriptionId });
  const phases = planned.map((phase): PhaseParam => {
    const { start_date, end_date, proration_behavior, billing_cycle_anchor: anchor } = phase;
    const same = { ...settingsOf(phase), start_date, end_date, proration_behavior };
    return { ...same, ...(anchor ? { billing_cycle_anchor: anchor } : {}) };
  });
  await api.subscriptionSchedules.update(id, {
    end_behavior: "release",
    proration_behavior: "none",
    phases,
  });
  await syncObject(schedules, id);
  await syncSubscription(subscriptionId);
}

async function scheduleOf({ id, schedule }: Subscription, idempotencyKey: string): Promise<Schedule> {
  const api = await stripe();
  if (schedule) return api.subscriptionSchedules.retrieve(idOf(schedule));
  const made = await api.subscriptionSchedules.create({ from_subscription: id }, { idempotencyKey });
  // Confirmed before, and taken back since, Stripe says again that it was made.
  const now = await api.subscriptionSchedules.retrieve(made.id);
  if (now.status !== "active") throw Refusal.quoteOutdated();
  return now;
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

/**
 * Lets go of a schedule, and gives an unpaid upgrade up.
 * @returns what was planned, from the present phase on; null for nothing
 */
export async function takeBack(subscription: Subscription): Promise<Phase[] | null> {
  if (subscription.pending_update) await giveUpUnpaid(subscription);
  if (!subscription.schedule) return null;
  const api = await stripe();
  const id = idOf(subscription.schedule);
  const { status, phases, current_phase } = await api.subscriptionSchedules.retrieve(id);
  // It may have let go by itself a moment ago.
  if (status === "active") await api.subscriptionSchedules.release(id);
  await syncObject(schedules, id);
  return current_phase && phases.filter(({ start_date }) => start_date >= current_phase.start_date);
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
