import Stripe from "stripe";
import { DEMO_CUSTOMER } from "./subscription";

type Bill = {
  id: string;
  number: string;
  subscription: Stripe.Subscription;
  reason: "subscription_create" | "subscription_update";
  description: string;
  quantity: number;
  /** In cents. */
  amount: number;
  /** Unix seconds. */
  created: number;
};

/** A bill of the demo customer as it is finalized: open, not yet charged. */
export function demoInvoice(bill: Bill): Stripe.Invoice {
  const { id, amount, created } = bill;
  const page = `acct_demo/test_${id}`;
  return {
    id,
    object: "invoice",
    account_country: "US",
    account_name: "Demo",
    account_tax_ids: null,
    amount_due: amount,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: amount,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: bill.reason,
    collection_method: "charge_automatically",
    created,
    currency: "usd",
    custom_fields: null,
    customer: DEMO_CUSTOMER,
    customer_account: null,
    customer_address: null,
    customer_email: "demo@example.com",
    customer_name: "Demo",
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: "none",
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: created,
    ending_balance: 0,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: `https://invoice.stripe.com/i/${page}`,
    invoice_pdf: `https://pay.stripe.com/invoice/${page}/pdf`,
    issuer: { type: "self" },
    last_finalization_error: null,
    latest_revision: null,
    lines: { object: "list", data: [line(bill)], has_more: false, url: `/v1/invoices/${id}/lines` },
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    number: bill.number,
    on_behalf_of: null,
    parent: {
      quote_details: null,
      subscription_details: { metadata: {}, subscription: bill.subscription.id },
      type: "subscription_details",
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: created,
    period_start: created,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: "open",
    status_transitions: {
      finalized_at: created,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
    subtotal: amount,
    subtotal_excluding_tax: amount,
    test_clock: null,
    total: amount,
    total_discount_amounts: [],
    total_excluding_tax: amount,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: null,
  };
}

function line(bill: Bill): Stripe.InvoiceLineItem {
  const [item] = bill.subscription.items.data;
  if (!item) throw new Error(`${bill.subscription.id} has no items to bill.`);
  return {
    id: bill.id.replace("in_", "il_"),
    object: "line_item",
    amount: bill.amount,
    currency: "usd",
    description: bill.description,
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice: bill.id,
    livemode: false,
    metadata: {},
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: bill.reason === "subscription_update",
        proration_details: { credited_items: null },
        subscription: bill.subscription.id,
        subscription_item: item.id,
      },
      type: "subscription_item_details",
    },
    period: { end: item.current_period_end, start: bill.created },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: item.price.id, product: `${item.price.product}` },
      type: "price_details",
      unit_amount_decimal: item.price.unit_amount_decimal,
    },
    quantity: bill.quantity,
    quantity_decimal: Stripe.Decimal.from(bill.quantity),
    subscription: bill.subscription.id,
    subtotal: bill.amount,
    taxes: [],
  };
}

/** The same bill, paid in full. */
export function paid(invoice: Stripe.Invoice, at: number): Stripe.Invoice {
  return {
    ...invoice,
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    attempt_count: invoice.attempt_count + 1,
    attempted: true,
    auto_advance: false,
    next_payment_attempt: null,
    status: "paid",
    status_transitions: { ...invoice.status_transitions, paid_at: at },
    webhooks_delivered_at: invoice.created,
  };
}

/** The same bill after a charge that failed. */
export function declined(invoice: Stripe.Invoice, nextAttempt: number): Stripe.Invoice {
  return {
    ...invoice,
    attempt_count: invoice.attempt_count + 1,
    attempted: true,
    next_payment_attempt: nextAttempt,
    webhooks_delivered_at: invoice.created,
  };
}
