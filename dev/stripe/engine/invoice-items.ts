import Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";
import { type LineDraft, pricingOf } from "./invoice-lines.ts";

type Item = Stripe.InvoiceItem;

/**
 * Adds an invoice item, which waits for the customer's next invoice unless it names one.
 * https://docs.stripe.com/api/invoiceitems/create
 */
export function createInvoiceItem(
  account: Account,
  draft: LineDraft & { customer: string },
  more: Partial<Pick<Item, "description" | "discountable" | "discounts" | "invoice" | "metadata">> = {},
): Item {
  const { amount, currency, customer, description, period, price, proration, quantity, subscription } = draft;
  return account.create(
    "invoiceitem",
    {
      id: account.newId("invoiceitem"),
      object: "invoiceitem",
      amount,
      currency,
      customer,
      customer_account: null,
      date: account.nowOf(customer),
      description,
      discountable: !proration,
      discounts: [],
      invoice: null,
      livemode: false,
      metadata: {},
      net_amount: amount,
      parent: subscription === null ? null : parentOf(subscription, draft.subscriptionItem),
      period,
      pricing: pricingOf(price),
      proration,
      ...(proration ? { proration_details: { credited_items: null, discount_amounts: [] } } : {}),
      quantity,
      quantity_decimal: Stripe.Decimal.from(quantity),
      tax_rates: [],
      test_clock: account.clockOf(customer),
      ...more,
    },
    "invoiceitem.created",
  );
}

const parentOf = (subscription: string, item: string | null): Item["parent"] => ({
  type: "subscription_details",
  subscription_details: { subscription, ...(item === null ? {} : { subscription_item: item }) },
});

/**
 * What waits for an invoice: of a subscription its own items and those of none, otherwise only those of none. The
 * oldest first.
 */
export function pendingItems(account: Account, customer: string, subscription: string | null): Item[] {
  return account.store
    .ofCustomer("invoiceitem", customer)
    .filter((item) => {
      const of = item.parent?.subscription_details?.subscription;
      return item.invoice === null && (of === undefined || of === subscription);
    })
    .reverse();
}

/** Those of one currency, as an invoice holds them: the first one's unless it is named. The others go on waiting. */
export const ofOneCurrency = (items: Item[], currency = items[0]?.currency): Item[] =>
  items.filter((item) => item.currency === currency);

/** Puts items onto an invoice, or, with null, back among those that wait. Stripe sends nothing for it. */
export function assign(account: Account, items: Item[], invoice: string | null): void {
  for (const item of items) account.change("invoiceitem", item, { invoice }, null);
}

/** The items that an invoice has taken up. */
export function itemsOf(account: Account, invoice: Stripe.Invoice): Item[] {
  const customer = idOf(invoice.customer);
  if (customer === null) return [];
  return account.store.ofCustomer("invoiceitem", customer).filter((item) => item.invoice === invoice.id);
}
