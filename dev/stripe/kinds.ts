import type Stripe from "stripe";
import type { KeptMeterEvent } from "./engine/meters.ts";

/** Every kind of object that is kept, by the word that Stripe has for it in `object`. */
export type Kinds = {
  "billing.meter": Stripe.Billing.Meter;
  "billing.meter_event": KeptMeterEvent;
  "billing_portal.configuration": Stripe.BillingPortal.Configuration;
  "billing_portal.session": Stripe.BillingPortal.Session;
  charge: Stripe.Charge;
  "checkout.session": Stripe.Checkout.Session;
  coupon: Stripe.Coupon;
  credit_note: Stripe.CreditNote;
  customer: Stripe.Customer;
  discount: Stripe.Discount;
  "entitlements.active_entitlement": Stripe.Entitlements.ActiveEntitlement;
  "entitlements.feature": Stripe.Entitlements.Feature;
  invoice: Stripe.Invoice;
  invoice_payment: Stripe.InvoicePayment;
  invoiceitem: Stripe.InvoiceItem;
  payment_intent: Stripe.PaymentIntent;
  payment_method: Stripe.PaymentMethod;
  price: Stripe.Price;
  product: Stripe.Product;
  product_feature: Stripe.ProductFeature;
  promotion_code: Stripe.PromotionCode;
  refund: Stripe.Refund;
  setup_intent: Stripe.SetupIntent;
  subscription: Stripe.Subscription;
  subscription_schedule: Stripe.SubscriptionSchedule;
  "test_helpers.test_clock": Stripe.TestHelpers.TestClock;
  webhook_endpoint: Stripe.WebhookEndpoint;
};

export type Kind = keyof Kinds;

/** How the ids of each kind begin. */
export const PREFIXES: Record<Kind, string> = {
  "billing.meter": "mtr",
  "billing.meter_event": "mtr_event",
  "billing_portal.configuration": "bpc",
  "billing_portal.session": "bps",
  charge: "ch",
  "checkout.session": "cs",
  coupon: "coupon",
  credit_note: "cn",
  customer: "cus",
  discount: "di",
  "entitlements.active_entitlement": "ent",
  "entitlements.feature": "feat",
  invoice: "in",
  invoice_payment: "inpay",
  invoiceitem: "ii",
  payment_intent: "pi",
  payment_method: "pm",
  price: "price",
  product: "prod",
  product_feature: "prodft",
  promotion_code: "promo",
  refund: "re",
  setup_intent: "seti",
  subscription: "sub",
  subscription_schedule: "sub_sched",
  "test_helpers.test_clock": "clock",
  webhook_endpoint: "we",
};

/** The kind that an id tells by its prefix; coupons have names of their own. */
export function kindOf(id: string): Kind | undefined {
  const prefix = id.slice(0, id.lastIndexOf("_"));
  return KINDS.find(
    (kind) => PREFIXES[kind] === prefix || (prefix === "cs_test" && kind === "checkout.session"),
  );
}

const KINDS = Object.keys(PREFIXES).filter(isKind);

export function isKind(word: string): word is Kind {
  return Object.hasOwn(PREFIXES, word);
}
