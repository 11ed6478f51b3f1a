import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { wholeAddress } from "../engine/customers.ts";
import { intentSettled } from "../engine/invoice-collection.ts";
import { leastCharge } from "../engine/invoice-totals.ts";
import { resolvePaymentMethod } from "../engine/payment-methods.ts";
import { cardError, confirmIntent, createIntent, unexpected, unexpectedState } from "../engine/payments.ts";
import { checkType, checkUsable } from "../engine/usable-methods.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { defined, mergeMetadata } from "../http/params.ts";
import { money } from "../money.ts";
import { idOf } from "../store.ts";
import type { Confirm, Create, GivenShipping, Update } from "./payment-intent-params.ts";
import type { Given } from "./payment-method-params.ts";
import { newPaymentMethod } from "./payment-methods.ts";

type Intent = Stripe.PaymentIntent;

/** Adds a payment intent, and confirms it where that is asked for. @throws ApiError 402 for a card that is declined */
export function newPayment(account: Account, given: Create, types: string[] | undefined): Intent {
  const currency = given.currency.toLowerCase();
  checkAmount(given.amount, currency);
  checkUnconfirmed(given);
  const { customer = null, automatic_payment_methods: automatic } = given;
  if (customer !== null) found(account, "customer", customer, "customer");
  const method = methodGiven(account, given);
  if (method) checkUsable(account, method, customer, "PaymentIntent");
  const intent = createIntent(account, {
    amount: given.amount,
    currency,
    customer,
    description: given.description,
    metadata: mergeMetadata({}, given.metadata),
    paymentMethod: method?.id,
    paymentMethodTypes: types,
    setupFutureUsage: given.setup_future_usage,
    captureMethod: given.capture_method,
    confirmationMethod: given.confirmation_method,
    receiptEmail: given.receipt_email,
    shipping: given.shipping ? shippingOf(given.shipping) : null,
    statementDescriptor: given.statement_descriptor,
    statementDescriptorSuffix: given.statement_descriptor_suffix,
    allowRedirects: automatic?.allow_redirects,
  });
  if (method) checkType(method, intent, "PaymentIntent");
  return given.confirm ? confirmed(account, intent, given) : intent;
}

/** What only a confirmation has a use for. */
function checkUnconfirmed(given: Create): void {
  if (given.confirm) return;
  const only = ["off_session", "return_url", "error_on_requires_action"] as const;
  const param = only.find((name) => given[name] !== undefined);
  if (param === undefined) return;
  throw ApiError.invalid(
    `The parameter \`${param}\` cannot be passed when creating a PaymentIntent unless confirm is set to true.`,
    { param },
  );
}

function checkAmount(amount: number, currency: string): void {
  if (!/^[a-z]{3}$/.test(currency)) {
    throw ApiError.invalid(`Invalid currency: ${currency}.`, { param: "currency" });
  }
  if (amount < 1) {
    throw ApiError.invalid("This value must be greater than or equal to 1.", {
      param: "amount",
      code: "parameter_invalid_integer",
    });
  }
  const least = leastCharge(currency);
  if (amount < least) {
    throw ApiError.invalid(`Amount must be at least ${money(least, currency)} ${currency}`, {
      param: "amount",
      code: "amount_too_small",
    });
  }
}

type MethodGiven = { payment_method?: string | undefined; payment_method_data?: Given | undefined };

function methodGiven(
  account: Account,
  { payment_method, payment_method_data }: MethodGiven,
): Stripe.PaymentMethod | undefined {
  if (payment_method !== undefined) return resolvePaymentMethod(account, payment_method);
  return payment_method_data && newPaymentMethod(account, payment_method_data);
}

const shippingOf = ({ address, carrier, name, phone, tracking_number }: GivenShipping) => ({
  address: wholeAddress(address),
  carrier: carrier ?? null,
  name,
  phone: phone ?? null,
  tracking_number: tracking_number ?? null,
});

const OPEN = ["requires_payment_method", "requires_confirmation", "requires_action"];

/** What a payment no longer minds once it is under way. */
const HARMLESS = ["description", "metadata", "receipt_email", "shipping"];

