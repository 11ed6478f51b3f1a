import type Stripe from "stripe";
import type * as z from "zod";
import { hash, integer, metadata, oneOf, params, text, unsettable } from "../http/params.ts";

/** The types of payment methods that exist here. */
export const type = oneOf("card", "sepa_debit");

export const allowRedisplay = oneOf("always", "limited", "unspecified");

export const billingDetails = hash({
  address: unsettable(
    hash({
      city: text.optional(),
      country: text.optional(),
      line1: text.optional(),
      line2: text.optional(),
      postal_code: text.optional(),
      state: text.optional(),
    }),
  ).optional(),
  email: unsettable(text).optional(),
  name: unsettable(text).optional(),
  phone: unsettable(text).optional(),
});

const fields = {
  allow_redisplay: allowRedisplay.optional(),
  billing_details: billingDetails.optional(),
  metadata: metadata.optional(),
};

const made = {
  ...fields,
  card: hash({
    cvc: text.optional(),
    exp_month: integer.optional(),
    exp_year: integer.optional(),
    number: text.optional(),
    token: text.optional(),
  }).optional(),
  sepa_debit: hash({ iban: text }).optional(),
  type,
};

/** https://docs.stripe.com/api/payment_methods/create */
export const create = params<Stripe.PaymentMethodCreateParams>()(made);

/** A payment method that is made by the way, where it is used. */
export const paymentMethodData = hash(made);

/** https://docs.stripe.com/api/payment_methods/update */
export const update = params<Stripe.PaymentMethodUpdateParams>()({
  ...fields,
  card: hash({ exp_month: integer.optional(), exp_year: integer.optional() }).optional(),
});

export type Given = z.output<typeof create>;
export type GivenBilling = z.output<typeof billingDetails>;
