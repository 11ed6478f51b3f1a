import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { wholeAddress } from "../engine/customers.ts";
import {
  attach,
  type Billing,
  createCard,
  createSepaDebit,
  detach,
  resolvePaymentMethod,
} from "../engine/payment-methods.ts";
import { endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { mergeMetadata, paging, params, text } from "../http/params.ts";
import { idOf } from "../store.ts";
import {
  allowRedisplay,
  create,
  type Given,
  type GivenBilling,
  type,
  update,
} from "./payment-method-params.ts";

type Method = Stripe.PaymentMethod;

/**
 * Makes a payment method of what a request says of it.
 * @throws ApiError if that is no card and no account, or not one for tests
 */
export function newPaymentMethod(account: Account, given: Given): Method {
  const method = methodOf(account, given, {
    billing: billingOf(given.billing_details),
    metadata: mergeMetadata({}, given.metadata),
  });
  const { allow_redisplay } = given;
  return account.change("payment_method", method, allow_redisplay ? { allow_redisplay } : {}, null);
}

function methodOf(
  account: Account,
  { type, card, sepa_debit }: Given,
  details: { billing: Billing; metadata: Stripe.Metadata },
): Method {
  if (type === "sepa_debit") {
    if (!sepa_debit) throw missing("sepa_debit");
    return createSepaDebit(account, { ...sepa_debit, ...details });
  }
  if (!card) throw missing("card");
  if (card.token !== undefined) return cardOf(account, card.token, details);
  const { number, exp_month, exp_year, cvc } = card;
  if (number === undefined) throw missing("card[number]");
  if (exp_month === undefined) throw missing("card[exp_month]");
  if (exp_year === undefined) throw missing("card[exp_year]");
  return createCard(account, { number, expMonth: exp_month, expYear: exp_year, cvc, ...details });
}

function cardOf(
  account: Account,
  token: string,
  { billing, metadata }: { billing: Billing; metadata: Stripe.Metadata },
): Method {
  if (!token.startsWith("tok_")) throw ApiError.noSuch("token", token, "card[token]");
  const method = resolvePaymentMethod(account, token, "card[token]");
  const billing_details = { ...method.billing_details, ...billing };
  return account.change("payment_method", method, { billing_details, metadata }, null);
}

const missing = (param: string) =>
  ApiError.invalid(`Missing required param: ${param}.`, { param, code: "parameter_missing" });

/** Only what is said of them: an empty value is null. */
function billingOf(given: GivenBilling | undefined): Billing {
  const { address, ...rest } = given ?? {};
  const said = Object.entries(rest).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(said),
    ...(address === undefined ? {} : { address: wholeAddress(address ?? {}) }),
  };
}

/** Changes what is said of a payment method. @throws ApiError for one that is nobody's */
function updateMethod(account: Account, before: Method, given: ReturnType<typeof update.parse>): Method {
  if (before.customer === null) {
    throw ApiError.invalid("You must save this PaymentMethod to a customer before you can update it.");
  }
  const { allow_redisplay, billing_details, card, metadata } = given;
  if (card && !before.card) {
    throw ApiError.invalid("You can only update `card` on a PaymentMethod of type `card`.", {
      param: "card",
    });
  }
  const { exp_month = before.card?.exp_month, exp_year = before.card?.exp_year } = card ?? {};
  const dates = before.card && exp_month && exp_year ? { card: { ...before.card, exp_month, exp_year } } : {};
  return account.change(
    "payment_method",
    before,
    {
      ...dates,
      ...(allow_redisplay ? { allow_redisplay } : {}),
      billing_details: { ...before.billing_details, ...billingOf(billing_details) },
      metadata: mergeMetadata(before.metadata ?? {}, metadata),
    },
    "payment_method.updated",
  );
}

const filters = { ...paging, allow_redisplay: allowRedisplay.optional(), type: type.optional() };

const matching = (
  methods: Method[],
  wanted: { type?: string | undefined; allow_redisplay?: string | undefined },
): Method[] =>
  methods.filter(
    ({ type, allow_redisplay }) =>
      [undefined, type].includes(wanted.type) &&
      [undefined, allow_redisplay].includes(wanted.allow_redisplay),
  );

/** https://docs.stripe.com/api/payment_methods */
export const paymentMethods = [
  endpoint("POST", "/v1/payment_methods", create, ({ account, params }) => newPaymentMethod(account, params)),

  endpoint("POST", "/v1/payment_methods/:id", update, ({ account, id, params }) =>
    updateMethod(account, found(account, "payment_method", id), params),
  ),

  endpoint(
    "POST",
    "/v1/payment_methods/:id/attach",
    params<Stripe.PaymentMethodAttachParams>()({ customer: text }),
    ({ account, id, params }) => attach(account, id, params.customer),
  ),

  endpoint(
    "POST",
    "/v1/payment_methods/:id/detach",
    params<Stripe.PaymentMethodDetachParams>()({}),
    ({ account, id }) => detach(account, found(account, "payment_method", id)),
  ),

  endpoint(
    "GET",
    "/v1/payment_methods/:id",
    params<Stripe.PaymentMethodRetrieveParams>()({}),
    ({ account, id }) => found(account, "payment_method", id),
  ),

  endpoint(
    "GET",
    "/v1/payment_methods",
    params<Stripe.PaymentMethodListParams>()({ ...filters, customer: text.optional() }),
    (call) => {
      const { account, params } = call;
      const { customer } = params;
      if (customer !== undefined) found(account, "customer", customer, "customer");
      const methods =
        customer === undefined
          ? account.store.all("payment_method")
          : account.store.ofCustomer("payment_method", customer);
      return page(call, matching(methods, params), params);
    },
  ),

  endpoint(
    "GET",
    "/v1/customers/:id/payment_methods",
    params<Stripe.CustomerListPaymentMethodsParams>()(filters),
    (call) => {
      const { account, id, params } = call;
      found(account, "customer", id);
      return page(call, matching(account.store.ofCustomer("payment_method", id), params), params);
    },
  ),

  endpoint(
    "GET",
    "/v1/customers/:id/payment_methods/:payment_method",
    params<Stripe.CustomerRetrievePaymentMethodParams>()({}),
    ({ account, id, part }) => {
      found(account, "customer", id);
      const method = found(account, "payment_method", part("payment_method"));
      if (idOf(method.customer) !== id) throw ApiError.noSuch("PaymentMethod", method.id);
      return method;
    },
  ),
];
