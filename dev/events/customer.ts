import type Stripe from "stripe";
import { DEMO_CUSTOMER } from "./subscription";

/**
 * The customer that all demo events are about.
 * @param created Unix seconds
 */
export function demoCustomer(created: number): Stripe.Customer {
  return {
    id: DEMO_CUSTOMER,
    object: "customer",
    address: null,
    balance: 0,
    created,
    currency: "usd",
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    email: "demo@example.com",
    invoice_prefix: "DEMO",
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: {},
    name: "Demo",
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: "none",
    test_clock: null,
  };
}
