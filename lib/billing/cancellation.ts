import { type Stripe, stripe } from "@/lib/stripe";
import { takeBack } from "./change/waiting";
import { Refusal } from "./errors";
import { fingerprint } from "./idempotency";
import { invoices } from "./invoices";
import { isFinalStatus } from "./subscription/access";
import { syncSubscription } from "./subscription/lifecycle";
import { hasPaymentMethod, idOf, retrieveOwn } from "./subscription/own";
import { syncObject } from "./sync";

/** Why somebody leaves, in Stripe's words, which its reports count. https://docs.stripe.com/api/subscriptions/update */
export const FEEDBACK = [
  "too_expensive",
  "missing_features",
  "switched_service",
  "unused",
  "too_complex",
  "low_quality",
  "customer_service",
  "other",
] as const satisfies readonly Stripe.SubscriptionUpdateParams.CancellationDetails.Feedback[];

export type Reason = {
  feedback: (typeof FEEDBACK)[number] | null;
  comment: string | null;
};

/** A form's own name: confirmed twice, it is one wish; another form is another, even if it says the same. */
export type Attempt = string;

/**
 * Cancels a subscription of the user's: at the end of what is paid, or at once where nothing is (unpaid, paused or never
 * begun). What waited is taken back. In either billing mode: Stripe sets `cancel_at` along with the flag.
 * https://docs.stripe.com/billing/subscriptions/cancel
 * @returns `ended` where it was at once
 * @throws Refusal with words for the user
 */
export async function cancelPlan(
  userId: string,
  subscriptionId: string,
  reason: Reason,
  attempt: Attempt,
): Promise<"cancelled" | "ended"> {
  const subscription = await retrieveOwn(userId, subscriptionId);
  const { id, status } = subscription;
  if (isFinalStatus(status)) throw Refusal.hasEnded();
  await takeBack(subscription);
  const api = await stripe();
  const idempotencyKey = fingerprint(id, reason, attempt);
  const cancellation_details = {
    ...(reason.feedback ? { feedback: reason.feedback } : {}),
    ...(reason.comment ? { comment: reason.comment } : {}),
  };
  const runsOn = RUNS_ON.includes(status);
  if (runsOn)
    await api.subscriptions.update(
      id,
      { cancel_at_period_end: true, cancellation_details },
      { idempotencyKey },
    );
  else await api.subscriptions.cancel(id, { cancellation_details }, { idempotencyKey });
  await syncSubscription(id);
  return runsOn ? "cancelled" : "ended";
}

/** Only these come to the end of a period. */
const RUNS_ON = ["active", "trialing", "past_due"];

/**
 * Lets a plan go on that would end, or that is paused. Takes a cancellation back before it takes effect. Classic billing
 * mode says it with `cancel_at_period_end`; the portal in flexible mode, and the dashboard for a date, with `cancel_at`
 * alone, which that flag would not clear.
 * @returns `unpaid` if it was paused and goes on once its bill is paid
 * @throws Refusal with words for the user
 */
export async function resumePlan(
  userId: string,
  subscriptionId: string,
  attempt: Attempt,
): Promise<"resumed" | "unpaused" | "unpaid"> {
  const subscription = await retrieveOwn(userId, subscriptionId);
  const { id, status, cancel_at, cancel_at_period_end } = subscription;
  if (isFinalStatus(status)) throw Refusal.hasEnded();
  if (cancel_at !== null || cancel_at_period_end) {
    const api = await stripe();
    await api.subscriptions.update(
      id,
      cancel_at_period_end ? { cancel_at_period_end: false } : { cancel_at: "" },
      { idempotencyKey: fingerprint(id, cancel_at_period_end, attempt) },
    );
  }
  const done = status === "paused" ? await endPause(subscription, attempt) : "resumed";
  await syncSubscription(id);
  return done;
}

/**
 * A new period begins, and is paid first: a plan that went on unpaid would be late at once.
 * https://docs.stripe.com/api/subscriptions/resume
 */
async function endPause(paused: Stripe.Subscription, attempt: Attempt): Promise<"unpaused" | "unpaid"> {
  if (!(await hasPaymentMethod(paused))) throw Refusal.noPaymentMethod();
  const api = await stripe();
  const { status, latest_invoice } = await api.subscriptions.resume(
    paused.id,
    { payment_behavior: "resume_on_payment_success" },
    { idempotencyKey: fingerprint(paused.id, attempt) },
  );
  if (status !== "paused") return "unpaused";
  // The bill is to be seen at once, for it is what the plan waits for.
  if (latest_invoice) await syncObject(invoices, idOf(latest_invoice));
  return "unpaid";
}
