import type Stripe from "stripe";
import { demoPrice } from "./catalogue";
import { demoSession } from "./checkout-session";
import { DAY, type Happening, MINUTE, updated } from "./happening";
import { declined, demoInvoice, paid } from "./invoice";
import { demoSubscription, withQuantity } from "./subscription";

/**
 * One subscription from its purchase to its end.
 * @param began the moment of the purchase, in Unix seconds
 * @param stamp sets its ids apart from those of another telling
 */
export function teamScenes(began: number, stamp: string): Record<string, Happening[]> {
  const failedAt = began + 10 * MINUTE;
  const cancelledAt = began + 30 * MINUTE;
  const bought = purchase(began, stamp);
  const active: Stripe.Subscription = { ...bought, status: "active" };
  const unpaid = declined(secondBill(bought, failedAt, stamp), failedAt + 3 * DAY);
  const grown: Stripe.Subscription = { ...withQuantity(active, 5), latest_invoice: unpaid.id };
  const ending = cancelledForLater(grown, cancelledAt);
  return {
    subscribe: subscribe(bought, active, firstBill(bought, stamp)),
    "payment-failed": paymentFailed(active, grown, unpaid),
    "payment-recovered": paymentRecovered(grown, unpaid, began + 20 * MINUTE),
    "cancel-at-period-end": [updated(ending, cancellationOf(grown), cancelledAt)],
    resume: [updated(grown, cancellationOf(ending), began + 40 * MINUTE)],
    end: [ended(grown, began + 50 * MINUTE)],
  };
}

/** Cents for a seat and a year. */
const SEAT = 15_000;

function purchase(began: number, stamp: string): Stripe.Subscription {
  return demoSubscription({
    id: `sub_demo_${stamp}`,
    price: demoPrice("team", "year", began - 30 * DAY),
    quantity: 3,
    created: began,
    periodEnd: aYearAfter(began),
    latestInvoice: `in_demo_${stamp}_1`,
  });
}

function firstBill(subscription: Stripe.Subscription, stamp: string): Stripe.Invoice {
  return demoInvoice({
    id: `in_demo_${stamp}_1`,
    number: "DEMO-0001",
    subscription,
    reason: "subscription_create",
    description: "3 × Team (at $150.00 / year)",
    quantity: 3,
    amount: 3 * SEAT,
    created: subscription.created,
  });
}

function secondBill(subscription: Stripe.Subscription, created: number, stamp: string): Stripe.Invoice {
  return demoInvoice({
    id: `in_demo_${stamp}_2`,
    number: "DEMO-0002",
    subscription,
    reason: "subscription_update",
    description: "2 more × Team (at $150.00 / year)",
    quantity: 2,
    amount: 2 * SEAT,
    created,
  });
}

/** As after a checkout: five events within three seconds, some of them in the same one. */
function subscribe(
  bought: Stripe.Subscription,
  active: Stripe.Subscription,
  bill: Stripe.Invoice,
): Happening[] {
  const { created } = bought;
  return [
    { type: "customer.subscription.created", data: { object: bought }, created },
    { type: "invoice.finalized", data: { object: bill }, created },
    { type: "invoice.paid", data: { object: paid(bill, created + 2) }, created: created + 2 },
    updated(active, { status: bought.status }, created + 2),
    {
      type: "checkout.session.completed",
      data: { object: demoSession(bill, bought.id) },
      created: created + 3,
    },
  ];
}

function paymentFailed(
  before: Stripe.Subscription,
  grown: Stripe.Subscription,
  unpaid: Stripe.Invoice,
): Happening[] {
  const { status, items, latest_invoice } = before;
  return [
    { type: "invoice.payment_failed", data: { object: unpaid }, created: unpaid.created + 1 },
    updated({ ...grown, status: "past_due" }, { status, items, latest_invoice }, unpaid.created + 2),
  ];
}

function paymentRecovered(grown: Stripe.Subscription, unpaid: Stripe.Invoice, at: number): Happening[] {
  return [
    { type: "invoice.paid", data: { object: paid(unpaid, at) }, created: at },
    updated(grown, { status: "past_due" }, at + 1),
  ];
}

/** As the portal does it under flexible billing: with a date, while cancel_at_period_end stays false. */
function cancelledForLater(subscription: Stripe.Subscription, at: number): Stripe.Subscription {
  return {
    ...subscription,
    cancel_at: aYearAfter(subscription.created),
    canceled_at: at,
    cancellation_details: {
      comment: null,
      feedback: "unused",
      feedback_option: null,
      reason: "cancellation_requested",
    },
  };
}

const cancellationOf = ({ cancel_at, canceled_at, cancellation_details }: Stripe.Subscription) => ({
  cancel_at,
  canceled_at,
  cancellation_details,
});

function ended(subscription: Stripe.Subscription, at: number): Happening {
  const object: Stripe.Subscription = {
    ...subscription,
    canceled_at: at,
    cancellation_details: {
      comment: null,
      feedback: null,
      feedback_option: null,
      reason: "cancellation_requested",
    },
    ended_at: at,
    status: "canceled",
  };
  return { type: "customer.subscription.deleted", data: { object }, created: at };
}

function aYearAfter(seconds: number): number {
  const date = new Date(seconds * 1000);
  return date.setUTCFullYear(date.getUTCFullYear() + 1) / 1000;
}
