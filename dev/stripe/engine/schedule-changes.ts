import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { mergeMetadata } from "../http/params.ts";
import { idOf } from "../store.ts";
import { defaultSettings, newPhases, type PhaseDraft } from "./schedule-draft.ts";
import { endSchedule } from "./schedule-ending.ts";
import { itemChanges } from "./schedule-phases.ts";
import type { ScheduleChange } from "./schedules.ts";
import { cancelSubscription } from "./subscription-ending.ts";
import type { ProrationBehavior } from "./subscription-settings.ts";
import { changeSubscription } from "./subscription-state.ts";
import { updateSubscription } from "./subscription-update.ts";

type Schedule = Stripe.SubscriptionSchedule;
type Phase = Stripe.SubscriptionSchedule.Phase;

/**
 * Changes a schedule. New phases take the place of the current one and of those to come; what the current one has
 * becomes the subscription's at once. https://docs.stripe.com/api/subscription_schedules/update
 * @throws ApiError for a schedule that is over, and for phases that do not fit
 */
export function updateSchedule(
  account: Account,
  before: Schedule,
  change: ScheduleChange & { proration_behavior?: ProrationBehavior | undefined },
): Schedule {
  if (change.phases || change.end_behavior) checkAlive(before, "updated");
  const now = account.nowOf(idOf(before.customer));
  const phases = change.phases ? replacedPhases(account, before, change.phases, now) : before.phases;
  const phase = phases.find(({ start_date, end_date }) => start_date <= now && now < end_date);
  const active = before.status === "active" && phase;
  const schedule = account.change(
    "subscription_schedule",
    before,
    {
      default_settings: defaultSettings(change.default_settings, before.default_settings),
      end_behavior: change.end_behavior ?? before.end_behavior,
      metadata: mergeMetadata(before.metadata ?? {}, change.metadata),
      phases,
      ...(active ? { current_phase: { start_date: phase.start_date, end_date: phase.end_date } } : {}),
    },
    "subscription_schedule.updated",
  );
  if (active) follow(account, schedule, phase, change);
  return account.store.get("subscription_schedule", schedule.id) ?? schedule;
}

/** Lets the subscription have what the current phase has now, and end when the schedule says. */
function follow(
  account: Account,
  { subscription: id, end_behavior, phases: all }: Schedule,
  phase: Phase,
  { phases, end_behavior: asked, proration_behavior }: Parameters<typeof updateSchedule>[2],
): void {
  const subscription = account.store.get("subscription", idOf(id) ?? "");
  if (!subscription) return;
  const ends = end_behavior === "cancel" ? { cancel_at: all.at(-1)?.end_date ?? null } : {};
  const planned = changeSubscription(account, subscription, asked === "release" ? { cancel_at: null } : ends);
  if (!phases) return;
  updateSubscription(account, planned, { items: itemChanges(planned, phase), proration_behavior });
}

function replacedPhases(account: Account, before: Schedule, drafts: PhaseDraft[], now: number) {
  const [first] = drafts;
  const asked = first?.start_date === "now" ? now : first?.start_date;
  if (before.status === "active" && asked === undefined) {
    throw ApiError.invalid(
      "The subscription schedule update is missing at least one phase with a `start_date` to anchor end dates to.",
      { param: "phases" },
    );
  }
  const start = asked ?? before.phases[0]?.start_date ?? now;
  if (before.status === "active" && start > now) {
    throw ApiError.invalid("The first phase must include the current one.", {
      param: "phases[0][start_date]",
    });
  }
  const past = before.phases.filter(({ end_date }) => end_date <= start);
  return [...past, ...newPhases(account, drafts, start, now)];
}

function checkAlive({ id, status }: Schedule, verb: string): void {
  if (status === "active" || status === "not_started") return;
  throw ApiError.invalid(
    `You cannot ${verb === "updated" ? "update" : verb} the subscription schedule \`${id}\`: it is ${status}, and only \`not_started\` and \`active\` ones can be ${verb}.`,
  );
}

/**
 * Takes the schedule off its subscription, which goes on as it is.
 * https://docs.stripe.com/api/subscription_schedules/release
 */
export function releaseSchedule(account: Account, before: Schedule, preserveCancelDate: boolean): Schedule {
  checkAlive(before, "released");
  const subscription = account.store.get("subscription", idOf(before.subscription) ?? "");
  const released = account.change(
    "subscription_schedule",
    before,
    {
      status: "released",
      current_phase: null,
      released_at: account.nowOf(idOf(before.customer)),
      released_subscription: idOf(before.subscription),
      subscription: null,
    },
    null,
  );
  account.emit("subscription_schedule.released", released);
  if (subscription) {
    const keeps = preserveCancelDate || before.end_behavior !== "cancel";
    changeSubscription(account, subscription, { schedule: null, ...(keeps ? {} : { cancel_at: null }) });
  }
  return released;
}

/** Ends a schedule and its subscription now. https://docs.stripe.com/api/subscription_schedules/cancel */
export function cancelSchedule(
  account: Account,
  before: Schedule,
  options: { invoice_now?: boolean | undefined; prorate?: boolean | undefined },
): Schedule {
  checkAlive(before, "canceled");
  const { invoice_now = true, prorate = true } = options;
  const canceled = endSchedule(account, before, "canceled");
  const subscription = account.store.get("subscription", idOf(before.subscription) ?? "");
  if (subscription) cancelSubscription(account, subscription, { invoice_now, prorate });
  return canceled;
}
