import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";
import { step } from "./intents.ts";
import { unexpectedState } from "./payments.ts";

type Intent = Stripe.PaymentIntent;

/**
 * Takes the money that a card holds ready, or a part of it; the rest is let go: `charge.captured`, then
 * `payment_intent.succeeded`. https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
 * @param wanted in the smallest unit; absent: all of it
 * @throws ApiError if nothing is held, or less than is wanted
 */
export function captureIntent(account: Account, intent: Intent, wanted: number | undefined): Intent {
  const charge = account.store.get("charge", idOf(intent.latest_charge) ?? "");
  if (intent.status !== "requires_capture" || !charge) {
    throw unexpectedState(
      `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
      intent,
    );
  }
  const amount = wanted ?? intent.amount_capturable;
  checkAmount(amount, intent.amount_capturable);
  const released = charge.amount - amount;
  account.change(
    "charge",
    charge,
    { captured: true, amount_captured: amount, amount_refunded: released },
    "charge.captured",
  );
  return step(
    account,
    intent,
    { status: "succeeded", amount_capturable: 0, amount_received: amount },
    "payment_intent.succeeded",
  );
}

function checkAmount(wanted: number, held: number): void {
  if (wanted < 1) {
    throw ApiError.invalid("This value must be greater than or equal to 1.", {
      param: "amount_to_capture",
      code: "parameter_invalid_integer",
    });
  }
  if (wanted <= held) return;
  throw ApiError.invalid(
    "The payment could not be captured because the requested capture amount is greater than the amount you can capture for this charge.",
    { param: "amount_to_capture", code: "amount_too_large" },
  );
}
