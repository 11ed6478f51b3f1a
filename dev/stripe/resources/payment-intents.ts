import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { captureIntent } from "../engine/payment-capture.ts";
import { cancelIntent } from "../engine/payments.ts";
import { endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { isWithin, mergeMetadata, oneOf, paging, params, range, text } from "../http/params.ts";
import { confirmWith, newPayment, updateIntent } from "./payment-intent-actions.ts";
import { capture, confirm, create, typesGiven, update } from "./payment-intent-params.ts";

const path = "/v1/payment_intents";

const cancel = params<Stripe.PaymentIntentCancelParams>()({
  cancellation_reason: oneOf("abandoned", "duplicate", "fraudulent", "requested_by_customer").optional(),
});

/** The payment of an invoice ends with the invoice, not by itself. */
function checkOwn(account: Account, { id }: Stripe.PaymentIntent): void {
  const { invoice } = account.store.notes(id);
  if (invoice === undefined) return;
  throw ApiError.invalid(
    `You cannot cancel this PaymentIntent because it belongs to the invoice ${invoice}. Void the invoice instead.`,
    { code: "payment_intent_unexpected_state" },
  );
}

/** https://docs.stripe.com/api/payment_intents */
export const paymentIntents = [
  endpoint("POST", path, create, (call) =>
    newPayment(call.account, call.params, typesGiven(call.params, call)),
  ),

  endpoint("POST", `${path}/:id`, update, (call) => {
    const { account, id, params } = call;
    return updateIntent(account, found(account, "payment_intent", id), params, typesGiven(params, call));
  }),

  endpoint("POST", `${path}/:id/confirm`, confirm, (call) => {
    const { account, id, params } = call;
    return confirmWith(account, found(account, "payment_intent", id), params, typesGiven(params, call));
  }),

  endpoint("POST", `${path}/:id/capture`, capture, ({ account, id, params }) => {
    const { amount_to_capture, ...given } = params;
    const intent = found(account, "payment_intent", id);
    const changes = {
      metadata: mergeMetadata(intent.metadata, given.metadata),
      statement_descriptor: given.statement_descriptor ?? intent.statement_descriptor,
      statement_descriptor_suffix: given.statement_descriptor_suffix ?? intent.statement_descriptor_suffix,
    };
    return captureIntent(account, account.change("payment_intent", intent, changes, null), amount_to_capture);
  }),

  endpoint("POST", `${path}/:id/cancel`, cancel, ({ account, id, params }) => {
    const intent = found(account, "payment_intent", id);
    checkOwn(account, intent);
    return cancelIntent(account, intent, params.cancellation_reason ?? null);
  }),

  endpoint("GET", `${path}/:id`, params<Stripe.PaymentIntentRetrieveParams>()({}), ({ account, id }) =>
    found(account, "payment_intent", id),
  ),

  endpoint(
    "GET",
    path,
    params<Stripe.PaymentIntentListParams>()({
      ...paging,
      created: range.optional(),
      customer: text.optional(),
    }),
    (call) => {
      const { account, params } = call;
      const { created, customer } = params;
      const all =
        customer === undefined
          ? account.store.all("payment_intent")
          : account.store.ofCustomer("payment_intent", customer);
      return page(
        call,
        all.filter((intent) => isWithin(intent.created, created)),
        params,
      );
    },
  ),
];
