import type { Tx } from "@/lib/db";
import { BillingError } from "../errors";
import type { Outcome } from "../mirror";
import type { StripeEvent } from "../webhook/event";
import { isFinalStatus } from "./access";
import { checkoutFromStripe } from "./from-stripe";
import { readSubscription, subscriptions } from "./store";

/**
 * A customer came through Checkout, or a delayed payment of theirs was decided: sees to it that the subscription is here
 * and past its first payment. The session itself has no status, plan or period of the subscription. Usually the
 * subscription's own events have brought them, and nothing is left to do; else Stripe is asked after the answer.
 * https://docs.stripe.com/payments/checkout/fulfill-orders
 */
export async function activateSubscription(tx: Tx, event: StripeEvent): Promise<Outcome> {
  const session = checkoutFromStripe(event.object);
  const { subscriptionId } = session;
  if (session.mode !== null && session.mode !== "subscription")
    return {
      outcome: "ignored",
      reason: `The Checkout session was for a ${session.mode}, not a subscription.`,
    };
  if (subscriptionId === null)
    return { outcome: "ignored", reason: "The Checkout session has no subscription." };
  if (event.type === "checkout.session.completed" && session.paymentStatus === "unpaid")
    return {
      outcome: "ignored",
      reason: "The payment is still under way: another event will tell its result.",
    };
  const row = await readSubscription(tx, subscriptionId);
  if (row && row.state.status !== "incomplete") return { outcome: "applied" };
  return {
    outcome: "deferred",
    reason: `Checkout is complete, but ${subscriptionId} ${row ? "is still incomplete" : "is not here yet"}: asking Stripe.`,
    sync: { mirror: subscriptions, id: subscriptionId },
  };
}

/** A subscription began or changed: its snapshot becomes the row, unless the row is newer. */
export function updateSubscription(tx: Tx, event: StripeEvent): Promise<Outcome> {
  return subscriptions.apply(tx, event);
}

/**
 * A subscription ended, at once or at the date it was cancelled for. Its row becomes final, whatever comes later; other
 * subscriptions of the customer are not touched. https://docs.stripe.com/billing/subscriptions/cancel
 */
export function cancelSubscription(tx: Tx, event: StripeEvent): Promise<Outcome> {
  return subscriptions.apply(tx, event, (state) =>
    // The type tells that it ended; the snapshot may still say `active`.
    isFinalStatus(state.status) ? state : { ...state, status: "canceled" },
  );
}

const SYNC_TRIES = 5;

/**
 * Makes our row equal what Stripe says about a subscription. Safe at any time, any number of times.
 * @returns `missing` if Stripe knows no such subscription
 * @throws Stripe's errors, or BillingError if the row changes under each of several fetches
 */
export async function syncSubscription(id: string): Promise<"written" | "missing"> {
  for (let tries = 0; tries < SYNC_TRIES; tries += 1) {
    const result = await subscriptions.sync(id, null);
    if (result !== "changed") return result;
  }
  throw BillingError.keepsChanging("subscription", id);
}
