import { randomUUID } from "node:crypto";

/** Builders of Stripe's objects and events, as small as a test needs them. Times are epoch seconds, as on the wire. */
type Fields = Record<string, unknown>;

export const T0 = 1_790_000_000;
const MONTH = 30 * 86_400;

export function aSubscription(fields: Fields = {}): Fields {
  return {
    id: "sub_1",
    object: "subscription",
    customer: "cus_1",
    status: "active",
    cancel_at_period_end: false,
    cancel_at: null,
    canceled_at: null,
    ended_at: null,
    trial_start: null,
    trial_end: null,
    start_date: T0,
    currency: "usd",
    latest_invoice: "in_1",
    livemode: false,
    metadata: {},
    items: { object: "list", data: [anItem()], has_more: false },
    ...fields,
  };
}

export function anItem(fields: Fields = {}): Fields {
  return {
    id: "si_1",
    object: "subscription_item",
    quantity: 1,
    current_period_start: T0,
    current_period_end: T0 + MONTH,
    price: { id: "price_pro", object: "price", product: "prod_pro", currency: "usd", unit_amount: 2000 },
    ...fields,
  };
}

export function anInvoice(fields: Fields = {}): Fields {
  return {
    id: "in_1",
    object: "invoice",
    customer: "cus_1",
    parent: { type: "subscription_details", subscription_details: { subscription: "sub_1", metadata: {} } },
    status: "open",
    number: "A-0001",
    amount_due: 2000,
    amount_paid: 0,
    currency: "usd",
    attempt_count: 0,
    next_payment_attempt: null,
    hosted_invoice_url: "https://invoice.stripe.com/i/1",
    invoice_pdf: "https://pay.stripe.com/invoice/1/pdf",
    livemode: false,
    created: T0,
    ...fields,
  };
}

export function aCustomer(fields: Fields = {}): Fields {
  return {
    id: "cus_1",
    object: "customer",
    email: "ada@example.com",
    livemode: false,
    metadata: {},
    ...fields,
  };
}

export function aProduct(fields: Fields = {}): Fields {
  return {
    id: "prod_pro",
    object: "product",
    name: "Pro",
    active: true,
    description: null,
    marketing_features: [{ name: "Everything" }],
    livemode: false,
    metadata: {},
    ...fields,
  };
}

export function aPrice(fields: Fields = {}): Fields {
  return {
    id: "price_pro",
    object: "price",
    product: "prod_pro",
    active: true,
    currency: "usd",
    unit_amount: 2000,
    type: "recurring",
    recurring: { interval: "month", interval_count: 1, usage_type: "licensed" },
    lookup_key: "pro_monthly",
    livemode: false,
    ...fields,
  };
}

export function aSession(fields: Fields = {}): Fields {
  return {
    id: "cs_1",
    object: "checkout.session",
    mode: "subscription",
    payment_status: "paid",
    status: "complete",
    customer: "cus_1",
    subscription: "sub_1",
    client_reference_id: null,
    livemode: false,
    ...fields,
  };
}

/** An event with a fresh id, created at T0 unless said otherwise. */
export function anEvent(type: string, object: Fields, fields: Fields = {}): Fields {
  return {
    id: `evt_${randomUUID().replaceAll("-", "")}`,
    object: "event",
    api_version: "2026-10-28.endive",
    created: T0,
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
    ...fields,
  };
}
