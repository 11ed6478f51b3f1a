import type Stripe from "stripe";
import type * as z from "zod";
import { ApiError } from "../http/errors.ts";
import {
  flag,
  hash,
  integer,
  list,
  metadata,
  oneOf,
  params,
  text,
  timestamp,
  unsettable,
} from "../http/params.ts";
import { type as methodType, paymentMethodData } from "./payment-method-params.ts";

/** Versions before endive had the types under another name. */
type BeforeEndive = { payment_method_types?: string[] };

/** The version that took `payment_method_types` away. */
const ENDIVE = "2026-10-28";

/** The types that may pay, by either name. @throws ApiError for the old name in a request of a new version */
export function typesGiven(
  given: {
    allowed_payment_method_types?: string[] | undefined;
    payment_method_types?: string[] | undefined;
  },
  { version, namesVersion }: { version: string; namesVersion: boolean },
): string[] | undefined {
  if (given.payment_method_types && namesVersion && version >= ENDIVE) {
    throw ApiError.unknownParams(["payment_method_types"]);
  }
  return given.allowed_payment_method_types ?? given.payment_method_types;
}

export const types = {
  allowed_payment_method_types: list(methodType).optional(),
  payment_method_types: list(methodType).optional(),
};

const shipping = hash({
  address: hash({
    city: text.optional(),
    country: text.optional(),
    line1: text.optional(),
    line2: text.optional(),
    postal_code: text.optional(),
    state: text.optional(),
  }),
  carrier: text.optional(),
  name: text,
  phone: text.optional(),
  tracking_number: text.optional(),
});

export type GivenShipping = z.output<typeof shipping>;

/** What a customer agreed to: taken, and not kept. */
export const mandateData = hash({
  customer_acceptance: hash({
    accepted_at: timestamp.optional(),
    offline: hash({}).optional(),
    online: hash({ ip_address: text.optional(), user_agent: text.optional() }).optional(),
    type: oneOf("offline", "online"),
  }),
});

/** What stays open until somebody confirms. */
const changeable = {
  ...types,
  capture_method: oneOf("automatic", "automatic_async", "manual").optional(),
  customer: text.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
  payment_method: text.optional(),
  payment_method_data: paymentMethodData.optional(),
  receipt_email: unsettable(text).optional(),
  setup_future_usage: unsettable(oneOf("off_session", "on_session")).optional(),
  shipping: unsettable(shipping).optional(),
  statement_descriptor: text.optional(),
  statement_descriptor_suffix: text.optional(),
};

const confirming = {
  error_on_requires_action: flag.optional(),
  mandate_data: mandateData.optional(),
  off_session: flag.optional(),
  return_url: text.optional(),
  use_stripe_sdk: flag.optional(),
};

/** https://docs.stripe.com/api/payment_intents/create */
export const create = params<Stripe.PaymentIntentCreateParams & BeforeEndive>()({
  ...changeable,
  ...confirming,
  amount: integer,
  automatic_payment_methods: hash({
    allow_redirects: oneOf("always", "never").optional(),
    enabled: flag,
  }).optional(),
  confirm: flag.optional(),
  confirmation_method: oneOf("automatic", "manual").optional(),
  currency: text,
});

/** https://docs.stripe.com/api/payment_intents/update */
export const update = params<Stripe.PaymentIntentUpdateParams & BeforeEndive>()({
  ...changeable,
  amount: integer.optional(),
  currency: text.optional(),
});

/** https://docs.stripe.com/api/payment_intents/confirm */
export const confirm = params<Stripe.PaymentIntentConfirmParams & BeforeEndive>()({
  ...types,
  ...confirming,
  capture_method: oneOf("automatic", "automatic_async", "manual").optional(),
  payment_method: text.optional(),
  payment_method_data: paymentMethodData.optional(),
  receipt_email: unsettable(text).optional(),
  setup_future_usage: unsettable(oneOf("off_session", "on_session")).optional(),
  shipping: unsettable(shipping).optional(),
});

/** https://docs.stripe.com/api/payment_intents/capture */
export const capture = params<Stripe.PaymentIntentCaptureParams>()({
  amount_to_capture: integer.optional(),
  metadata: metadata.optional(),
  statement_descriptor: text.optional(),
  statement_descriptor_suffix: text.optional(),
});

export type Create = z.output<typeof create>;
export type Update = z.output<typeof update>;
export type Confirm = z.output<typeof confirm>;
