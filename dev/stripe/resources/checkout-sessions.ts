import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { createSession, expireSession, planOf } from "../engine/checkout.ts";
import { totals } from "../engine/checkout-amounts.ts";
import { apiList, endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import {
  hash,
  isWithin,
  mergeMetadata,
  metadata,
  oneOf,
  paging,
  params,
  range,
  text,
} from "../http/params.ts";
import { includes } from "../http/present.ts";
import { idOf } from "../store.ts";
import { readSession } from "./checkout-session-draft.ts";
import { createParams } from "./checkout-session-params.ts";

const path = "/v1/checkout/sessions";

/** The version that took `payment_method_types` away. */
const ENDIVE = "2026-10-28";

/** https://docs.stripe.com/api/checkout/sessions */
export const checkoutSessions = [
  endpoint("POST", path, createParams, ({ account, params, version, namesVersion }) => {
    const isNew = namesVersion && version >= ENDIVE;
    if (isNew && params.payment_method_types) throw ApiError.unknownParams(["payment_method_types"]);
    if (isNew && params.ui_mode === "hosted") {
      throw ApiError.invalid(
        "Invalid ui_mode: must be one of elements, embedded_page, form, or hosted_page",
        {
          param: "ui_mode",
        },
      );
    }
    const { draft, plan } = readSession(account, params);
    return createSession(account, draft, plan);
  }),

  endpoint(
    "POST",
    `${path}/:id`,
    params<Stripe.Checkout.SessionUpdateParams>()({ metadata: metadata.optional() }),
    ({ account, id, params }) => {
      const session = found(account, "checkout.session", id);
      const merged = mergeMetadata(session.metadata ?? {}, params.metadata);
      return account.change("checkout.session", session, { metadata: merged }, null);
    },
  ),

  endpoint(
    "POST",
    `${path}/:id/expire`,
    params<Stripe.Checkout.SessionExpireParams>()({}),
    ({ account, id }) => expireSession(account, found(account, "checkout.session", id)),
  ),

  endpoint("GET", `${path}/:id`, params<Stripe.Checkout.SessionRetrieveParams>()({}), ({ account, id }) =>
    found(account, "checkout.session", id),
  ),

  endpoint(
    "GET",
    `${path}/:id/line_items`,
    params<Stripe.Checkout.SessionListLineItemsParams>()(paging),
    (call) => page(call, itemsOf(call.account, call.id), call.params),
  ),

  endpoint(
    "GET",
    path,
    params<Stripe.Checkout.SessionListParams>()({
      ...paging,
      created: range.optional(),
      customer: text.optional(),
      customer_details: hash({ email: text }).optional(),
      payment_intent: text.optional(),
      status: oneOf("complete", "expired", "open").optional(),
      subscription: text.optional(),
    }),
    (call) => {
      const { created, customer, customer_details, payment_intent, status, subscription } = call.params;
      const all =
        customer === undefined
          ? call.account.store.all("checkout.session")
          : call.account.store.ofCustomer("checkout.session", customer);
      const wanted = all.filter(
        (session) =>
          isWithin(session.created, created) &&
          (status === undefined || session.status === status) &&
          (subscription === undefined || idOf(session.subscription) === subscription) &&
          (payment_intent === undefined || idOf(session.payment_intent) === payment_intent) &&
          (customer_details === undefined || session.customer_details?.email === customer_details.email),
      );
      return page(call, wanted, call.params);
    },
  ),
];

/** What a session sells, with the shares of its discount. */
export function itemsOf(account: Account, id: string): Stripe.LineItem[] {
  const session = found(account, "checkout.session", id);
  return totals(account, session, planOf(account, session)).items;
}

includes("checkout.session", "line_items", (account, { id }) =>
  apiList(`${path}/${String(id)}/line_items`, itemsOf(account, String(id))),
);
