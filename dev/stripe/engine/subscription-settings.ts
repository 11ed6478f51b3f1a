import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";
import type { Ending } from "./subscription-ending.ts";

type Subscription = Stripe.Subscription;

export type ProrationBehavior = "always_invoice" | "create_prorations" | "none";

export type DiscountDraft = {
  coupon?: string | undefined;
  promotion_code?: string | undefined;
  discount?: string | undefined;
};

/** What may be said of a subscription when it is made, and later as well. Named as Stripe's parameters are. */
export type Settings = Ending & {
  collection_method?: "charge_automatically" | "send_invoice" | undefined;
  days_until_due?: number | undefined;
  default_payment_method?: string | null | undefined;
  description?: string | null | undefined;
  metadata?: Record<string, string> | null | undefined;
  payment_settings?:
    | {
        payment_method_types?: string[] | null | undefined;
        save_default_payment_method?: "off" | "on_subscription" | undefined;
      }
    | undefined;
  trial_settings?:
    | { end_behavior: { missing_payment_method: "cancel" | "create_invoice" | "pause" } }
    | undefined;
};

export const trialSettings = (given: Settings["trial_settings"]): Stripe.Subscription.TrialSettings => ({
  end_behavior: {
    billing_cycle_anchor: null,
    missing_payment_method: given?.end_behavior.missing_payment_method ?? "create_invoice",
  },
});

export const billingMode = (type: "classic" | "flexible", at: number): Stripe.Subscription.BillingMode =>
  type === "flexible"
    ? { flexible: { proration_discounts: "included" }, type, updated_at: at }
    : { flexible: null, type };

/** How a subscription is collected. Invoices that are sent have days to be paid in; others have none. */
export function collectionOf(
  { collection_method, days_until_due }: Settings,
  before: Subscription | null,
): Pick<Subscription, "collection_method" | "days_until_due"> {
  const method = collection_method ?? before?.collection_method ?? "charge_automatically";
  if (method !== "send_invoice") {
    if (days_until_due === undefined) return { collection_method: method, days_until_due: null };
    throw ApiError.invalid(
      "You can only set `days_until_due` if the `collection_method` is set to `send_invoice`.",
      { param: "days_until_due" },
    );
  }
  const days = days_until_due ?? before?.days_until_due ?? null;
  if (days === null) {
    throw ApiError.invalid(
      "You must pass `days_until_due` if the `collection_method` is set to `send_invoice`.",
      { param: "days_until_due" },
    );
  }
  return { collection_method: method, days_until_due: days };
}

/** @throws ApiError for a payment method that is not the customer's */
export function methodOfCustomer(
  account: Account,
  id: string | null | undefined,
  customer: string,
): string | null {
  if (!id) return null;
  const method = found(account, "payment_method", id, "default_payment_method");
  if (idOf(method.customer) === customer) return id;
  throw ApiError.invalid(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    { param: "default_payment_method", code: "resource_missing" },
  );
}
