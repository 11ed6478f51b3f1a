import { isLivemode } from "@/lib/stripe";
import { prices, products } from "../catalogue";
import { customers } from "../customers";
import { entitlements } from "../entitlements";
import { invoices, markPaymentFailed } from "../invoices";
import { type Change, type Ignored, ignored, markDeleted } from "../mirror";
import { schedules } from "../schedules";
import { activateSubscription, cancelSubscription } from "../subscription/lifecycle";
import { subscriptions } from "../subscription/store";
import type { StripeEvent } from "./event";
import { isHandled } from "./events";

/**
 * From an event to the change it asks for. Pure: the row it is about is looked at later, together with those of all events
 * that came at the same time.
 * @throws UnreadableObject if the event's object has not the shape it must have: no retry mends that
 */
export function processEvent(event: StripeEvent): Change | Ignored {
  const { type } = event;
  if (!isHandled(type)) return ignored(`This app does not act on ${type}.`);
  if (event.account !== null) return ignored(`It is about the connected account ${event.account}.`);
  if (event.livemode !== isLivemode())
    return ignored(`It is in ${mode(event.livemode)} mode and the key is in ${mode(isLivemode())} mode.`);
  switch (type) {
    case "checkout.session.completed":
    case "checkout.session.async_payment_succeeded":
    case "checkout.session.async_payment_failed":
      return activateSubscription(event);
    case "customer.subscription.created":
    case "customer.subscription.updated":
    case "customer.subscription.paused":
    case "customer.subscription.resumed":
    case "customer.subscription.trial_will_end":
    case "customer.subscription.pending_update_applied":
    case "customer.subscription.pending_update_expired":
      return subscriptions.snapshot(event);
    case "customer.subscription.deleted":
      return cancelSubscription(event);
    case "invoice.payment_failed":
    case "invoice.payment_action_required":
      return markPaymentFailed(event);
    case "invoice.finalized":
    case "invoice.paid":
    case "invoice.voided":
    case "invoice.marked_uncollectible":
    case "invoice.updated":
      return invoices.snapshot(event);
    case "subscription_schedule.created":
    case "subscription_schedule.updated":
    case "subscription_schedule.released":
    case "subscription_schedule.canceled":
    case "subscription_schedule.completed":
    case "subscription_schedule.aborted":
      return schedules.snapshot(event);
    case "entitlements.active_entitlement_summary.updated":
      return entitlements.snapshot(event);
    case "customer.created":
    case "customer.updated":
      return customers.snapshot(event);
    case "customer.deleted":
      return customers.snapshot(event, markDeleted);
    case "product.created":
    case "product.updated":
      return products.snapshot(event);
    case "product.deleted":
      return products.snapshot(event, markDeleted);
    case "price.created":
    case "price.updated":
      return prices.snapshot(event);
    case "price.deleted":
      return prices.snapshot(event, markDeleted);
    default:
      return type satisfies never;
  }
}

function mode(livemode: boolean): string {
  return livemode ? "live" : "test";
}
