import type Stripe from "stripe";
import type * as z from "zod";
import {
  between,
  decimal,
  flag,
  hash,
  integer,
  list,
  metadata,
  oneOf,
  params,
  text,
  timestamp,
} from "../http/params.ts";

const url = text;

const address = hash({
  city: text.optional(),
  country: text.optional(),
  line1: text.optional(),
  line2: text.optional(),
  postal_code: text.optional(),
  state: text.optional(),
});

const priceData = hash({
  currency: text,
  product: text.optional(),
  product_data: hash({
    name: text,
    description: text.optional(),
    images: list(text).optional(),
    metadata: metadata.optional(),
    tax_code: text.optional(),
    unit_label: text.optional(),
  }).optional(),
  recurring: hash({
    interval: oneOf("day", "week", "month", "year"),
    interval_count: integer.optional(),
  }).optional(),
  tax_behavior: oneOf("exclusive", "inclusive", "unspecified").optional(),
  unit_amount: integer.optional(),
  unit_amount_decimal: decimal.optional(),
});

const lineItem = hash({
  adjustable_quantity: hash({
    enabled: flag,
    maximum: integer.optional(),
    minimum: integer.optional(),
  }).optional(),
  metadata: metadata.optional(),
  price: text.optional(),
  price_data: priceData.optional(),
  quantity: integer.optional(),
});

const subscriptionData = hash({
  billing_cycle_anchor: timestamp.optional(),
  billing_mode: hash({
    type: oneOf("classic", "flexible"),
    flexible: hash({ proration_discounts: oneOf("included", "itemized").optional() }).optional(),
  }).optional(),
  description: text.optional(),
  metadata: metadata.optional(),
  proration_behavior: oneOf("create_prorations", "none").optional(),
  trial_end: timestamp.optional(),
  trial_period_days: between(1, 730).optional(),
  trial_settings: hash({
    end_behavior: hash({ missing_payment_method: oneOf("cancel", "create_invoice", "pause") }),
  }).optional(),
});

const paymentIntentData = hash({
  capture_method: oneOf("automatic", "automatic_async", "manual").optional(),
  description: text.optional(),
  metadata: metadata.optional(),
  receipt_email: text.optional(),
  setup_future_usage: oneOf("off_session", "on_session").optional(),
  shipping: hash({
    address,
    carrier: text.optional(),
    name: text,
    phone: text.optional(),
    tracking_number: text.optional(),
  }).optional(),
  statement_descriptor: text.optional(),
  statement_descriptor_suffix: text.optional(),
});

/** Versions before endive also took the types of payment methods, and had another word for the hosted page. */
type Known = Stripe.Checkout.SessionCreateParams & { payment_method_types?: string[] };

/** What a session is made of. https://docs.stripe.com/api/checkout/sessions/create */
export const createParams = params<Known>()({
  allow_promotion_codes: flag.optional(),
  automatic_tax: hash({ enabled: flag }).optional(),
  billing_address_collection: oneOf("auto", "required").optional(),
  cancel_url: url.optional(),
  client_reference_id: text.max(200).optional(),
  consent_collection: hash({
    promotions: oneOf("auto", "none").optional(),
    terms_of_service: oneOf("none", "required").optional(),
  }).optional(),
  currency: text.optional(),
  customer: text.optional(),
  customer_creation: oneOf("always", "if_required").optional(),
  customer_email: text.max(800).optional(),
  customer_update: hash({
    address: oneOf("auto", "never").optional(),
    name: oneOf("auto", "never").optional(),
    shipping: oneOf("auto", "never").optional(),
  }).optional(),
  discounts: list(hash({ coupon: text.optional(), promotion_code: text.optional() })).optional(),
  expires_at: timestamp.optional(),
  line_items: list(lineItem).optional(),
  locale: text.optional(),
  metadata: metadata.optional(),
  mode: oneOf("payment", "setup", "subscription").optional(),
  payment_intent_data: paymentIntentData.optional(),
  payment_method_collection: oneOf("always", "if_required").optional(),
  payment_method_types: list(oneOf("card", "sepa_debit")).optional(),
  phone_number_collection: hash({ enabled: flag }).optional(),
  setup_intent_data: hash({ description: text.optional(), metadata: metadata.optional() }).optional(),
  submit_type: oneOf("auto", "book", "donate", "pay", "subscribe").optional(),
  subscription_data: subscriptionData.optional(),
  success_url: url.optional(),
  tax_id_collection: hash({ enabled: flag, required: oneOf("if_supported", "never").optional() }).optional(),
  ui_mode: oneOf("hosted_page", "hosted").optional(),
});

export type Given = z.output<typeof createParams>;
export type GivenLine = z.output<typeof lineItem>;
