import type Stripe from "stripe";
import { refund } from "../engine/refunds.ts";
import { endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import {
  integer,
  isWithin,
  mergeMetadata,
  metadata,
  oneOf,
  paging,
  params,
  range,
  text,
} from "../http/params.ts";

const create = params<Stripe.RefundCreateParams>()({
  amount: integer.optional(),
  charge: text.optional(),
  metadata: metadata.optional(),
  payment_intent: text.optional(),
  reason: oneOf("duplicate", "fraudulent", "requested_by_customer").optional(),
});

/** https://docs.stripe.com/api/refunds */
export const refunds = [
  endpoint("POST", "/v1/refunds", create, ({ account, params }) => {
    const { amount, charge, payment_intent: intent, reason } = params;
    if (charge !== undefined && intent !== undefined) {
      throw ApiError.invalid("Received both charge and payment_intent parameters. Please pass in only one.", {
        code: "parameters_exclusive",
      });
    }
    return refund(account, { amount, charge, intent, reason, metadata: mergeMetadata({}, params.metadata) });
  }),

  endpoint(
    "POST",
    "/v1/refunds/:id",
    params<Stripe.RefundUpdateParams>()({ metadata: metadata.optional() }),
    ({ account, id, params }) => {
      const before = found(account, "refund", id);
      const changes = { metadata: mergeMetadata(before.metadata ?? {}, params.metadata) };
      const after = account.change("refund", before, changes, "refund.updated");
      if (after !== before) account.emit("charge.refund.updated", after, { metadata: before.metadata });
      return after;
    },
  ),

  endpoint("GET", "/v1/refunds/:id", params<Stripe.RefundRetrieveParams>()({}), ({ account, id }) =>
    found(account, "refund", id),
  ),

  endpoint(
    "GET",
    "/v1/refunds",
    params<Stripe.RefundListParams>()({
      ...paging,
      charge: text.optional(),
      created: range.optional(),
      payment_intent: text.optional(),
    }),
    (call) => {
      const { charge, created, payment_intent } = call.params;
      const all = call.account.store
        .all("refund")
        .filter(
          (one) =>
            isWithin(one.created, created) &&
            (charge === undefined || one.charge === charge) &&
            (payment_intent === undefined || one.payment_intent === payment_intent),
        );
      return page(call, all, call.params);
    },
  ),
];
