import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { endDiscount } from "../engine/discounts.ts";
import { endpoint, found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { params } from "../http/params.ts";
import { idOf } from "../store.ts";

/**
 * https://docs.stripe.com/api/discounts. Since clover no request gives a customer a discount of their own, only a
 * subscription.
 */
export const discounts = [
  endpoint(
    "DELETE",
    "/v1/customers/:id/discount",
    params<Stripe.CustomerDeleteDiscountParams>()({}),
    ({ account, id }) => {
      const { discount } = found(account, "customer", id);
      return ended(account, idOf(discount), `customer: ${id}`);
    },
  ),

  endpoint(
    "DELETE",
    "/v1/subscriptions/:id/discount",
    params<Stripe.SubscriptionDeleteDiscountParams>()({}),
    ({ account, id }) => {
      const { discounts } = found(account, "subscription", id);
      return ended(account, idOf(discounts[0]), `subscription: ${id}`);
    },
  ),
];

function ended(account: Account, id: string | null, owner: string): Stripe.DeletedDiscount {
  const discount = account.store.get("discount", id ?? "");
  if (!discount) {
    throw ApiError.invalid(`No active discount for ${owner}`, { code: "resource_missing" });
  }
  endDiscount(account, discount);
  return { ...discount, deleted: true };
}
