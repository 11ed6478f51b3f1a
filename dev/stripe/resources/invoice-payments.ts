import type Stripe from "stripe";
import { endpoint, found, page } from "../http/endpoint.ts";
import { hash, isWithin, oneOf, paging, params, range, text } from "../http/params.ts";

/** https://docs.stripe.com/api/invoice-payment */
export const invoicePayments = [
  endpoint(
    "GET",
    "/v1/invoice_payments/:id",
    params<Stripe.InvoicePaymentRetrieveParams>()({}),
    ({ account, id }) => found(account, "invoice_payment", id),
  ),

  endpoint(
    "GET",
    "/v1/invoice_payments",
    params<Stripe.InvoicePaymentListParams>()({
      ...paging,
      created: range.optional(),
      invoice: text.optional(),
      payment: hash({ type: oneOf("payment_intent"), payment_intent: text.optional() }).optional(),
      status: oneOf("canceled", "open", "paid").optional(),
    }),
    (call) => {
      const { created, invoice, payment, status } = call.params;
      const payments = call.account.store
        .all("invoice_payment")
        .filter(
          (one) =>
            isWithin(one.created, created) &&
            (invoice === undefined || one.invoice === invoice) &&
            (payment?.payment_intent === undefined ||
              one.payment.payment_intent === payment.payment_intent) &&
            (status === undefined || one.status === status),
        );
      return page(call, payments, call.params);
    },
  ),
];
