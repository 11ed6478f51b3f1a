import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";

type Configuration = Stripe.BillingPortal.Configuration;
type Features = Configuration["features"];
type Session = Stripe.BillingPortal.Session;

/**
 * The configuration that sessions have if they name none. In the dashboard it is saved by hand; here it is there from
 * the first time that it is needed.
 */
export function defaultConfiguration(account: Account): Configuration {
  const existing = account.store.all("billing_portal.configuration").find(({ is_default }) => is_default);
  return (
    existing ??
    account.create("billing_portal.configuration", configuration(account, { ...EVERYTHING }, true), null)
  );
}

/** A configuration that is not kept yet, with nothing but these features. */
export function configuration(
  account: Account,
  features: Partial<Features>,
  is_default = false,
): Configuration {
  const now = account.realNow();
  return {
    id: account.newId("billing_portal.configuration"),
    object: "billing_portal.configuration",
    active: true,
    application: null,
    business_profile: { headline: null, privacy_policy_url: null, terms_of_service_url: null },
    created: now,
    default_return_url: null,
    features: { ...NOTHING, ...features },
    is_default,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: {},
    name: null,
    updated: now,
  };
}

export const NOTHING: Features = {
  customer_update: { allowed_updates: [], enabled: false },
  invoice_history: { enabled: false },
  payment_method_update: { enabled: false, payment_method_configuration: null },
  subscription_cancel: {
    cancellation_reason: {
      enabled: false,
      feedback_options: null,
      options: ["too_expensive", "missing_features", "switched_service", "unused", "other"],
    },
    enabled: false,
    mode: "at_period_end",
    proration_behavior: "none",
  },
  subscription_pause: { duration: { interval_options: [], type: "indefinite" }, enabled: false },
  subscription_update: {
    billing_cycle_anchor: null,
    default_allowed_updates: [],
    enabled: false,
    products: null,
    proration_behavior: "none",
    schedule_at_period_end: { conditions: [] },
    trial_update_behavior: "end_trial",
  },
};

/**
 * What is on by itself. Stripe's dashboard wants to be told which plans can be switched to; here it is all that are sold,
 * until the app makes a configuration of its own.
 */
const EVERYTHING: Partial<Features> = {
  customer_update: { allowed_updates: ["email", "address", "phone", "name"], enabled: true },
  invoice_history: { enabled: true },
  payment_method_update: { enabled: true, payment_method_configuration: null },
  subscription_cancel: {
    ...NOTHING.subscription_cancel,
    cancellation_reason: { ...NOTHING.subscription_cancel.cancellation_reason, enabled: true },
    enabled: true,
  },
  subscription_update: {
    ...NOTHING.subscription_update,
    default_allowed_updates: ["price", "quantity"],
    enabled: true,
    products: [],
    proration_behavior: "create_prorations",
  },
};

/** Seconds that a session lasts once nobody looks at it any more. https://docs.stripe.com/api/customer_portal/sessions */
const LASTS = 60 * 60;

/** Opens the portal for a customer: `billing_portal.session.created`. */
export function createPortalSession(
  account: Account,
  given: {
    customer: string;
    configuration: Configuration;
    flow: Session["flow"];
    locale: string | null;
    return_url: string | null;
  },
): Session {
  const id = account.newId("billing_portal.session");
  account.store.note(id, { portalUsedAt: account.realNow() });
  return account.create(
    "billing_portal.session",
    {
      id,
      object: "billing_portal.session",
      configuration: given.configuration.id,
      created: account.realNow(),
      customer: given.customer,
      customer_account: null,
      flow: given.flow,
      livemode: false,
      locale: given.locale,
      on_behalf_of: null,
      return_url: given.return_url ?? given.configuration.default_return_url,
      url: `${account.url}/portal/${id}`,
    },
    "billing_portal.session.created",
  );
}

/** Whether a session can still be used. Each use makes it last longer. */
export function isPortalOpen(account: Account, session: Session): boolean {
  const { portalUsedAt = session.created } = account.store.notes(session.id);
  return account.realNow() - portalUsedAt < LASTS;
}

/** Says that a session is in use, once a minute at most: each time is a line in the journal. */
export function usePortal(account: Account, session: Session): void {
  const now = account.realNow();
  const { portalUsedAt = 0 } = account.store.notes(session.id);
  if (now - portalUsedAt >= 60) account.store.note(session.id, { portalUsedAt: now });
}

/** The features that a session offers. */
export function featuresOf(account: Account, session: Session): Features {
  const id = idOf(session.configuration) ?? "";
  return account.store.get("billing_portal.configuration", id)?.features ?? NOTHING;
}
