import { type Change, mirror } from "./mirror";
import { flag, storedText, text, time } from "./read";
import { customerFromStripe } from "./subscription/from-stripe";
import type { StripeEvent } from "./webhook/event";

/** The customers table, as Stripe tells it. Whose they are is written by ownership.ts, and by nothing else. */
export const customers = mirror({
  kind: "customer",
  table: { name: "customers" },
  columns: { id: storedText, email: text, deletedAt: time, livemode: flag },
  fromStripe: customerFromStripe,
  retrieve: (api, id, options) => api.customers.retrieve(id, {}, options),
  stage: () => [],
  // Stripe gives no customer's id twice.
  isFinal: (state) => state.deletedAt !== null,
  isGone: (state) => state.deletedAt !== null,
  markGone: (state, deletedAt) => ({ ...state, deletedAt }),
});

/** A customer was deleted at Stripe. The event holds the whole former customer, so its type tells. */
export function deleteCustomer(event: StripeEvent): Change {
  return customers.snapshot(event, (state, created) => ({ ...state, deletedAt: created }));
}
