import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError, documentation } from "../http/errors.ts";
import { idOf } from "../store.ts";
import { createCharge } from "./charges.ts";
import { beginDebit } from "./debits.ts";
import { AUTHENTICATION_REQUIRED, declineOf } from "./declines.ts";
import { type IntentDraft, newIntent, nextAction, step } from "./intents.ts";
import { declined, failed, type Reason } from "./payment-failures.ts";
import { attach, cardBehaviour } from "./payment-methods.ts";
import { settled } from "./settled.ts";

type Intent = Stripe.PaymentIntent;

/** An amount that is to be paid: `payment_intent.created`. https://docs.stripe.com/payments/paymentintents/lifecycle */
export const createIntent = (account: Account, draft: IntentDraft): Intent =>
  account.create("payment_intent", newIntent(account, draft), "payment_intent.created");

/**
 * Tries to get the money, once. A card that is declined is no exception: status and last_payment_error say it.
 * @param offSession the customer is not there to be asked anything
 * @param returnUrl where the customer comes back to from proving to be the card's owner
 */
export function confirmIntent(
  account: Account,
  intent: Intent,
  how: { paymentMethod: Stripe.PaymentMethod; offSession: boolean; returnUrl?: string | undefined },
): Intent {
  const { paymentMethod: method, offSession } = how;
  const behaviour = cardBehaviour(account, method.id);
  if (behaviour === "debit" || behaviour === "debit_fails") return beginDebit(account, intent, method);
  if (asksOwner(account, method.id, offSession)) {
    return offSession
      ? declined(account, intent, method, AUTHENTICATION_REQUIRED)
      : askOwner(account, intent, method, how.returnUrl);
  }
  return charge(account, intent, method, { authenticated: false });
}

function charge(
  account: Account,
  intent: Intent,
  method: Stripe.PaymentMethod,
  { authenticated }: { authenticated: boolean },
): Intent {
  const decline = declineOf(cardBehaviour(account, method.id));
  if (decline) return declined(account, intent, method, decline);
  const captured = intent.capture_method !== "manual";
  keepForLater(account, intent, method);
  const { id } = createCharge(account, intent, method, { status: "succeeded", captured, authenticated });
  const paid = { payment_method: method.id, latest_charge: id, last_payment_error: null };
  const { amount } = intent;
  return captured
    ? step(account, intent, { ...paid, ...SUCCEEDED, amount_received: amount }, "payment_intent.succeeded")
    : step(
        account,
        intent,
        { ...paid, ...HELD, amount_capturable: amount },
        "payment_intent.amount_capturable_updated",
      );
}

const SUCCEEDED = { status: "succeeded" } as const;
const HELD = { status: "requires_capture" } as const;

/** A payment that is to be the first of several leaves its payment method with the customer. */
function keepForLater(account: Account, intent: Intent, method: Stripe.PaymentMethod): void {
  const customer = idOf(intent.customer);
  if (intent.setup_future_usage === null || customer === null || method.customer !== null) return;
  attach(account, method.id, customer);
}

/** Some cards ask each time, some only until their owner has once agreed to be charged later. */
export function asksOwner(account: Account, method: string, offSession: boolean): boolean {
  const { card, authenticated = false } = account.store.notes(method);
  return card === "asks_3ds_always" || (card === "asks_3ds" && !(offSession && authenticated));
}

function askOwner(
  account: Account,
  intent: Intent,
  method: Stripe.PaymentMethod,
  returnUrl: string | undefined,
): Intent {
  if (returnUrl !== undefined) account.store.note(intent.id, { returnUrl });
  return step(
    account,
    intent,
    {
      status: "requires_action",
      payment_method: method.id,
      last_payment_error: null,
      next_action: nextAction(account, intent.id, returnUrl),
    },
    "payment_intent.requires_action",
  );
}

/**
 * The customer's answer to the card's question. Whoever waits for the payment is told.
 * @throws ApiError payment_intent_unexpected_state if nobody asked
 */
export function authenticateIntent(account: Account, intent: Intent, passed: boolean): Intent {
  const id = idOf(intent.payment_method);
  const method = id === null ? undefined : account.store.get("payment_method", id);
  if (intent.status !== "requires_action" || !method) throw unexpected("authenticate", intent);
  if (passed) account.store.note(method.id, { authenticated: true });
  const answered = passed
    ? charge(account, intent, method, { authenticated: true })
    : failed(account, intent, method, null, NOT_THE_OWNER, "invalid_request_error");
  settled(account, answered);
  return answered;
}

const NOT_THE_OWNER: Reason = {
  code: "payment_intent_authentication_failure",
  declineCode: null,
  message:
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.",
  advice: null,
};

/** The statuses in which each thing may be done, as Stripe's errors list them. */
const MAY = {
  authenticate: ["authenticated", "requires_action"],
  cancel: ["canceled", "requires_payment_method, requires_capture, requires_confirmation, requires_action"],
  confirm: ["confirmed", "requires_payment_method, requires_confirmation, requires_action"],
};

/** 400, with the intent as it is. */
export const unexpected = (verb: keyof typeof MAY, { status, ...intent }: Intent): ApiError =>
  unexpectedState(
    verb === "confirm" && status === "succeeded"
      ? "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
      : `You cannot ${verb} this PaymentIntent because it has a status of ${status}. Only a PaymentIntent with one of the following statuses may be ${MAY[verb].join(": ")}.`,
    { ...intent, status },
  );

/** 400, with the intent as it is. */
export const unexpectedState = (message: string, intent: Intent): ApiError =>
  new ApiError(400, {
    type: "invalid_request_error",
    code: "payment_intent_unexpected_state",
    doc_url: documentation("payment_intent_unexpected_state"),
    message,
    payment_intent: intent,
  });

/** @throws ApiError payment_intent_unexpected_state for one that is paid or canceled already */
export function cancelIntent(
  account: Account,
  intent: Intent,
  reason: Stripe.PaymentIntent.CancellationReason | null = null,
): Intent {
  if (!intent.status.startsWith("requires_")) throw unexpected("cancel", intent);
  const charge = account.store.get("charge", idOf(intent.latest_charge) ?? "");
  if (intent.status === "requires_capture" && charge) {
    account.change("charge", charge, { refunded: true, amount_refunded: charge.amount }, "charge.refunded");
  }
  return step(
    account,
    intent,
    {
      status: "canceled",
      canceled_at: account.realNow(),
      cancellation_reason: reason,
      amount_capturable: 0,
    },
    "payment_intent.canceled",
  );
}

/**
 * The answer 402 to a request whose payment failed. https://docs.stripe.com/error-handling#payment-errors
 */
export function cardError(intent: Intent): ApiError {
  const error = intent.last_payment_error;
  return ApiError.card(error?.code ?? "card_declined", error?.message ?? "Your card was declined.", {
    ...(error?.advice_code ? { advice_code: error.advice_code } : {}),
    ...(error?.charge ? { charge: error.charge } : {}),
    ...(error?.decline_code ? { decline_code: error.decline_code } : {}),
    ...(error?.payment_method ? { payment_method: error.payment_method } : {}),
    payment_intent: intent,
  });
}
