import Stripe from "stripe";
import { expect, it } from "vitest";
import { errorKind } from "@/lib/error-kind";

const quoting = { message: "No such customer: ines@example.com" };

it.each([
  [
    new Stripe.errors.StripeInvalidRequestError({ ...quoting, code: "resource_missing" }),
    "Error StripeInvalidRequestError resource_missing",
  ],
  [new Stripe.errors.StripeConnectionError(quoting), "Error StripeConnectionError"],
  [Object.assign(new TypeError(quoting.message), { code: "ECONNRESET" }), "TypeError ECONNRESET"],
  [Object.assign(new Error(quoting.message), { code: 5 }), "Error"],
  [quoting.message, "string"],
])("%s is logged by its kind, without what it says", (error, kind) => {
  expect(errorKind(error)).toBe(kind);
});
