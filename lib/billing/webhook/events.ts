import type { Stripe } from "@/lib/stripe";

/**
 * The event types this app acts on, each with its reason. The one list: processing is checked against it, and an
 * endpoint should subscribe to exactly these. https://docs.stripe.com/api/events/types
 *
 * `invoice.created` is left out on purpose: while an endpoint fails it, Stripe holds renewals back for up to 72 hours.
 */
export const HANDLED_EVENTS = {
  "checkout.session.completed": "the customer came through Checkout: their subscription must be here",
  "checkout.session.async_payment_succeeded": "a delayed payment (bank debit, voucher) went through",
  "checkout.session.async_payment_failed": "a delayed payment did not go through",

  "customer.subscription.created": "a subscription begins",
  "customer.subscription.updated": "status, plan, period or cancellation changed",
  "customer.subscription.deleted": "a subscription ended, for good",
  "customer.subscription.paused": "a trial ended without a payment method, or someone paused it",
  "customer.subscription.resumed": "a paused subscription runs again",
  "customer.subscription.trial_will_end": "three days before the end of a trial; carries a fresh snapshot",
  "customer.subscription.pending_update_applied": "an upgrade that waited for its payment took effect",
  "customer.subscription.pending_update_expired": "an upgrade that waited for its payment was dropped",

  "subscription_schedule.created": "a change is planned for later, perhaps in Stripe's dashboard",
  "subscription_schedule.updated": "a change is planned for later, or the planned one has come",
  "subscription_schedule.released": "a planned change was taken back, or is done",
  "subscription_schedule.canceled": "a plan for later ended together with its subscription",
  "subscription_schedule.completed": "a plan for later came to its end",
  "subscription_schedule.aborted": "a plan for later ended with a subscription that was not paid",

  "entitlements.active_entitlement_summary.updated":
    "what the customer may use changed, where Stripe keeps account of it",

  "invoice.finalized": "a bill exists: number, amount and links",
  "invoice.paid": "a bill is settled, also outside Stripe",
  "invoice.payment_failed": "a charge failed: the amount, the attempts and when Stripe tries again",
  "invoice.payment_action_required": "the customer must confirm the payment with their bank",
  "invoice.voided": "a bill was withdrawn",
  "invoice.marked_uncollectible": "a bill was given up",
  "invoice.updated": "the next payment attempt or another detail of a bill moved",

  "customer.created": "a customer exists, perhaps made outside this app",
  "customer.updated": "the billing e-mail changed",
  "customer.deleted": "a customer is gone, and all subscriptions with it",

  "product.created": "the catalogue on the pricing page",
  "product.updated": "the catalogue on the pricing page",
  "product.deleted": "the catalogue on the pricing page",
  "price.created": "the catalogue on the pricing page",
  "price.updated": "the catalogue on the pricing page",
  "price.deleted": "the catalogue on the pricing page",
} as const satisfies Partial<Record<Stripe.Event["type"], string>>;

export type HandledEventType = keyof typeof HANDLED_EVENTS;

export function isHandled(type: string): type is HandledEventType {
  return Object.hasOwn(HANDLED_EVENTS, type);
}
