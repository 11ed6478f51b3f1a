import type Stripe from "stripe";
import { flag, hash, metadata, oneOf, params, text } from "../http/params.ts";
import { mandateData, types } from "./payment-intent-params.ts";
import { paymentMethodData } from "./payment-method-params.ts";

/** Versions before endive had the types under another name. */
type BeforeEndive = { payment_method_types?: string[] };

const method = {
  payment_method: text.optional(),
  payment_method_data: paymentMethodData.optional(),
};

const confirming = {
  mandate_data: mandateData.optional(),
  return_url: text.optional(),
  use_stripe_sdk: flag.optional(),
};

const fields = {
  ...types,
  ...method,
  customer: text.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
};

/** https://docs.stripe.com/api/setup_intents/create */
export const create = params<Stripe.SetupIntentCreateParams & BeforeEndive>()({
  ...fields,
  ...confirming,
  automatic_payment_methods: hash({
    allow_redirects: oneOf("always", "never").optional(),
    enabled: flag,
  }).optional(),
  confirm: flag.optional(),
  usage: oneOf("off_session", "on_session").optional(),
});

/** https://docs.stripe.com/api/setup_intents/update */
export const update = params<Stripe.SetupIntentUpdateParams & BeforeEndive>()(fields);

/** https://docs.stripe.com/api/setup_intents/confirm */
export const confirm = params<Stripe.SetupIntentConfirmParams>()({ ...method, ...confirming });

/** https://docs.stripe.com/api/setup_intents/cancel */
export const cancel = params<Stripe.SetupIntentCancelParams>()({
  cancellation_reason: oneOf("abandoned", "duplicate", "requested_by_customer").optional(),
});