/**
 * Changes an intent that is still to be paid. Stripe sends no event for that.
 * @throws ApiError payment_intent_unexpected_state if it is too late
 */
export function updateIntent(account: Account, intent: Intent, given: Update, types?: string[]): Intent {
  checkChangeable(intent, given);
  return changed(account, intent, given, types);
}

/**
 * Confirms an intent, with what the request says of it.
 * @throws ApiError 402 if the card is declined, 400 if it is too late or there is nothing to charge
 */
export function confirmWith(account: Account, intent: Intent, given: Confirm, types?: string[]): Intent {
  if (!OPEN.includes(intent.status)) throw unexpected("confirm", intent);
  return confirmed(account, changed(account, intent, given, types), given);
}

function changed(account: Account, before: Intent, given: Update, types: string[] | undefined): Intent {
  const { amount, customer, shipping } = given;
  const currency = given.currency?.toLowerCase() ?? before.currency;
  if (customer !== undefined) checkCustomer(account, before, customer);
  if (amount !== undefined) checkAmount(amount, currency);
  const method = methodGiven(account, given);
  const payment_method_types = types ?? before.payment_method_types;
  if (method) {
    checkUsable(account, method, customer ?? idOf(before.customer), "PaymentIntent");
    checkType(method, { payment_method_types }, "PaymentIntent");
  }
  const waits = method && before.status === "requires_payment_method";
  return account.change(
    "payment_intent",
    before,
    {
      ...defined({
        amount,
        capture_method: given.capture_method,
        customer,
        description: given.description,
        receipt_email: given.receipt_email,
        setup_future_usage: given.setup_future_usage,
        shipping: shipping && shippingOf(shipping),
        statement_descriptor: given.statement_descriptor,
        statement_descriptor_suffix: given.statement_descriptor_suffix,
      }),
      ...(shipping === null ? { shipping } : {}),
      ...(method ? { payment_method: method.id } : {}),
      ...(waits ? { status: "requires_confirmation" } : {}),
      currency,
      metadata: mergeMetadata(before.metadata, given.metadata),
      payment_method_types,
    },
    null,
  );
}

function checkChangeable(intent: Intent, given: Update): void {
  const param = Object.keys(defined(given)).find((name) => !HARMLESS.includes(name));
  if (param === undefined || OPEN.includes(intent.status)) return;
  throw unexpectedState(
    `This PaymentIntent's ${param} could not be updated because it has a status of ${intent.status}. You may only update the ${param} of a PaymentIntent with one of the following statuses: ${OPEN.join(", ")}.`,
    intent,
  );
}

function checkCustomer(account: Account, { customer }: Intent, wanted: string): void {
  found(account, "customer", wanted, "customer");
  if (customer === null || idOf(customer) === wanted) return;
  throw ApiError.invalid(
    "You cannot modify `customer` on a PaymentIntent once it already has been set. To fulfill a payment with a different Customer, cancel this PaymentIntent and create a new one.",
    { param: "customer" },
  );
}

type Confirming = {
  error_on_requires_action?: boolean | undefined;
  off_session?: boolean | undefined;
  return_url?: string | undefined;
};

/** Tries to get the money; the invoice behind an intent moves on with it. */
function confirmed(account: Account, intent: Intent, given: Confirming): Intent {
  const { off_session = false, error_on_requires_action = false, return_url: returnUrl } = given;
  const paymentMethod = account.store.get("payment_method", idOf(intent.payment_method) ?? "");
  if (!paymentMethod) {
    throw unexpectedState(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
      intent,
    );
  }
  checkUsable(account, paymentMethod, idOf(intent.customer), "PaymentIntent");
  if (intent.automatic_payment_methods?.allow_redirects === "always" && returnUrl === undefined) {
    throw ApiError.invalid(
      "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
      { param: "return_url" },
    );
  }
  const offSession = off_session || error_on_requires_action;
  const after = confirmIntent(account, intent, { paymentMethod, offSession, returnUrl });
  intentSettled(account, after);
  if (after.status === "requires_payment_method") throw cardError(after);
  return after;
}
