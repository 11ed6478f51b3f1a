import { type JsonObject, text } from "../read";
import { isFinalStatus } from "../subscription/access";
import {
  billingReasonOf,
  endReasonOf,
  invoiceFromStripe,
  planItemOf,
  subscriptionFromStripe,
} from "../subscription/from-stripe";
import type { StripeEvent } from "../webhook/event";

/** What can have happened, and whether the customer is told by mail too. */
export const FACT_KINDS = {
  started: { isMailed: true },
  trial_ending: { isMailed: true },
  changed: { isMailed: false },
  change_dropped: { isMailed: false },
  paid: { isMailed: false },
  payment_failed: { isMailed: true },
  action_required: { isMailed: true },
  given_up: { isMailed: false },
  cancelled: { isMailed: true },
  uncancelled: { isMailed: false },
  paused: { isMailed: false },
  resumed: { isMailed: false },
  ended: { isMailed: true },
  expired: { isMailed: false },
} as const;

export type FactKind = keyof typeof FACT_KINDS;

/** One thing that happened to a customer. Ids, amounts and moments: no personal data. */
export type Fact = {
  /** The fact's own, however many events tell of it: `payment_failed:in_1:2`. */
  key: string;
  kind: FactKind;
  /** When it happened, on Stripe's clock. */
  at: Date;
  customerId: string;
  subscriptionId: string | null;
  invoiceId: string | null;
  /** In minor units: what was paid, or what is still to be paid. */
  amount: bigint | null;
  currency: string | null;
  /** What follows, and when: the next attempt, the end of the trial, the end of the plan. */
  nextAt: Date | null;
  attempt: number | null;
  priceId: string | null;
  quantity: number | null;
  priceBefore: string | null;
  quantityBefore: number | null;
  /** Why it ended, in Stripe's word. */
  reason: string | null;
  isMailed: boolean;
};

/**
 * What an event tells, whatever the rows say: the same events tell the same facts in any order. Pure; of an event that was
 * applied, or superseded, which makes it no less true.
 */
export function factsOf(event: StripeEvent): Fact[] {
  const { type, created, customerId } = event;
  if (created === null || customerId === null) return [];
  const telling = { ...event, created, customerId };
  if (type.startsWith("customer.subscription.")) return subscriptionFacts(telling);
  return type.startsWith("invoice.") ? invoiceFacts(telling) : [];
}

/** An event that says when it was and whom it is about. */
type TellingEvent = StripeEvent & { created: Date; customerId: string };

function subscriptionFacts(event: TellingEvent): Fact[] {
  const { created } = event;
  const after = viewOf(event.object);
  const fact = (kind: FactKind, moment: Date | null, more: Partial<Fact> = {}): Fact => ({
    ...blank(event, kind, [after.id, ...(moment ? [moment.getTime() / 1000] : [])]),
    subscriptionId: after.id,
    ...after.plan,
    ...more,
  });
  switch (event.type) {
    case "customer.subscription.created":
      return isRunning(after) ? [fact("started", null, beginning(after))] : [];
    case "customer.subscription.updated":
      return changesOf(viewBefore(event, after), after, created).map((told) => fact(...told));
    case "customer.subscription.deleted":
      return [fact("ended", null, { reason: endReasonOf(event.object) })];
    case "customer.subscription.trial_will_end":
      // Stripe sends it too when a trial is cut short: then it has ended already.
      return after.status === "trialing" && after.trialEnd !== null && after.trialEnd > created
        ? [fact("trial_ending", after.trialEnd, { nextAt: after.trialEnd })]
        : [];
    case "customer.subscription.paused":
      return [fact("paused", created)];
    case "customer.subscription.resumed":
      return [fact("resumed", created)];
    case "customer.subscription.pending_update_expired":
      return [fact("change_dropped", created)];
    default:
      return [];
  }
}

/** A subscription at one moment, and which of its items is the plan. */
const viewOf = (object: JsonObject) => ({
  ...subscriptionFromStripe(object),
  plan: planItemOf(object.items),
});
type View = ReturnType<typeof viewOf>;

