import type { Tx } from "@/lib/db";
import { isLivemode } from "@/lib/stripe";
import { updateCatalogue } from "../catalogue";
import { deleteCustomer, updateCustomer } from "../customers";
import { updateEntitlements } from "../entitlements";
import { markPaymentFailed, updateInvoice } from "../invoices";
import type { Outcome } from "../mirror";
import { updateSchedule } from "../schedules";
import { activateSubscription, cancelSubscription, updateSubscription } from "../subscription/lifecycle";
import type { StripeEvent } from "./event";
import { isHandled } from "./events";

/**
 * From an event to what it changes. Writes rows within the event's transaction, calls nothing outside the database.
 * @returns what became of the event; `deferred` names the object that Stripe must be asked about
 * @throws UnreadableObject if the event's object has not the shape it must have: no retry mends that
 */
export function processEvent(tx: Tx, event: StripeEvent): Promise<Outcome> {
  const { type } = event;
  if (!isHandled(type)) return ignored(`This app does not act on ${type}.`);
  if (event.account !== null) return ignored(`It is about the connected account ${event.account}.`);
  if (event.livemode !== isLivemode())
    return ignored(`It is in ${mode(event.livemode)} mode and the key is in ${mode(isLivemode())} mode.`);
  switch (type) {
    case "checkout.session.completed":
    case "checkout.session.async_payment_succeeded":
    case "checkout.session.async_payment_failed":
      return activateSubscription(tx, event);
    case "customer.subscription.created":
    case "customer.subscription.updated":
    case "customer.subscription.paused":
    case "customer.subscription.resumed":
    case "customer.subscription.trial_will_end":
    case "customer.subscription.pending_update_applied":
    case "customer.subscription.pending_update_expired":
      return updateSubscription(tx, event);
    case "customer.subscription.deleted":
      return cancelSubscription(tx, event);
    case "invoice.payment_failed":
    case "invoice.payment_action_required":
      return markPaymentFailed(tx, event);
    case "invoice.finalized":
    case "invoice.paid":
    case "invoice.voided":
    case "invoice.marked_uncollectible":
    case "invoice.updated":
      return updateInvoice(tx, event);
    case "subscription_schedule.created":
    case "subscription_schedule.updated":
    case "subscription_schedule.released":
    case "subscription_schedule.canceled":
    case "subscription_schedule.completed":
    case "subscription_schedule.aborted":
      return updateSchedule(tx, event);
    case "entitlements.active_entitlement_summary.updated":
      return updateEntitlements(tx, event);
    case "customer.created":
    case "customer.updated":
      return updateCustomer(tx, event);
    case "customer.deleted":
      return deleteCustomer(tx, event);
    case "product.created":
    case "product.updated":
    case "product.deleted":
    case "price.created":
    case "price.updated":
    case "price.deleted":
      return updateCatalogue(tx, event);
    default:
      return type satisfies never;
  }
}

function ignored(reason: string): Promise<Outcome> {
  return Promise.resolve({ outcome: "ignored", reason });
}

function mode(livemode: boolean): string {
  return livemode ? "live" : "test";
}
