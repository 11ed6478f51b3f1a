import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";
import { promotionFor, totals, withQuantity } from "./checkout-amounts.ts";
import type { CheckoutPlan } from "./checkout-plan.ts";
import type { Routine } from "./due.ts";

type Session = Stripe.Checkout.Session;

const DAY = 24 * 60 * 60;

/** What only the app decides; the rest follows. */
export type SessionDraft = Partial<Omit<Session, "id" | "object" | "status" | "url">> & {
  mode: "payment" | "setup" | "subscription";
  currency: string | null;
};

/**
 * Adds a session, at whose `url` the customer pays. Stripe sends no event for it.
 * https://docs.stripe.com/payments/checkout/how-checkout-works
 * @param plan without `expiresAt`, which follows from `expires_at`
 */
export function createSession(
  account: Account,
  draft: SessionDraft,
  plan: Omit<CheckoutPlan, "expiresAt">,
): Session {
  const now = account.realNow();
  const expires_at = draft.expires_at ?? now + DAY;
  const kept = { ...plan, expiresAt: account.now() + expires_at - now };
  const blank = blankSession(account, draft, expires_at);
  const session = { ...blank, ...totals(account, blank, kept).totals };
  account.store.note(session.id, { checkout: kept });
  return account.create("checkout.session", session, null);
}

function blankSession(account: Account, draft: SessionDraft, expires_at: number): Session {
  const id = account.newId("checkout.session");
  const customer = account.store.get("customer", idOf(draft.customer) ?? "");
  const email = customer?.email ?? draft.customer_email ?? null;
  const isSetup = draft.mode === "setup";
  return {
    id,
    object: "checkout.session",
    adaptive_pricing: draft.mode === "payment" ? { enabled: false } : null,
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    amount_subtotal: null,
    amount_total: null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: null,
    client_reference_id: null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: account.realNow(),
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer: null,
    customer_account: null,
    customer_creation: customer || isSetup ? null : draft.mode === "payment" ? "if_required" : "always",
    customer_details: email === null ? null : detailsOf(customer, email),
    customer_email: null,
    discounts: isSetup ? null : [],
    expires_at,
    integration_identifier: null,
    invoice: null,
    invoice_creation: draft.mode === "payment" ? NO_INVOICE : null,
    livemode: false,
    locale: null,
    managed_payments: { enabled: false },
    metadata: {},
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: draft.mode === "payment" ? "if_required" : "always",
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: "automatic" } },
    payment_method_types: ["card"],
    payment_status: isSetup ? "no_payment_required" : "unpaid",
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: customer
      ? { allow_redisplay_filters: ["always"], payment_method_remove: "disabled", payment_method_save: null }
      : null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: "open",
    submit_type: null,
    subscription: null,
    success_url: null,
    tax_id_collection: { enabled: false, required: "never" },
    total_details: null,
    ui_mode: "hosted_page",
    url: `${account.url}/pay/${id}`,
    wallet_options: null,
    ...draft,
  };
}

const NO_INVOICE: Stripe.Checkout.Session.InvoiceCreation = {
  enabled: false,
  invoice_data: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: null,
    metadata: {},
    rendering_options: null,
  },
};

/** What Checkout knows of the customer before anything is filled in. */
function detailsOf(customer: Stripe.Customer | undefined, email: string): Session["customer_details"] {
  return {
    address: customer?.address ?? null,
    business_name: null,
    email,
    individual_name: null,
    name: customer?.name ?? null,
    phone: customer?.phone ?? null,
    tax_exempt: customer?.tax_exempt ?? "none",
    tax_ids: null,
  };
}

/** The plan of a session. Sessions are only made together with theirs. */
export function planOf(account: Account, session: { id: string }): CheckoutPlan {
  const { checkout } = account.store.notes(session.id);
  if (!checkout) throw new Error(`${session.id} has no plan.`);
  return checkout;
}

/** Takes a promotion code that the customer typed, or with null takes it away. @throws ApiError in Checkout's words */
export function applyPromotion(account: Account, session: Session, word: string | null): Session {
  const code = word === null ? null : promotionFor(account, session, word);
  const discounts = code ? [{ coupon: idOf(code.promotion.coupon), promotion_code: code.id }] : [];
  const changed = { ...session, discounts };
  return account.change(
    "checkout.session",
    session,
    { discounts, ...totals(account, changed, planOf(account, session)).totals },
    null,
  );
}

/** Changes how many of an item are bought, where the session lets the customer. */
export function adjustQuantity(account: Account, session: Session, item: string, quantity: number): Session {
  const plan = planOf(account, session);
  const items = plan.items.map((line) => {
    const { enabled, minimum, maximum } = line.adjustable_quantity ?? { enabled: false };
    if (line.id !== item || !enabled) return line;
    return withQuantity(line, Math.min(Math.max(quantity, minimum ?? 0), maximum ?? 99));
  });
  const after = { ...plan, items };
  account.store.note(session.id, { checkout: after });
  return account.change("checkout.session", session, totals(account, session, after).totals, null);
}

/** Ends an open session: `checkout.session.expired`. @throws ApiError unless it is open */
export function expireSession(account: Account, session: Session): Session {
  if (session.status !== "open") {
    throw ApiError.invalid(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
    );
  }
  const expired = { ...session, status: "expired", url: null };
  return account.create("checkout.session", expired, "checkout.session.expired");
}

/** A session that nobody pays expires, after a day if the app does not say otherwise. */
export const sessionRoutine: Routine<"checkout.session"> = {
  kind: "checkout.session",
  dueAt: (account, session) =>
    session.status === "open" ? (account.store.notes(session.id).checkout?.expiresAt ?? null) : null,
  run: (account, session) => void expireSession(account, session),
  customer: () => null,
};