/**
 * How the subscription was before an update, whatever the rows said: Stripe sends along what the update did away with.
 * https://docs.stripe.com/api/events/object#event_object-data-previous_attributes
 */
const viewBefore = ({ object, previous }: StripeEvent, { id, status }: View): View =>
  viewOf({ ...object, ...previous, id, status: text(previous.status) ?? status });

/** A kind, the moment that tells it from another of its kind, null for what happens once, and what there is to say. */
type Told = [kind: FactKind, moment: Date | null, more?: Partial<Fact>];

function changesOf(before: View, after: View, created: Date): Told[] {
  if (after.status === "incomplete_expired") return before.status === after.status ? [] : [["expired", null]];
  if (before.status === "incomplete") return isRunning(after) ? [["started", null, beginning(after)]] : [];
  if (isFinalStatus(after.status)) return [];
  const told: Told[] = [];
  if (isEnding(after) && !isEnding(before))
    told.push([
      "cancelled",
      after.canceledAt ?? created,
      { nextAt: after.cancelAt ?? after.currentPeriodEnd },
    ]);
  if (isEnding(before) && !isEnding(after)) told.push(["uncancelled", before.canceledAt ?? created]);
  const [was, is] = [before.plan, after.plan];
  if (was.priceId !== null && (was.priceId !== is.priceId || was.quantity !== is.quantity))
    told.push(["changed", created, { priceBefore: was.priceId, quantityBefore: was.quantity }]);
  return told;
}

/** A bill that is made for somebody at the screen, who sees at once what becomes of it. */
const ON_SCREEN = ["subscription_create", "subscription_update"];
const SCREEN_MS = 3_600_000;

function invoiceFacts(event: TellingEvent): Fact[] {
  const bill = invoiceFromStripe(event.object);
  const fact = (kind: FactKind, part: readonly number[], amount: bigint, more: Partial<Fact> = {}): Fact => ({
    ...blank(event, kind, [bill.id, ...part]),
    subscriptionId: bill.subscriptionId,
    invoiceId: bill.id,
    amount,
    currency: bill.currency,
    ...more,
  });
  const open = bill.amountDue - bill.amountPaid;
  const reason = billingReasonOf(event.object);
  const isOld = bill.createdAt !== null && event.created.getTime() - bill.createdAt.getTime() > SCREEN_MS;
  const attempt = {
    attempt: bill.attemptCount,
    nextAt: bill.nextPaymentAttempt,
    isMailed: isOld || reason === null || !ON_SCREEN.includes(reason),
  };
  switch (event.type) {
    case "invoice.paid":
      return bill.amountPaid > 0n ? [fact("paid", [], bill.amountPaid)] : [];
    case "invoice.payment_failed":
      return [fact("payment_failed", [bill.attemptCount], open, attempt)];
    case "invoice.payment_action_required":
      return [fact("action_required", [bill.attemptCount], open, attempt)];
    case "invoice.marked_uncollectible":
      return [fact("given_up", [], open)];
    default:
      return [];
  }
}

const isRunning = ({ status }: View) => status === "active" || status === "trialing";

const isEnding = ({ cancelAt, cancelAtPeriodEnd }: View) => cancelAtPeriodEnd || cancelAt !== null;

const beginning = ({ status, trialEnd, currentPeriodEnd }: View): Partial<Fact> =>
  status === "trialing" ? { reason: "trial", nextAt: trialEnd } : { nextAt: currentPeriodEnd };

const blank = (
  { created, customerId }: TellingEvent,
  kind: FactKind,
  parts: readonly (string | number)[],
): Fact => ({
  key: [kind, ...parts].join(":"),
  kind,
  at: created,
  customerId,
  isMailed: FACT_KINDS[kind].isMailed,
  ...NOTHING_MORE,
});

/** What not every fact has. */
export const NOTHING_MORE = {
  subscriptionId: null,
  invoiceId: null,
  amount: null,
  currency: null,
  nextAt: null,
  attempt: null,
  priceId: null,
  quantity: null,
  priceBefore: null,
  quantityBefore: null,
  reason: null,
} as const satisfies Partial<Fact>;
