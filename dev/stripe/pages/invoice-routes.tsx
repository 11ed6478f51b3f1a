/** @jsxImportSource hono/jsx */
import { type Context, Hono } from "hono";
import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { intentOf, methodFor } from "../engine/invoice-payment.ts";
import { payInvoice } from "../engine/invoices.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";
import { errorOf } from "./authenticate.tsx";
import type { PageContext } from "./context.ts";
import type { Filled } from "./fields.tsx";
import { type Form, readForm, shownAgain } from "./forms.ts";
import { InvoicePage, type InvoiceView, isPayable } from "./invoice.tsx";
import { invoicePdf } from "./invoice-pdf.ts";
import { sheetOf, standingOf } from "./invoice-sheet.ts";
import { readCard } from "./payment-entry.ts";
import { show, unknownPage } from "./show.tsx";

type Invoice = Stripe.Invoice;
type Answer = Response | Promise<Response>;

/** The pages of invoices, from their finalisation on: `hosted_invoice_url`, `invoice_pdf`, and the receipt. */
export function invoiceRoutes(context: PageContext): Hono {
  const app = new Hono();
  const final = (handle: (call: Context, invoice: Invoice) => Answer) => (call: Context) => {
    const invoice = context.account.store.get("invoice", call.req.param("id") ?? "");
    return invoice && invoice.status !== "draft"
      ? handle(call, invoice)
      : unknownPage(context, call, "invoice");
  };

  app.get(
    "/:id",
    final((call, invoice) => draw(context, call, invoice, returned(context.account, call, invoice))),
  );
  app.post(
    "/:id",
    final(async (call, invoice) => pay(context, call, invoice.id, await readForm(call))),
  );
  app.get(
    "/:id/pdf",
    final((call, invoice) => download(context, call, invoice, "Invoice")),
  );
  app.get(
    "/:id/receipt",
    final((call, invoice) =>
      invoice.amount_paid > 0
        ? download(context, call, invoice, "Receipt")
        : unknownPage(context, call, "receipt"),
    ),
  );
  return app;
}

/** Tries once to pay. Two clicks pay once: the second finds nothing to pay. */
function pay(context: PageContext, call: Context, id: string, form: Form): Answer {
  const { account } = context;
  const current = () => account.store.get("invoice", id);
  const invoice = current();
  if (!invoice) return unknownPage(context, call, "invoice");
  if (!isPayable({ context, invoice })) return call.redirect(`/i/${id}`, 303);
  const values = shownAgain(form);
  const refused = (errors: Record<string, string>, status: 402 | 422) =>
    draw(context, call, current() ?? invoice, { values, errors }, status);
  const read = form.method ? { method: { id: form.method } } : readCard(account, form);
  if ("errors" in read) return refused(read.errors, 422);
  try {
    const payment = { paymentMethod: read.method.id, offSession: false, returnUrl: `/i/${id}` };
    const after = payInvoice(account, invoice, payment);
    const intent = intentOf(account, after);
    if (intent?.status === "requires_action") return call.redirect(`/authenticate/${intent.id}`, 303);
    if (isPayable({ context, invoice: after })) {
      return refused({ form: errorOf(account, intent?.id) ?? "Your card was declined." }, 402);
    }
    return call.redirect(`/i/${id}`, 303);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return refused({ form: error.message }, 422);
  }
}

/** What the bank's page said, for who comes back from it. */
function returned(account: Account, call: Context, invoice: Invoice): Filled {
  const intent = intentOf(account, invoice);
  const isBack = intent !== undefined && call.req.query("payment_intent") === intent.id;
  const failed = isBack && intent.status === "requires_payment_method" && errorOf(account, intent.id);
  return failed ? { errors: { form: failed } } : {};
}

function draw(
  context: PageContext,
  call: Context,
  invoice: Invoice,
  filled: Filled,
  status: 200 | 402 | 422 = 200,
): Answer {
  const page = <InvoicePage view={viewOf(context, invoice)} filled={filled} />;
  return show(call, page, status);
}

const viewOf = (context: PageContext, invoice: Invoice): InvoiceView => ({
  context,
  invoice,
  methods: context.account.store.ofCustomer("payment_method", idOf(invoice.customer) ?? ""),
  defaultMethod: methodFor(context.account, invoice, undefined)?.id ?? null,
});

async function download(
  { account }: PageContext,
  call: Context,
  invoice: Invoice,
  title: "Invoice" | "Receipt",
): Promise<Response> {
  const sheet = sheetOf(account, invoice);
  const at = invoice.status_transitions.finalized_at ?? invoice.created;
  const file = `${title}-${sheet.number.replace(/[^\w-]/g, "-")}.pdf`;
  return call.body(await invoicePdf(sheet, { title, standing: standingOf(invoice).dated, at }), 200, {
    "content-type": "application/pdf",
    "content-disposition": `attachment; filename="${file}"`,
    "cache-control": "no-store",
  });
}
