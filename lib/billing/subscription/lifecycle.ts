import { type Change, type Ignored, ignored } from "../mirror";
import { syncObject } from "../sync";
import type { StripeEvent } from "../webhook/event";
import { isFinalStatus } from "./access";
import { checkoutFromStripe } from "./from-stripe";
import { subscriptions } from "./store";

/**
 * A customer came through Checkout, or a delayed payment of theirs was decided: sees to it that the subscription is here
 * and past its first payment. The session itself has no status, plan or period of the subscription. Usually the
 * subscription's own events have brought them, and nothing is left to do; else Stripe is asked after the answer.
 * https://docs.stripe.com/payments/checkout/fulfill-orders
 */
export function activateSubscription(event: StripeEvent): Change | Ignored {
  const session = checkoutFromStripe(event.object);
  const { subscriptionId } = session;
  if (session.mode !== null && session.mode !== "subscription")
    return ignored(`The Checkout session was for a ${session.mode}, not a subscription.`);
  if (subscriptionId === null) return ignored("The Checkout session has no subscription.");
  if (event.type === "checkout.session.completed" && session.paymentStatus === "unpaid")
    return ignored("The payment is still under way: another event will tell its result.");
  return subscriptions.expect(subscriptionId, (state) => {
    if (state && state.status !== "incomplete") return null;
    const found = state ? "is still incomplete" : "is not here yet";
    return `Checkout is complete, but ${subscriptionId} ${found}: asking Stripe.`;
  });
}

/**
 * A subscription ended, at once or at the date it was cancelled for. Its row becomes final, whatever comes later; other
 * subscriptions of the customer are not touched. https://docs.stripe.com/billing/subscriptions/cancel
 */
export function cancelSubscription(event: StripeEvent): Change {
  return subscriptions.snapshot(event, (state) =>
    // The type tells that it ended; the snapshot may still say `active`.
    isFinalStatus(state.status) ? state : { ...state, status: "canceled" },
  );
}

/** Makes our row equal what Stripe says about a subscription, as syncObject does. */
export function syncSubscription(id: string): Promise<"written" | "missing"> {
  return syncObject(subscriptions, id);
}
