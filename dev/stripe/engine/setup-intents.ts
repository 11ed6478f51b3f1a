import type Stripe from "stripe";
import type { Account } from "../account.ts";
import type { EventType } from "../events.ts";
import { ApiError, documentation } from "../http/errors.ts";
import { idOf } from "../store.ts";
import { type Decline, declineAtAttach } from "./declines.ts";
import { nextAction } from "./intents.ts";
import { attach, cardBehaviour } from "./payment-methods.ts";
import { asksOwner } from "./payments.ts";
import { settled } from "./settled.ts";

type Intent = Stripe.SetupIntent;

export type SetupDraft = {
  customer?: string | null | undefined;
  description?: string | null | undefined;
  metadata?: Stripe.Metadata | undefined;
  paymentMethod?: string | null | undefined;
  paymentMethodTypes?: string[] | undefined;
  usage?: "off_session" | "on_session" | undefined;
};

/** A payment method that is to be saved for later: `setup_intent.created`. https://docs.stripe.com/payments/setup-intents */
export function createSetup(account: Account, draft: SetupDraft): Intent {
  const id = account.newId("setup_intent");
  const { paymentMethod = null, paymentMethodTypes = ["card"] } = draft;
  return account.create(
    "setup_intent",
    {
      id,
      object: "setup_intent",
      allowed_payment_method_types: null,
      application: null,
      automatic_payment_methods: null,
      cancellation_reason: null,
      client_secret: `${id}_${account.newIdOf("secret")}`,
      created: account.realNow(),
      customer: draft.customer ?? null,
      customer_account: null,
      description: draft.description ?? null,
      excluded_payment_method_types: null,
      flow_directions: null,
      last_setup_error: null,
      latest_attempt: null,
      livemode: false,
      managed_payments: { enabled: false },
      mandate: null,
      metadata: draft.metadata ?? {},
      next_action: null,
      on_behalf_of: null,
      payment_method: paymentMethod,
      payment_method_configuration_details: null,
      payment_method_options: {
        card: { mandate_options: null, network: null, request_three_d_secure: "automatic" },
      },
      payment_method_types: paymentMethodTypes,
      single_use_mandate: null,
      status: paymentMethod === null ? "requires_payment_method" : "requires_confirmation",
      usage: draft.usage ?? "off_session",
    },
    "setup_intent.created",
  );
}

/** Writes a step of an intent's life. Stripe sends these without previous_attributes. */
const step = (account: Account, intent: Intent, changes: Partial<Intent>, type: EventType): Intent =>
  account.create("setup_intent", { ...intent, next_action: null, ...changes }, type);

/**
 * Checks a payment method with its issuer, and leaves it with the customer. A card that is declined is no exception:
 * status and last_setup_error say it.
 * @param how.returnUrl where the customer comes back to from proving to be the card's owner
 */
export function confirmSetup(
  account: Account,
  intent: Intent,
  how: { paymentMethod: Stripe.PaymentMethod; returnUrl?: string | undefined },
): Intent {
  const { paymentMethod: method, returnUrl } = how;
  const decline = declineAtAttach(cardBehaviour(account, method.id));
  if (decline) return failed(account, intent, method, decline, "card_error");
  if (!asksOwner(account, method.id, false)) return succeeded(account, intent, method);
  if (returnUrl !== undefined) account.store.note(intent.id, { returnUrl });
  return step(
    account,
    intent,
    {
      status: "requires_action",
      payment_method: method.id,
      last_setup_error: null,
      next_action: nextAction(account, intent.id, returnUrl),
    },
    "setup_intent.requires_action",
  );
}

function succeeded(account: Account, intent: Intent, method: Stripe.PaymentMethod): Intent {
  const customer = idOf(intent.customer);
  if (customer !== null && method.customer === null) attach(account, method.id, customer);
  const done = { status: "succeeded", payment_method: method.id, last_setup_error: null } as const;
  return step(account, intent, done, "setup_intent.succeeded");
}

function failed(
  account: Account,
  intent: Intent,
  method: Stripe.PaymentMethod,
  { code, declineCode, message }: Pick<Decline, "code" | "message"> & { declineCode: string | null },
  type: "card_error" | "invalid_request_error",
): Intent {
  const last_setup_error = {
    code,
    ...(declineCode ? { decline_code: declineCode } : {}),
    doc_url: documentation(code),
    message,
    payment_method: method,
    type,
  };
  return step(
    account,
    intent,
    { status: "requires_payment_method", payment_method: null, last_setup_error },
    "setup_intent.setup_failed",
  );
}

/**
 * Gives up on an intent. @throws ApiError setup_intent_unexpected_state for one that has succeeded or is canceled already
 */
export function cancelSetup(
  account: Account,
  intent: Intent,
  cancellation_reason: Stripe.SetupIntent.CancellationReason | null,
): Intent {
  if (!intent.status.startsWith("requires_")) throw unexpectedSetup("cancel", intent);
  return step(account, intent, { status: "canceled", cancellation_reason }, "setup_intent.canceled");
}

/** 400, with the intent as it is. */
export const unexpectedSetup = (verb: "authenticate" | "cancel" | "confirm" | "update", intent: Intent) =>
  new ApiError(400, {
    type: "invalid_request_error",
    code: "setup_intent_unexpected_state",
    doc_url: documentation("setup_intent_unexpected_state"),
    message: `You cannot ${verb} this SetupIntent because it has a status of ${intent.status}.`,
    setup_intent: intent,
  });

/** The answer 402 to a request whose card was refused. */
export function setupError(intent: Intent): ApiError {
  const { code, decline_code, message, payment_method } = intent.last_setup_error ?? {};
  return ApiError.card(code ?? "card_declined", message ?? "Your card was declined.", {
    ...(decline_code ? { decline_code } : {}),
    ...(payment_method ? { payment_method } : {}),
    setup_intent: intent,
  });
}

/**
 * The customer's answer to the card's question.
 * @throws ApiError setup_intent_unexpected_state if nobody asked
 */
export function authenticateSetup(account: Account, intent: Intent, passed: boolean): Intent {
  const method = account.store.get("payment_method", idOf(intent.payment_method) ?? "");
  if (intent.status !== "requires_action" || !method) throw unexpectedSetup("authenticate", intent);
  if (passed) account.store.note(method.id, { authenticated: true });
  const answered = passed
    ? succeeded(account, intent, method)
    : failed(account, intent, method, NOT_THE_OWNER, "invalid_request_error");
  settled(account, answered);
  return answered;
}

const NOT_THE_OWNER = {
  code: "setup_intent_authentication_failure",
  declineCode: null,
  message:
    "The latest attempt to set up the payment method has failed because authentication failed. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this SetupIntent again.",
};
