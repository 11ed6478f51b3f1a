import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { resolvePaymentMethod } from "../engine/payment-methods.ts";
import {
  cancelSetup,
  confirmSetup,
  createSetup,
  setupError,
  unexpectedSetup,
} from "../engine/setup-intents.ts";
import { checkType, checkUsable } from "../engine/usable-methods.ts";
import { endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { defined, isWithin, mergeMetadata, paging, params, range, text } from "../http/params.ts";
import { idOf } from "../store.ts";
import { typesGiven } from "./payment-intent-params.ts";
import type { Given } from "./payment-method-params.ts";
import { newPaymentMethod } from "./payment-methods.ts";
import { cancel, confirm, create, update } from "./setup-intent-params.ts";

type Intent = Stripe.SetupIntent;

const path = "/v1/setup_intents";

const OPEN = ["requires_payment_method", "requires_confirmation", "requires_action"];

type MethodGiven = { payment_method?: string | undefined; payment_method_data?: Given | undefined };

/** The payment method that a request brings. @throws ApiError if it is another customer's */
function methodGiven(account: Account, given: MethodGiven, customer: string | null) {
  const { payment_method, payment_method_data } = given;
  const method =
    payment_method === undefined
      ? payment_method_data && newPaymentMethod(account, payment_method_data)
      : resolvePaymentMethod(account, payment_method);
  if (method) checkUsable(account, method, customer, "SetupIntent");
  return method;
}

/** @throws ApiError 402 if the card is declined, 400 if there is none */
function confirmed(account: Account, intent: Intent, returnUrl: string | undefined): Intent {
  const paymentMethod = account.store.get("payment_method", idOf(intent.payment_method) ?? "");
  if (!paymentMethod) {
    throw ApiError.invalid(
      "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a payment method and then confirm it again.",
      { code: "setup_intent_unexpected_state" },
    );
  }
  checkType(paymentMethod, intent, "SetupIntent");
  const after = confirmSetup(account, intent, { paymentMethod, returnUrl });
  if (after.status === "requires_payment_method") throw setupError(after);
  return after;
}

/** With another payment method, where one is given. Stripe sends no event for that. */
function withMethod(
  account: Account,
  intent: Intent,
  given: MethodGiven,
  changes: Partial<Intent> = {},
): Intent {
  const after = { ...intent, ...changes };
  const method = methodGiven(account, given, idOf(after.customer));
  const chosen = method ? { payment_method: method.id, status: "requires_confirmation" } : {};
  return account.change("setup_intent", intent, { ...after, ...chosen }, null);
}

/** https://docs.stripe.com/api/setup_intents */
export const setupIntents = [
  endpoint("POST", path, create, (call) => {
    const { account, params } = call;
    const { customer = null, return_url } = params;
    if (customer !== null) found(account, "customer", customer, "customer");
    if (return_url !== undefined && !params.confirm) {
      throw ApiError.invalid(
        "The parameter `return_url` cannot be passed when creating a SetupIntent unless confirm is set to true.",
        { param: "return_url" },
      );
    }
    const intent = createSetup(account, {
      customer,
      description: params.description,
      metadata: mergeMetadata({}, params.metadata),
      paymentMethod: methodGiven(account, params, customer)?.id,
      paymentMethodTypes: typesGiven(params, call),
      usage: params.usage,
    });
    return params.confirm ? confirmed(account, intent, return_url) : intent;
  }),

  endpoint("POST", `${path}/:id`, update, (call) => {
    const { account, id, params } = call;
    const intent = found(account, "setup_intent", id);
    if (!OPEN.includes(intent.status)) throw unexpectedSetup("update", intent);
    const { customer, description } = params;
    if (customer !== undefined) found(account, "customer", customer, "customer");
    return withMethod(account, intent, params, {
      ...defined({ customer, description, payment_method_types: typesGiven(params, call) }),
      metadata: mergeMetadata(intent.metadata ?? {}, params.metadata),
    });
  }),

  endpoint("POST", `${path}/:id/confirm`, confirm, ({ account, id, params }) => {
    const intent = found(account, "setup_intent", id);
    if (!OPEN.includes(intent.status)) throw unexpectedSetup("confirm", intent);
    return confirmed(account, withMethod(account, intent, params), params.return_url);
  }),

  endpoint("POST", `${path}/:id/cancel`, cancel, ({ account, id, params }) =>
    cancelSetup(account, found(account, "setup_intent", id), params.cancellation_reason ?? null),
  ),

  endpoint("GET", `${path}/:id`, params<Stripe.SetupIntentRetrieveParams>()({}), ({ account, id }) =>
    found(account, "setup_intent", id),
  ),

  endpoint(
    "GET",
    path,
    params<Stripe.SetupIntentListParams>()({
      ...paging,
      created: range.optional(),
      customer: text.optional(),
      payment_method: text.optional(),
    }),
    (call) => {
      const { created, customer, payment_method } = call.params;
      const intents = call.account.store
        .all("setup_intent")
        .filter(
          (intent) =>
            isWithin(intent.created, created) &&
            (customer === undefined || intent.customer === customer) &&
            (payment_method === undefined || intent.payment_method === payment_method),
        );
      return page(call, intents, call.params);
    },
  ),
];
