import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { documentation } from "../http/errors.ts";
import { createCharge } from "./charges.ts";
import type { Decline } from "./declines.ts";
import { step } from "./intents.ts";

type Intent = Stripe.PaymentIntent;

/** Why a payment failed that no issuer declined. */
export type Reason = Omit<Decline, "declineCode"> & { declineCode: string | null };

/** A card that says no: `charge.failed`, then `payment_intent.payment_failed`. */
export function declined(
  account: Account,
  intent: Intent,
  method: Stripe.PaymentMethod,
  decline: Decline,
): Intent {
  const { id } = createCharge(account, intent, method, { status: "failed", decline });
  return failed(account, intent, method, id, decline, "card_error");
}

/** `payment_intent.payment_failed`: another payment method may try. */
export function failed(
  account: Account,
  intent: Intent,
  method: Stripe.PaymentMethod,
  charge: string | null,
  { code, declineCode, message, advice }: Reason,
  type: "card_error" | "invalid_request_error",
): Intent {
  const last_payment_error = {
    ...(advice ? { advice_code: advice } : {}),
    ...(charge ? { charge } : {}),
    code,
    ...(declineCode ? { decline_code: declineCode } : {}),
    doc_url: documentation(code),
    message,
    payment_method: method,
    type,
  };
  const latest_charge = charge ?? intent.latest_charge;
  return step(
    account,
    intent,
    {
      status: "requires_payment_method",
      payment_method: null,
      latest_charge,
      last_payment_error,
      processing: null,
    },
    "payment_intent.payment_failed",
  );
}
