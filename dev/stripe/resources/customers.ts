import type Stripe from "stripe";
import { deleteCustomer } from "../engine/customer-deletion.ts";
import { addSource, changedSettings, createPayingCustomer } from "../engine/customer-methods.ts";
import { wholeAddress } from "../engine/customers.ts";
import { deleted, endpoint, found, page } from "../http/endpoint.ts";
import {
  defined,
  hash,
  integer,
  isWithin,
  list,
  mergeMetadata,
  metadata,
  oneOf,
  paging,
  params,
  range,
  text,
  unsettable,
} from "../http/params.ts";

const address = unsettable(
  hash({
    city: text.optional(),
    country: text.optional(),
    line1: text.optional(),
    line2: text.optional(),
    postal_code: text.optional(),
    state: text.optional(),
  }),
);

const fields = {
  address: address.optional(),
  description: unsettable(text).optional(),
  email: unsettable(text).optional(),
  invoice_settings: hash({
    default_payment_method: unsettable(text).optional(),
    footer: unsettable(text).optional(),
  }).optional(),
  metadata: metadata.optional(),
  name: unsettable(text).optional(),
  phone: unsettable(text).optional(),
  preferred_locales: list(text).optional(),
  source: text.optional(),
  tax_exempt: unsettable(oneOf("none", "exempt", "reverse")).optional(),
};

const create = params<Stripe.CustomerCreateParams>()({
  ...fields,
  balance: integer.optional(),
  payment_method: text.optional(),
  test_clock: text.optional(),
});

const update = params<Stripe.CustomerUpdateParams>()({ ...fields, balance: integer.optional() });

/** https://docs.stripe.com/api/customers */
export const customers = [
  endpoint("POST", "/v1/customers", create, ({ account, params }) => {
    const { test_clock = null } = params;
    if (test_clock) found(account, "test_helpers.test_clock", test_clock, "test_clock");
    const draft = {
      address: params.address ? wholeAddress(params.address) : null,
      balance: params.balance ?? 0,
      description: params.description ?? null,
      email: params.email ?? null,
      metadata: mergeMetadata({}, params.metadata),
      name: params.name ?? null,
      phone: params.phone ?? null,
      preferred_locales: params.preferred_locales ?? [],
      tax_exempt: params.tax_exempt ?? "none",
      test_clock,
    };
    const { payment_method: paymentMethod, source, invoice_settings: invoiceSettings } = params;
    return createPayingCustomer(account, draft, { paymentMethod, source, invoiceSettings });
  }),

  endpoint("POST", "/v1/customers/:id", update, ({ account, id, params }) => {
    const before = found(account, "customer", id);
    const { metadata, address, invoice_settings, source, tax_exempt, ...given } = params;
    const settings = invoice_settings && changedSettings(account, before, invoice_settings);
    return account.change(
      "customer",
      before,
      {
        ...defined(given),
        ...(address === undefined ? {} : { address: address && wholeAddress(address) }),
        ...(settings ? { invoice_settings: settings } : {}),
        ...(source === undefined ? {} : { default_source: addSource(account, before, source) }),
        ...(tax_exempt === undefined ? {} : { tax_exempt: tax_exempt ?? "none" }),
        metadata: mergeMetadata(before.metadata, metadata),
      },
      "customer.updated",
    );
  }),

  endpoint("GET", "/v1/customers/:id", params<Stripe.CustomerRetrieveParams>()({}), ({ account, id }) =>
    account.store.isGone("customer", id) ? deleted("customer", id) : found(account, "customer", id),
  ),

  endpoint("DELETE", "/v1/customers/:id", params<Stripe.CustomerDeleteParams>()({}), ({ account, id }) => {
    deleteCustomer(account, found(account, "customer", id));
    return deleted("customer", id);
  }),

  endpoint(
    "GET",
    "/v1/customers",
    params<Stripe.CustomerListParams>()({
      ...paging,
      created: range.optional(),
      email: text.optional(),
      test_clock: text.optional(),
    }),
    (call) => {
      const { created, email, test_clock = null } = call.params;
      const all = call.account.store
        .all("customer")
        .filter(
          (customer) =>
            isWithin(customer.created, created) &&
            (email === undefined || customer.email === email) &&
            (customer.test_clock ?? null) === test_clock,
        );
      return page(call, all, call.params);
    },
  ),
];
