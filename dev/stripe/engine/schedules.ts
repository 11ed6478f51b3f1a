import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { mergeMetadata } from "../http/params.ts";
import { idOf } from "../store.ts";
import {
  defaultSettings,
  newPhases,
  type PhaseDraft,
  phaseOf,
  type ScheduleSettings,
} from "./schedule-draft.ts";
import { billingMode } from "./subscription-settings.ts";
import { changeSubscription, customerOf, isOver } from "./subscription-state.ts";
import { createSubscription } from "./subscriptions.ts";

type Schedule = Stripe.SubscriptionSchedule;

/** What can be said of a schedule at any time. Named as Stripe's parameters are. */
export type ScheduleChange = {
  default_settings?: ScheduleSettings | undefined;
  end_behavior?: "cancel" | "release" | undefined;
  metadata?: Record<string, string> | null | undefined;
  phases?: PhaseDraft[] | undefined;
};

export type ScheduleDraft = ScheduleChange & {
  billing_mode?: { type: "classic" | "flexible" } | undefined;
  customer?: string | undefined;
  from_subscription?: string | undefined;
  start_date?: number | "now" | undefined;
};

/**
 * Adds a schedule: for a subscription that there is, or for one that begins with its first phase.
 * https://docs.stripe.com/billing/subscriptions/subscription-schedules
 * @throws ApiError if something named does not exist or does not fit
 */
export function createSchedule(account: Account, draft: ScheduleDraft): Schedule {
  if (draft.from_subscription !== undefined) return scheduleFrom(account, draft.from_subscription, draft);
  const customer = found(account, "customer", draft.customer ?? missing("customer"), "customer");
  const now = account.nowOf(customer.id);
  const start = draft.start_date === "now" ? now : (draft.start_date ?? missing("start_date"));
  const drafts = draft.phases ?? missing("phases");
  const phases = newPhases(account, drafts, start, now);
  const kept = account.create(
    "subscription_schedule",
    newSchedule(account, draft, { customer: customer.id, phases, subscription: null, now }),
    null,
  );
  const schedule = start <= now ? startSchedule(account, kept) : kept;
  account.emit("subscription_schedule.created", schedule);
  return schedule;
}

function scheduleFrom(account: Account, id: string, draft: ScheduleDraft): Schedule {
  const subscription = found(account, "subscription", id, "from_subscription");
  if (draft.phases || draft.customer !== undefined || draft.start_date !== undefined) {
    throw ApiError.invalid(
      "You cannot set `phases`, `customer` or `start_date` if `from_subscription` is set. Update the schedule once it is created.",
      { param: "from_subscription" },
    );
  }
  if (subscription.schedule !== null) {
    throw ApiError.invalid(
      `You cannot migrate a subscription that is already attached to a schedule: \`${idOf(subscription.schedule)}\`.`,
      { param: "from_subscription" },
    );
  }
  if (isOver(subscription)) {
    throw ApiError.invalid("You cannot migrate a canceled subscription to a schedule.", {
      param: "from_subscription",
    });
  }
  const phase = phaseOf(subscription);
  const made = newSchedule(account, draft, {
    customer: customerOf(subscription),
    phases: [phase],
    subscription: subscription.id,
    now: account.nowOf(customerOf(subscription)),
  });
  const { start_date, end_date } = phase;
  const schedule = account.create(
    "subscription_schedule",
    {
      ...made,
      billing_mode: subscription.billing_mode,
      current_phase: { start_date, end_date },
      status: "active",
    },
    "subscription_schedule.created",
  );
  changeSubscription(account, subscription, { schedule: schedule.id });
  return schedule;
}

const missing = (param: string): never => {
  throw ApiError.invalid(`Missing required param: ${param}.`, { param, code: "parameter_missing" });
};

function newSchedule(
  account: Account,
  draft: ScheduleDraft,
  known: { customer: string; phases: Schedule["phases"]; subscription: string | null; now: number },
): Schedule {
  const { customer, phases, subscription, now } = known;
  return {
    id: account.newId("subscription_schedule"),
    object: "subscription_schedule",
    application: null,
    billing_mode: billingMode(draft.billing_mode?.type ?? "flexible", now),
    canceled_at: null,
    completed_at: null,
    created: now,
    current_phase: null,
    customer,
    customer_account: null,
    default_settings: defaultSettings(draft.default_settings),
    end_behavior: draft.end_behavior ?? "release",
    livemode: false,
    metadata: mergeMetadata({}, draft.metadata),
    pause_schedules: [],
    phases,
    released_at: null,
    released_subscription: null,
    status: "not_started",
    subscription,
    test_clock: account.clockOf(customer),
  };
}

/** Begins the first phase, and with it the subscription. */
export function startSchedule(account: Account, schedule: Schedule): Schedule {
  const [phase] = schedule.phases;
  if (!phase) return schedule;
  const { default_settings: settings } = schedule;
  const collection = phase.collection_method ?? settings.collection_method;
  const subscription = createSubscription(
    account,
    {
      customer: idOf(schedule.customer) ?? "",
      items: phase.items.map(({ price, quantity, metadata }) => ({
        price: idOf(price) ?? "",
        quantity,
        metadata,
      })),
      billing_mode: { type: schedule.billing_mode.type === "classic" ? "classic" : "flexible" },
      ...(collection === "send_invoice" ? { collection_method: "send_invoice", days_until_due: 30 } : {}),
      default_payment_method: idOf(phase.default_payment_method) ?? idOf(settings.default_payment_method),
      description: phase.description ?? settings.description,
      discounts: phase.discounts.map(({ coupon, discount, promotion_code }) => ({
        coupon: idOf(coupon) ?? undefined,
        discount: idOf(discount) ?? undefined,
        promotion_code: idOf(promotion_code) ?? undefined,
      })),
      metadata: phase.metadata,
      trial_end: phase.trial_end ?? undefined,
      ...cancelDate(schedule),
    },
    schedule.id,
  );
  const { start_date, end_date } = phase;
  return account.change(
    "subscription_schedule",
    schedule,
    { status: "active", subscription: subscription.id, current_phase: { start_date, end_date } },
    null,
  );
}

/** A schedule that ends its subscription says so there, too. */
const cancelDate = ({ end_behavior, phases }: Schedule) =>
  end_behavior === "cancel" ? { cancel_at: phases.at(-1)?.end_date } : {};
