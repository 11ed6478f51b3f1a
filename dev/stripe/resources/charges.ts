import type Stripe from "stripe";
import { endpoint, found, page } from "../http/endpoint.ts";
import { isWithin, mergeMetadata, metadata, paging, params, range, text } from "../http/params.ts";
import { includes } from "../http/present.ts";

includes("charge", "refunds", (account, { id }) => {
  const data = account.store.all("refund").filter(({ charge }) => charge === id);
  return { object: "list", data, has_more: false, url: `/v1/charges/${String(id)}/refunds` };
});

/** Charges as payment intents made them. https://docs.stripe.com/api/charges */
export const charges = [
  endpoint("GET", "/v1/charges/:id", params<Stripe.ChargeRetrieveParams>()({}), ({ account, id }) =>
    found(account, "charge", id),
  ),

  endpoint(
    "POST",
    "/v1/charges/:id",
    params<Stripe.ChargeUpdateParams>()({
      description: text.optional(),
      metadata: metadata.optional(),
      receipt_email: text.optional(),
    }),
    ({ account, id, params }) => {
      const before = found(account, "charge", id);
      const changes = {
        description: params.description ?? before.description,
        metadata: mergeMetadata(before.metadata, params.metadata),
        receipt_email: params.receipt_email ?? before.receipt_email,
      };
      return account.change("charge", before, changes, "charge.updated");
    },
  ),

  endpoint(
    "GET",
    "/v1/charges",
    params<Stripe.ChargeListParams>()({
      ...paging,
      created: range.optional(),
      customer: text.optional(),
      payment_intent: text.optional(),
    }),
    (call) => {
      const { account, params } = call;
      const { created, customer, payment_intent } = params;
      const all =
        customer === undefined ? account.store.all("charge") : account.store.ofCustomer("charge", customer);
      const charges = all.filter(
        (charge) =>
          isWithin(charge.created, created) &&
          (payment_intent === undefined || charge.payment_intent === payment_intent),
      );
      return page(call, charges, params);
    },
  ),
];
