import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { intentOf, methodFor } from "../engine/invoice-payment.ts";
import {
  finalizeInvoice,
  markUncollectible,
  payInvoice,
  sendInvoice,
  voidInvoice,
} from "../engine/invoices.ts";
import { cardError } from "../engine/payments.ts";
import { giveUpPending } from "../engine/pending-updates.ts";
import { endpoint, found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { flag, params, text } from "../http/params.ts";

type Invoice = Stripe.Invoice;

/** Why an invoice is still open after an attempt to pay it; undefined where it only takes its time. */
export function paymentError(account: Account, invoice: Invoice): ApiError | undefined {
  if (invoice.status === "paid") return undefined;
  const intent = intentOf(account, invoice);
  if (!intent || intent.status === "processing") return undefined;
  if (intent.status !== "requires_action") return cardError(intent);
  return ApiError.card(
    "invoice_payment_intent_requires_action",
    "This payment requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with the invoice. For more details see: https://stripe.com/docs/billing/subscriptions/overview#requires-action",
    { payment_intent: intent },
  );
}

function checkPayable(account: Account, invoice: Invoice, paymentMethod: string | undefined): void {
  if (invoice.status === "paid") throw ApiError.invalid("Invoice is already paid");
  if (invoice.status === "void") throw ApiError.invalid("This invoice has been voided and cannot be paid.");
  if (invoice.amount_due === 0 || methodFor(account, invoice, paymentMethod)) return;
  throw ApiError.invalid(
    "There is no `default_payment_method` set on this Customer or Invoice. Please set either an `invoice_settings[default_payment_method]` on the Customer or pass a `payment_method`.",
    { code: "missing" },
  );
}

const pay = params<Stripe.InvoicePayParams>()({
  off_session: flag.optional(),
  paid_out_of_band: flag.optional(),
  payment_method: text.optional(),
});

/** What is done with an invoice as a whole. https://docs.stripe.com/invoicing/integration/workflow-transitions */
export const invoiceActions = [
  endpoint(
    "POST",
    "/v1/invoices/:id/finalize",
    params<Stripe.InvoiceFinalizeInvoiceParams>()({ auto_advance: flag.optional() }),
    ({ account, id, params: { auto_advance } }) => {
      const draft = found(account, "invoice", id);
      return finalizeInvoice(account, draft, auto_advance === undefined ? {} : { autoAdvance: auto_advance });
    },
  ),

  endpoint("POST", "/v1/invoices/:id/pay", pay, ({ account, id, params }) => {
    const { off_session: offSession = true, paid_out_of_band: outOfBand = false, payment_method } = params;
    const invoice = found(account, "invoice", id);
    if (!outOfBand) checkPayable(account, invoice, payment_method);
    const paid = payInvoice(account, invoice, {
      offSession,
      outOfBand,
      ...(payment_method === undefined ? {} : { paymentMethod: payment_method }),
    });
    const error = paymentError(account, paid);
    if (error) throw error;
    return paid;
  }),

  endpoint(
    "POST",
    "/v1/invoices/:id/send",
    params<Stripe.InvoiceSendInvoiceParams>()({}),
    ({ account, id }) => sendInvoice(account, found(account, "invoice", id)),
  ),

  endpoint(
    "POST",
    "/v1/invoices/:id/void",
    params<Stripe.InvoiceVoidInvoiceParams>()({}),
    ({ account, id }) => {
      const voided = voidInvoice(account, found(account, "invoice", id));
      giveUpPending(account, voided);
      return voided;
    },
  ),

  endpoint(
    "POST",
    "/v1/invoices/:id/mark_uncollectible",
    params<Stripe.InvoiceMarkUncollectibleParams>()({}),
    ({ account, id }) => markUncollectible(account, found(account, "invoice", id)),
  ),
];
