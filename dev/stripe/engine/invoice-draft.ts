import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { apiList, found } from "../http/endpoint.ts";
import { idOf } from "../store.ts";
import { type LineDraft, lineOf, lineOfItem } from "./invoice-lines.ts";
import { withTotals } from "./invoice-totals.ts";
import { DAY } from "./periods.ts";

type Invoice = Stripe.Invoice;

/** What is to be billed. Times are epoch seconds of the customer's clock. */
export type InvoiceDraft = {
  customer: string;
  subscription: Stripe.Subscription | null;
  billingReason: Stripe.Invoice.BillingReason;
  lines: LineDraft[];
  periodStart: number;
  periodEnd: number;
  collectionMethod: Stripe.Invoice.CollectionMethod;
  /** For `send_invoice`: from finalisation on. */
  daysUntilDue: number | null;
  /** For `send_invoice`, instead. */
  dueDate?: number;
  autoAdvance: boolean;
  /** Whether invoice items that wait are taken up. */
  includePending: boolean;
  /** When Stripe will finalise it by itself; null for not at all. */
  finalizesAt: number | null;
  /** Where there is no line to tell. */
  currency?: string;
  description?: string | null;
  footer?: string | null;
  metadata?: Record<string, string>;
  defaultPaymentMethod?: string | null;
  /** By their ids. Else the subscription's, or else the customer's. */
  discounts?: string[];
};

/** An invoice that is not kept yet. A preview never is. */
export function draftInvoice(
  account: Account,
  id: string,
  draft: InvoiceDraft,
  items: Stripe.InvoiceItem[],
): Invoice {
  const lines = [
    ...items.map((item) => lineOfItem(account, id, item)),
    ...draft.lines.map((line) => lineOf(account, id, line)),
  ];
  return withTotals(account, blankInvoice(account, id, draft, lines[0]?.currency), lines);
}

function blankInvoice(
  account: Account,
  id: string,
  draft: InvoiceDraft,
  currency: string | undefined,
): Invoice {
  const customer = found(account, "customer", draft.customer, "customer");
  const { subscription, collectionMethod, daysUntilDue, autoAdvance, finalizesAt } = draft;
  const now = account.nowOf(customer.id);
  return {
    id,
    object: "invoice",
    account_country: "US",
    account_name: "Local Stripe",
    account_tax_ids: null,
    amount_due: 0,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: autoAdvance,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: autoAdvance ? finalizesAt : null,
    billing_reason: draft.billingReason,
    collection_method: collectionMethod,
    created: now,
    currency: currency ?? draft.currency ?? subscription?.currency ?? customer.currency ?? "usd",
    custom_fields: customer.invoice_settings.custom_fields,
    customer: customer.id,
    customer_account: null,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: customer.shipping,
    customer_tax_exempt: customer.tax_exempt ?? "none",
    customer_tax_ids: [],
    default_payment_method: draft.defaultPaymentMethod ?? null,
    default_source: null,
    default_tax_rates: [],
    description: draft.description ?? null,
    discounts: draft.discounts ?? discountsFor(customer, subscription),
    due_date: draft.dueDate ?? (daysUntilDue === null ? null : now + daysUntilDue * DAY),
    effective_at: null,
    ending_balance: null,
    footer: draft.footer ?? customer.invoice_settings.footer,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: "self" },
    last_finalization_error: null,
    latest_revision: null,
    lines: apiList(`/v1/invoices/${id}/lines`, []),
    livemode: false,
    metadata: draft.metadata ?? {},
    next_payment_attempt: autoAdvance && collectionMethod === "charge_automatically" ? finalizesAt : null,
    number: null,
    on_behalf_of: null,
    parent: subscription && {
      type: "subscription_details",
      quote_details: null,
      subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: draft.periodEnd,
    period_start: draft.periodStart,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: customer.balance,
    statement_descriptor: null,
    status: "draft",
    status_transitions: {
      finalized_at: null,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
    subtotal: 0,
    subtotal_excluding_tax: 0,
    test_clock: idOf(customer.test_clock),
    total: 0,
    total_discount_amounts: [],
    total_excluding_tax: 0,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: now,
  };
}

function discountsFor(customer: Stripe.Customer, subscription: Stripe.Subscription | null): string[] {
  const own = (subscription?.discounts ?? []).flatMap((discount) => idOf(discount) ?? []);
  const general = idOf(customer.discount);
  return own.length > 0 || general === null ? own : [general];
}
