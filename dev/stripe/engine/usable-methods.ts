import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";

/**
 * Whether an intent may use a payment method: it is nobody's and was not used up, or the customer's of the intent.
 * @param word what Stripe calls the intent
 * @throws ApiError 400
 */
export function checkUsable(
  account: Account,
  method: Stripe.PaymentMethod,
  customer: string | null,
  word: "PaymentIntent" | "SetupIntent",
): void {
  const owner = idOf(method.customer);
  if (owner === null && account.store.notes(method.id).detached) {
    throw ApiError.invalid(
      `The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.`,
    );
  }
  if (owner === null || owner === customer) return;
  if (customer === null) {
    throw ApiError.invalid(
      `The \`payment_method\` parameter supplied ${method.id} belongs to the Customer ${owner}. Please include the Customer in the \`customer\` parameter on the ${word}.`,
      { param: "payment_method", code: "parameter_missing" },
    );
  }
  throw ApiError.invalid(
    `The customer does not have a payment method with the ID ${method.id}. The payment method must be attached to the customer.`,
    { param: "payment_method", code: "resource_missing" },
  );
}

/** @throws ApiError unless an intent takes payment methods of this type */
export function checkType(
  { type }: Stripe.PaymentMethod,
  { payment_method_types }: { payment_method_types: string[] },
  word: "PaymentIntent" | "SetupIntent",
): void {
  if (payment_method_types.includes(type)) return;
  throw ApiError.invalid(
    `The PaymentMethod provided (${type}) is not allowed for this ${word}. Please attach a PaymentMethod of one of the following types: ${payment_method_types.join(", ")}.`,
    { param: "payment_method" },
  );
}
