import type Stripe from "stripe";
import { previewChange, previewNext } from "../engine/invoice-preview.ts";
import { endpoint, found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { flag, hash, list, oneOf, params, text, timestamp, timestampOrNow } from "../http/params.ts";
import { idOf } from "../store.ts";
import { prorationBehavior, quantity } from "./subscription-params.ts";

const details = hash({
  billing_cycle_anchor: hash({ type: oneOf("now", "unchanged") })
    .transform(({ type }) => type)
    .optional(),
  cancel_at_period_end: flag.optional(),
  items: list(
    hash({ deleted: flag.optional(), id: text.optional(), price: text.optional(), quantity }),
  ).optional(),
  proration_behavior: prorationBehavior,
  proration_date: timestamp.optional(),
  trial_end: timestampOrNow.optional(),
});

/** https://docs.stripe.com/api/invoices/create_preview */
export const invoicePreviews = [
  endpoint(
    "POST",
    "/v1/invoices/create_preview",
    params<Stripe.InvoiceCreatePreviewParams>()({
      customer: text.optional(),
      preview_mode: oneOf("next").optional(),
      subscription: text.optional(),
      subscription_details: details.optional(),
    }),
    ({ account, params: { customer, subscription: id, subscription_details: change } }) => {
      // Stripe previews customers and schedules as well; here there is nothing to preview but a subscription.
      if (id === undefined)
        throw ApiError.invalid("Missing required param: subscription.", {
          param: "subscription",
          code: "parameter_missing",
        });
      const subscription = found(account, "subscription", id, "subscription");
      if (customer !== undefined && customer !== idOf(subscription.customer))
        throw ApiError.noSuch("subscription", id, "subscription");
      return change ? previewChange(account, subscription, change) : previewNext(account, subscription);
    },
  ),
];
