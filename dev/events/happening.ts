import type Stripe from "stripe";

/** An event without its envelope: what happened, and when (`created`, in Unix seconds). */
export type Happening = Stripe.Event extends infer E
  ? E extends Stripe.Event
    ? Pick<E, "type" | "data" | "created">
    : never
  : never;

export const MINUTE = 60;
export const DAY = 86_400;

/** A subscription changed. `before` holds the fields that did, as they were. */
export function updated(
  object: Stripe.Subscription,
  before: Partial<Stripe.Subscription>,
  created: number,
): Happening {
  return {
    type: "customer.subscription.updated",
    data: { object, previous_attributes: before },
    created,
  };
}
