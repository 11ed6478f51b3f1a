import { deletable, mirror } from "./mirror";
import { flag, storedText, text, time } from "./read";
import { customerFromStripe } from "./subscription/from-stripe";

/** The customers table, as Stripe tells it. Whose they are is written by ownership.ts, and by nothing else. */
export const customers = mirror<ReturnType<typeof customerFromStripe>>({
  kind: "customer",
  table: { name: "customers" },
  columns: { id: storedText, email: text, deletedAt: time, livemode: flag },
  fromStripe: customerFromStripe,
  retrieve: (api, id, options) => api.customers.retrieve(id, {}, options),
  stage: () => [],
  // Stripe gives no customer's id twice.
  isFinal: (state) => state.deletedAt !== null,
  ...deletable,
  // Else a key of another account, by mistake, would lock all users out.
  isRemembered: true,
});
