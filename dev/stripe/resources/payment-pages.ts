import { completeSession } from "../engine/checkout-payment.ts";
import { resolvePaymentMethod } from "../engine/payment-methods.ts";
import { cardError } from "../engine/payments.ts";
import { endpoint, found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { integer, params, text } from "../http/params.ts";

const path = "/v1/payment_pages/:id";

/**
 * How Stripe's CLI pays a Checkout Session: by the endpoints of Stripe's own page, which are not documented and not in
 * the SDK.
 */
export const paymentPages = [
  endpoint("GET", path, params<object>()({}), ({ account, id }) =>
    pageOf(found(account, "checkout.session", id)),
  ),

  endpoint(
    "POST",
    `${path}/confirm`,
    params<{ payment_method: string; expected_amount: number }>()({
      payment_method: text,
      expected_amount: integer.optional(),
    }),
    ({ account, id, params }) => {
      const session = found(account, "checkout.session", id);
      if (params.expected_amount !== undefined && params.expected_amount !== session.amount_total) {
        throw ApiError.invalid("The amount of the Checkout Session is not what you expected.", {
          param: "expected_amount",
          code: "checkout_amount_mismatch",
        });
      }
      const method = resolvePaymentMethod(account, params.payment_method);
      const { email, name, phone, address } = method.billing_details;
      const entry = { paymentMethod: method.id, email, name, phone, address };
      const paid = completeSession(account, session, entry);
      if (paid.outcome === "declined" && paid.intent.object === "payment_intent")
        throw cardError(paid.intent);
      return pageOf(paid.outcome === "complete" ? paid.session : session);
    },
  ),
];

const pageOf = ({ id, mode, status, payment_status, amount_total, currency }: PageSubject) => ({
  id: id.replace(/^cs_test/, "ppage"),
  object: "payment_page",
  session_id: id,
  mode,
  status,
  payment_status,
  amount_total,
  currency,
});

type PageSubject = {
  id: string;
  mode: string;
  status: string | null;
  payment_status: string;
  amount_total: number | null;
  currency: string | null;
};
