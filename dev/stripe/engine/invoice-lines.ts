import Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";

/** What a line will say, before there is an invoice for it. Amounts in the smallest unit; periods in epoch seconds. */
export type LineDraft = {
  amount: number;
  currency: string;
  description: string;
  period: { start: number; end: number };
  price: Stripe.Price | null;
  quantity: number;
  proration: boolean;
  subscription: string | null;
  subscriptionItem: string | null;
  /** The invoice item that the line stands for. */
  invoiceItem?: string;
};

type Line = Stripe.InvoiceLineItem;

/** What a line costs by, both on invoices and on invoice items. */
export function pricingOf(price: Stripe.Price | null): Stripe.InvoiceItem.Pricing | null {
  return (
    price && {
      type: "price_details",
      price_details: { price: price.id, product: idOf(price.product) ?? "" },
      unit_amount_decimal: price.unit_amount_decimal,
    }
  );
}

/** A line as an invoice has it, without the invoice's discounts: those are engine/invoice-totals.ts's to share out. */
export function lineOf(account: Account, invoice: string, draft: LineDraft): Line {
  const { amount, currency, description, period, price, quantity, proration, subscription } = draft;
  return {
    id: account.newIdOf("il"),
    object: "line_item",
    amount,
    currency,
    description,
    discount_amounts: [],
    discountable: !proration,
    discounts: [],
    invoice,
    livemode: false,
    metadata: {},
    parent: parentOf(draft),
    period,
    pretax_credit_amounts: [],
    pricing: pricingOf(price),
    quantity,
    quantity_decimal: Stripe.Decimal.from(quantity),
    subscription,
    subtotal: amount,
    taxes: [],
  };
}

function parentOf({ proration, subscription, subscriptionItem, invoiceItem }: LineDraft): Line["parent"] {
  const common = { proration, proration_details: proration ? { credited_items: null } : null, subscription };
  if (subscriptionItem !== null) {
    return {
      type: "subscription_item_details",
      invoice_item_details: null,
      subscription_item_details: {
        ...common,
        invoice_item: invoiceItem ?? null,
        subscription_item: subscriptionItem,
      },
    };
  }
  if (invoiceItem === undefined) return null;
  return {
    type: "invoice_item_details",
    invoice_item_details: { ...common, invoice_item: invoiceItem },
    subscription_item_details: null,
  };
}

/** The line by which an invoice item stands on an invoice. */
export function lineOfItem(account: Account, invoice: string, item: Stripe.InvoiceItem): Line {
  const details = item.parent?.subscription_details;
  const line = lineOf(account, invoice, {
    amount: item.amount,
    currency: item.currency,
    description: item.description ?? "",
    period: item.period,
    price: null,
    quantity: item.quantity,
    proration: item.proration,
    subscription: details?.subscription ?? null,
    subscriptionItem: details?.subscription_item ?? null,
    invoiceItem: item.id,
  });
  return {
    ...line,
    description: item.description,
    discountable: item.discountable,
    discounts: (item.discounts ?? []).map((discount) => idOf(discount) ?? ""),
    metadata: item.metadata ?? {},
    pricing: item.pricing,
  };
}

/** The invoice item behind a line, or null. */
export function itemOfLine({ parent }: Line): string | null {
  return (
    parent?.invoice_item_details?.invoice_item ?? parent?.subscription_item_details?.invoice_item ?? null
  );
}
