import type Stripe from "stripe";
import type { Account } from "../account.ts";
import type { EventType } from "../events.ts";

type Intent = Stripe.PaymentIntent;

export type IntentDraft = {
  amount: number;
  currency: string;
  customer?: string | null | undefined;
  description?: string | null | undefined;
  metadata?: Stripe.Metadata | undefined;
  paymentMethod?: string | null | undefined;
  /** The types that may pay. Absent: whatever the account offers. */
  paymentMethodTypes?: string[] | undefined;
  setupFutureUsage?: "off_session" | "on_session" | null | undefined;
  captureMethod?: "automatic" | "automatic_async" | "manual" | undefined;
  confirmationMethod?: "automatic" | "manual" | undefined;
  receiptEmail?: string | null | undefined;
  shipping?: Stripe.PaymentIntent.Shipping | null | undefined;
  statementDescriptor?: string | null | undefined;
  statementDescriptorSuffix?: string | null | undefined;
  allowRedirects?: "always" | "never" | undefined;
};

/** An intent as it is in the beginning; engine/payments.ts keeps it. */
export function newIntent(account: Account, draft: IntentDraft): Intent {
  const id = account.newId("payment_intent");
  const { amount, currency, paymentMethodTypes: given, paymentMethod = null } = draft;
  const types = given ?? (currency === "eur" ? ["card", "sepa_debit"] : ["card"]);
  const automatic = { enabled: true, allow_redirects: draft.allowRedirects ?? "always" };
  return {
    id,
    object: "payment_intent",
    allowed_payment_method_types: null,
    amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: given ? null : automatic,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: draft.captureMethod ?? "automatic_async",
    client_secret: `${id}_${account.newIdOf("secret")}`,
    confirmation_method: draft.confirmationMethod ?? "automatic",
    created: account.realNow(),
    currency,
    customer: draft.customer ?? null,
    customer_account: null,
    description: draft.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: { enabled: false },
    metadata: draft.metadata ?? {},
    next_action: null,
    on_behalf_of: null,
    payment_method: paymentMethod,
    payment_method_configuration_details: null,
    payment_method_options: optionsOf(types),
    payment_method_types: types,
    payment_record: null,
    processing: null,
    receipt_email: draft.receiptEmail ?? null,
    review: null,
    setup_future_usage: draft.setupFutureUsage ?? null,
    shipping: draft.shipping ?? null,
    source: null,
    statement_descriptor: draft.statementDescriptor ?? null,
    statement_descriptor_suffix: draft.statementDescriptorSuffix ?? null,
    status: paymentMethod === null ? "requires_payment_method" : "requires_confirmation",
    transfer_data: null,
    transfer_group: null,
  };
}

function optionsOf(types: string[]): Stripe.PaymentIntent.PaymentMethodOptions {
  const card = { installments: null, mandate_options: null, network: null };
  return {
    ...(types.includes("card") ? { card: { ...card, request_three_d_secure: "automatic" } } : {}),
    ...(types.includes("sepa_debit") ? { sepa_debit: {} } : {}),
  };
}

/** Writes a step of an intent's life. Stripe sends these without previous_attributes. */
export const step = (account: Account, intent: Intent, changes: Partial<Intent>, type: EventType): Intent =>
  account.create("payment_intent", { ...intent, next_action: null, ...changes }, type);

/** Where the customer proves to be the card's owner: a page here, or Stripe.js in the app's own. */
export function nextAction(account: Account, intent: string, returnUrl: string | undefined) {
  const url = `${account.url}/authenticate/${intent}`;
  return returnUrl === undefined
    ? { type: "use_stripe_sdk", use_stripe_sdk: { type: "three_d_secure_redirect", stripe_js: url } }
    : { type: "redirect_to_url", redirect_to_url: { return_url: returnUrl, url } };
}
