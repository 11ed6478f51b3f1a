import type { Access } from "./subscription/access";

/** Money in minor units of its currency: 2000 with "usd" is $20.00. https://docs.stripe.com/currencies */
export type Money = { amount: number; currency: string };

export type PriceView = {
  id: string;
  /** Null where Stripe has no single figure, as with tiers. */
  unitAmount: Money | null;
  interval: string | null;
  intervalCount: number;
  metered: boolean;
};

export type SubscriptionView = {
  id: string;
  status: string;
  cancelAtPeriodEnd: boolean;
  cancelAt: Date | null;
  currentPeriodEnd: Date | null;
  trialEnd: Date | null;
  endedAt: Date | null;
  items: { id: string; productName: string | null; price: PriceView | null; quantity: number | null }[];
  /** The moment on Stripe's clock up to which these rows are known to be true. */
  confirmedAt: Date;
};

export type InvoiceView = {
  id: string;
  number: string | null;
  /** Stripe's word: draft, open, paid, uncollectible or void; null on very old ones. */
  status: string | null;
  amountDue: Money;
  amountPaid: Money;
  createdAt: Date | null;
  attemptCount: number;
  nextPaymentAttempt: Date | null;
  hostedInvoiceUrl: string | null;
  invoicePdf: string | null;
};

export type BillingView = {
  access: Access;
  /** The subscription that decided the access, or null if the user never had one. */
  subscription: SubscriptionView | null;
  /** Other subscriptions of the user that have not ended. */
  others: SubscriptionView[];
  /** The invoice of the deciding subscription that a failed payment left open, or null. */
  unpaidInvoice: InvoiceView | null;
  /** Newest first, at most 24, without drafts. */
  invoices: InvoiceView[];
  /** True while an event about this user's billing waits to be settled with Stripe: look again in a moment. */
  settling: boolean;
};

export type PlanView = {
  id: string;
  name: string;
  description: string | null;
  features: string[];
  prices: PriceView[];
};
