import type { Endpoint } from "./http/endpoint.ts";
import { charges } from "./resources/charges.ts";
import { checkoutSessions } from "./resources/checkout-sessions.ts";
import { coupons } from "./resources/coupons.ts";
import { creditNotes } from "./resources/credit-notes.ts";
import { customers } from "./resources/customers.ts";
import { discounts } from "./resources/discounts.ts";
import { entitlementFeatures } from "./resources/entitlement-features.ts";
import { events } from "./resources/events.ts";
import { invoiceActions } from "./resources/invoice-actions.ts";
import { invoiceItems } from "./resources/invoice-items.ts";
import { invoicePayments } from "./resources/invoice-payments.ts";
import { invoicePreviews } from "./resources/invoice-previews.ts";
import { invoices } from "./resources/invoices.ts";
import { meterEvents } from "./resources/meter-events.ts";
import { meters } from "./resources/meters.ts";
import { paymentIntents } from "./resources/payment-intents.ts";
import { paymentMethods } from "./resources/payment-methods.ts";
import { paymentPages } from "./resources/payment-pages.ts";
import { portalConfigurations } from "./resources/portal-configurations.ts";
import { portalSessions } from "./resources/portal-sessions.ts";
import { prices } from "./resources/prices.ts";
import { productFeatures } from "./resources/product-features.ts";
import { products } from "./resources/products.ts";
import { promotionCodes } from "./resources/promotion-codes.ts";
import { refunds } from "./resources/refunds.ts";
import { setupIntents } from "./resources/setup-intents.ts";
import { subscriptionItems } from "./resources/subscription-items.ts";
import { subscriptionSchedules } from "./resources/subscription-schedules.ts";
import { subscriptions } from "./resources/subscriptions.ts";
import { testClocks } from "./resources/test-clocks.ts";
import { webhookEndpoints } from "./resources/webhook-endpoints.ts";

const parts = ({ path }: Endpoint) => path.split(":").length;

/**
 * All of the API that the local Stripe speaks. A path without `:id` comes before one with, so that
 * `/v1/invoices/create_preview` is no invoice.
 */
export const endpoints: Endpoint[] = [
  ...customers,
  ...products,
  ...productFeatures,
  ...entitlementFeatures,
  ...prices,
  ...coupons,
  ...promotionCodes,
  ...discounts,
  ...meters,
  ...meterEvents,
  ...paymentMethods,
  ...paymentIntents,
  ...setupIntents,
  ...charges,
  ...refunds,
  ...checkoutSessions,
  ...paymentPages,
  ...portalConfigurations,
  ...portalSessions,
  ...events,
  ...invoices,
  ...invoiceActions,
  ...invoiceItems,
  ...invoicePayments,
  ...creditNotes,
  ...invoicePreviews,
  ...webhookEndpoints,
  ...subscriptions,
  ...subscriptionItems,
  ...subscriptionSchedules,
  ...testClocks,
].sort((one, other) => parts(one) - parts(other));
