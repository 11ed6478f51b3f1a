import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { found } from "../http/endpoint.ts";
import { idOf } from "../store.ts";
import { endSchedule } from "./schedule-ending.ts";
import type { ItemChange } from "./subscription-item-changes.ts";
import { isMetered, itemList, newItem, planOf } from "./subscription-items.ts";

type Schedule = Stripe.SubscriptionSchedule;
type Phase = Stripe.SubscriptionSchedule.Phase;
type Subscription = Stripe.Subscription;

/** The schedule that a subscription lives by, if it does and if a phase of it is over by then. */
function dueSchedule(account: Account, { schedule }: Subscription, at: number): Schedule | undefined {
  const found = account.store.get("subscription_schedule", idOf(schedule) ?? "");
  const due = found?.status === "active" && found.current_phase && found.current_phase.end_date <= at;
  return due ? found : undefined;
}

const phaseAt = ({ phases }: Schedule, at: number): Phase | undefined =>
  phases.find(({ start_date, end_date }) => start_date <= at && at < end_date);

/** A subscription as its schedule will have it at a moment. Nothing is kept of it. */
export function inDuePhase(account: Account, subscription: Subscription, at: number): Subscription {
  const schedule = dueSchedule(account, subscription, at);
  const phase = schedule && phaseAt(schedule, at);
  return phase ? inPhase(account, subscription, phase) : subscription;
}

/**
 * Moves a subscription's schedule on, where the end of a period is the end of a phase too: what the next phase has is
 * what the next period bills, so that nothing is prorated.
 * @returns the subscription as it is then; nothing is kept of it yet
 */
export function beginDuePhase(account: Account, subscription: Subscription, now: number): Subscription {
  const schedule = dueSchedule(account, subscription, now);
  if (!schedule) return subscription;
  const phase = phaseAt(schedule, now);
  if (phase) {
    enterPhase(account, schedule, phase);
    return inPhase(account, subscription, phase);
  }
  leaveSchedule(account, schedule);
  return { ...subscription, schedule: null };
}

/** Says which phase a schedule is in. */
export function enterPhase(account: Account, schedule: Schedule, phase: Phase): Schedule {
  const { start_date, end_date } = phase;
  const current_phase = { start_date, end_date };
  return account.change(
    "subscription_schedule",
    schedule,
    { current_phase },
    "subscription_schedule.updated",
  );
}

/** The last phase is over, and the subscription goes on without a schedule. */
export function leaveSchedule(account: Account, schedule: Schedule): void {
  const now = account.nowOf(idOf(schedule.customer));
  const { subscription } = schedule;
  const after = account.change(
    "subscription_schedule",
    endSchedule(account, schedule, "completed"),
    { status: "released", released_at: now, released_subscription: idOf(subscription), subscription: null },
    null,
  );
  account.emit("subscription_schedule.released", after);
}

/** A subscription with what a phase has. */
function inPhase(account: Account, subscription: Subscription, phase: Phase): Subscription {
  const changes = itemChanges(subscription, phase);
  const items = changes.flatMap(({ id, price: priceId, quantity, deleted, metadata }) => {
    if (deleted) return [];
    const price = found(account, "price", priceId ?? "");
    const before = subscription.items.data.find((item) => item.id === id);
    if (!before) {
      const [first] = subscription.items.data;
      const end = first?.current_period_end ?? phase.start_date;
      const made = {
        price,
        created: phase.start_date,
        period: { start: first?.current_period_start ?? end, end },
      };
      return [newItem(account, subscription.id, { quantity, metadata }, made)];
    }
    const { quantity: had, ...rest } = before;
    const many = isMetered(price) ? {} : { quantity: quantity ?? had ?? 1 };
    return [{ ...rest, price, plan: planOf(price), ...many }];
  });
  const { default_payment_method: method, collection_method } = phase;
  return {
    ...subscription,
    items: itemList(subscription.id, items),
    ...(method === null ? {} : { default_payment_method: idOf(method) }),
    ...(collection_method === null ? {} : { collection_method }),
  };
}

/** How to get from what a subscription has to what a phase has: the same price keeps its item, others take a place over. */
export function itemChanges(subscription: Subscription, phase: Phase): ItemChange[] {
  const free = [...subscription.items.data];
  const take = (price: string | null) => {
    const at = free.findIndex((item) => price === null || item.price.id === price);
    return at < 0 ? undefined : free.splice(at, 1)[0];
  };
  const wanted = phase.items.map((item) => ({ item, price: idOf(item.price) ?? "" }));
  const kept = wanted.map(({ price }) => take(price));
  const changes = wanted.map(({ item, price }, at): ItemChange => {
    const before = kept[at] ?? take(null);
    return { ...(before ? { id: before.id } : { metadata: item.metadata }), price, quantity: item.quantity };
  });
  return [...changes, ...free.map(({ id }) => ({ id, deleted: true }))];
}
