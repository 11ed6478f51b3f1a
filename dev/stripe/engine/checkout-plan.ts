import type Stripe from "stripe";
import type { SubscriptionDraft } from "./subscription-draft.ts";

/** What a Checkout Session will make when it is paid. Stripe's own object does not say it. */
export type CheckoutPlan = {
  items: Stripe.LineItem[];
  subscription: SubscriptionData;
  intent: IntentData;
  setup: { description?: string | undefined; metadata?: Record<string, string> | undefined };
  /** What the customer's own record takes over from the form. */
  customerUpdate: { address: boolean; name: boolean };
  /** Epoch seconds of the account's own clock; `expires_at` is by the real one, which does not jump. */
  expiresAt: number;
  /** The payment that was begun last, and what the form said then. */
  attempt?: { intent: string; entry: CheckoutEntry } | undefined;
};

/** `subscription_data` */
export type SubscriptionData = Pick<
  SubscriptionDraft,
  | "billing_cycle_anchor"
  | "billing_mode"
  | "description"
  | "metadata"
  | "proration_behavior"
  | "trial_period_days"
  | "trial_settings"
> & { trial_end?: number | undefined };

/** `payment_intent_data` */
export type IntentData = {
  captureMethod?: "automatic" | "automatic_async" | "manual" | undefined;
  description?: string | undefined;
  metadata?: Record<string, string> | undefined;
  receiptEmail?: string | undefined;
  setupFutureUsage?: "off_session" | "on_session" | undefined;
  shipping?: Stripe.PaymentIntent.Shipping | undefined;
  statementDescriptor?: string | undefined;
  statementDescriptorSuffix?: string | undefined;
};

/** What the customer filled in. */
export type CheckoutEntry = {
  /** Its id; absent where there is nothing to pay now or later. */
  paymentMethod?: string | undefined;
  email: string | null;
  name: string | null;
  phone?: string | null | undefined;
  address?: Stripe.Address | null | undefined;
};
