import type Stripe from "stripe";
import type { Account } from "../account.ts";

/** What may be said of a customer from the beginning. */
export type CustomerDraft = Partial<
  Pick<
    Stripe.Customer,
    | "address"
    | "balance"
    | "default_source"
    | "description"
    | "email"
    | "invoice_settings"
    | "metadata"
    | "name"
    | "phone"
    | "preferred_locales"
    | "tax_exempt"
  >
> & { test_clock?: string | null };

/** Adds a customer: `customer.created`. Checkout makes them as the API does. */
export function createCustomer(account: Account, draft: CustomerDraft): Stripe.Customer {
  return account.create(
    "customer",
    {
      id: account.newId("customer"),
      object: "customer",
      address: null,
      balance: 0,
      created: account.now(draft.test_clock ?? null),
      currency: null,
      default_source: null,
      delinquent: false,
      description: null,
      discount: null,
      email: null,
      invoice_prefix: account.newIdOf("").slice(1, 9).toUpperCase(),
      invoice_settings: {
        custom_fields: null,
        default_payment_method: null,
        footer: null,
        rendering_options: null,
      },
      livemode: false,
      metadata: {},
      name: null,
      next_invoice_sequence: 1,
      phone: null,
      preferred_locales: [],
      shipping: null,
      tax_exempt: "none",
      test_clock: null,
      ...draft,
    },
    "customer.created",
  );
}

type GivenAddress = { [Part in keyof Stripe.Address]?: string | null | undefined };

/** An address with all its parts: null where nothing was given. */
export function wholeAddress(given: GivenAddress): Stripe.Address {
  const { city = null, country = null, line1 = null, line2 = null, postal_code = null, state = null } = given;
  return { city, country, line1, line2, postal_code, state };
}
