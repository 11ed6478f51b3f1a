import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { mergeMetadata } from "../http/params.ts";
import { idOf } from "../store.ts";
import { boundary } from "./periods.ts";
import { currentPeriod, cycleOf, type ItemDraft, recurringPrice } from "./subscription-items.ts";
import type { DiscountDraft, ProrationBehavior } from "./subscription-settings.ts";

type Schedule = Stripe.SubscriptionSchedule;
type Phase = Stripe.SubscriptionSchedule.Phase;

/** What is asked for by a phase. Named as Stripe's parameters are. */
export type PhaseDraft = {
  items: ItemDraft[];
  collection_method?: "charge_automatically" | "send_invoice" | undefined;
  billing_cycle_anchor?: "automatic" | "phase_start" | undefined;
  currency?: string | undefined;
  default_payment_method?: string | undefined;
  description?: string | null | undefined;
  discounts?: DiscountDraft[] | null | undefined;
  duration?: { interval: "day" | "week" | "month" | "year"; interval_count?: number | undefined } | undefined;
  start_date?: number | "now" | undefined;
  end_date?: number | "now" | undefined;
  /** How often the price recurs; `duration` took its place. */
  iterations?: number | undefined;
  metadata?: Record<string, string> | undefined;
  proration_behavior?: ProrationBehavior | undefined;
  trial?: boolean | undefined;
  trial_end?: number | "now" | undefined;
};

/**
 * Phases, each beginning where the one before ends.
 * @param start of the first, in epoch seconds
 * @throws ApiError for prices and dates that do not fit
 */
export function newPhases(account: Account, drafts: PhaseDraft[], start: number, now: number): Phase[] {
  const phases: Phase[] = [];
  for (const [at, draft] of drafts.entries()) {
    const begins: number = phases.at(-1)?.end_date ?? start;
    if (at > 0 && typeof draft.start_date === "number" && draft.start_date !== begins) {
      throw ApiError.invalid("The start date of a phase must be the end date of the phase before it.", {
        param: `phases[${at}][start_date]`,
      });
    }
    phases.push(newPhase(account, draft, { start_date: begins, now, param: `phases[${at}]` }));
  }
  return phases;
}

function newPhase(
  account: Account,
  draft: PhaseDraft,
  { start_date, now, param }: { start_date: number; now: number; param: string },
): Phase {
  const prices = draft.items.map(({ price }, at) =>
    recurringPrice(account, price, draft.currency ?? null, `${param}[items][${at}][price]`),
  );
  const [first] = prices;
  if (!first) {
    const missing = `${param}[items]`;
    throw ApiError.invalid(`Missing required param: ${missing}.`, {
      param: missing,
      code: "parameter_missing",
    });
  }
  const end_date = endOf(draft, start_date, first, now);
  if (end_date <= start_date) {
    throw ApiError.invalid("The end date of a phase must be after its start date.", {
      param: `${param}[end_date]`,
    });
  }
  const trialEnd = draft.trial_end === "now" ? now : (draft.trial_end ?? null);
  return {
    add_invoice_items: [],
    application_fee_percent: null,
    billing_cycle_anchor: draft.billing_cycle_anchor ?? null,
    billing_thresholds: null,
    collection_method: draft.collection_method ?? null,
    currency: first.currency,
    default_payment_method: draft.default_payment_method ?? null,
    default_tax_rates: [],
    description: draft.description ?? null,
    discounts: (draft.discounts ?? []).map(({ coupon, discount, promotion_code }) => ({
      coupon: coupon ?? null,
      discount: discount ?? null,
      promotion_code: promotion_code ?? null,
    })),
    end_date,
    invoice_settings: null,
    items: draft.items.map(({ quantity, metadata }, at) =>
      phaseItem(prices[at] ?? first, quantity, metadata),
    ),
    metadata: mergeMetadata({}, draft.metadata),
    on_behalf_of: null,
    proration_behavior: draft.proration_behavior ?? "create_prorations",
    start_date,
    transfer_data: null,
    trial_end: draft.trial ? end_date : trialEnd,
  };
}

function endOf(draft: PhaseDraft, start: number, price: Stripe.Price, now: number): number {
  const { duration, iterations, end_date } = draft;
  if (end_date === "now") return now;
  if (end_date !== undefined) return end_date;
  if (duration) return boundary(start, everySo(duration), 1);
  return boundary(start, cycleOf(price), iterations ?? 1);
}

const everySo = ({ interval, interval_count = 1 }: NonNullable<PhaseDraft["duration"]>) => ({
  interval,
  interval_count,
});

const phaseItem = (
  price: Stripe.Price,
  quantity: number | undefined,
  metadata: ItemDraft["metadata"],
): Stripe.SubscriptionSchedule.Phase.Item => ({
  billing_thresholds: null,
  discounts: [],
  metadata: metadata ?? {},
  plan: price.id,
  price: price.id,
  ...(price.recurring?.usage_type === "metered" ? {} : { quantity: quantity ?? 1 }),
  tax_rates: [],
});

/** The phase that a subscription is in as it is: its period, and what it has. */
export function phaseOf(subscription: Stripe.Subscription): Phase {
  const { start, end } = currentPeriod(subscription);
  return {
    add_invoice_items: [],
    application_fee_percent: null,
    billing_cycle_anchor: null,
    billing_thresholds: null,
    collection_method: null,
    currency: subscription.currency,
    default_payment_method: idOf(subscription.default_payment_method),
    default_tax_rates: [],
    description: null,
    discounts: subscription.discounts.map((discount) => ({
      coupon: null,
      discount: idOf(discount),
      promotion_code: null,
    })),
    end_date: end,
    invoice_settings: null,
    items: subscription.items.data.map(({ price, quantity, metadata }) =>
      phaseItem(price, quantity, metadata),
    ),
    metadata: {},
    on_behalf_of: null,
    proration_behavior: "create_prorations",
    start_date: start,
    transfer_data: null,
    trial_end: subscription.status === "trialing" ? subscription.trial_end : null,
  };
}

export type ScheduleSettings = {
  collection_method?: "charge_automatically" | "send_invoice" | undefined;
  default_payment_method?: string | undefined;
  billing_cycle_anchor?: "automatic" | "phase_start" | undefined;
  description?: string | null | undefined;
};

export const defaultSettings = (
  given: ScheduleSettings = {},
  before?: Schedule["default_settings"],
): Schedule["default_settings"] => ({
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor: given.billing_cycle_anchor ?? before?.billing_cycle_anchor ?? "automatic",
  billing_thresholds: null,
  collection_method: given.collection_method ?? before?.collection_method ?? "charge_automatically",
  default_payment_method: given.default_payment_method ?? before?.default_payment_method ?? null,
  description: given.description === undefined ? (before?.description ?? null) : given.description,
  invoice_settings: {
    account_tax_ids: null,
    custom_fields: null,
    days_until_due: null,
    description: null,
    footer: null,
    issuer: { type: "self" },
  },
  on_behalf_of: null,
  transfer_data: null,
});
