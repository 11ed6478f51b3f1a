import type { Endpoint } from "./http/endpoint.ts";
import { checkoutSessions } from "./resources/checkout-sessions.ts";
import { customers } from "./resources/customers.ts";
import { events } from "./resources/events.ts";
import { invoiceActions } from "./resources/invoice-actions.ts";
import { invoiceItems } from "./resources/invoice-items.ts";
import { invoicePayments } from "./resources/invoice-payments.ts";
import { invoices } from "./resources/invoices.ts";
import { paymentPages } from "./resources/payment-pages.ts";
import { portalConfigurations } from "./resources/portal-configurations.ts";
import { portalSessions } from "./resources/portal-sessions.ts";
import { prices } from "./resources/prices.ts";
import { products } from "./resources/products.ts";
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
  ...prices,
  ...checkoutSessions,
  ...paymentPages,
  ...portalConfigurations,
  ...portalSessions,
  ...events,
  ...invoices,
  ...invoiceActions,
  ...invoiceItems,
  ...invoicePayments,
  ...webhookEndpoints,
  ...subscriptions,
  ...subscriptionItems,
  ...subscriptionSchedules,
  ...testClocks,
].sort((one, other) => parts(one) - parts(other));
