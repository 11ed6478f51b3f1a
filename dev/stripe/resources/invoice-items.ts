import Stripe from "stripe";
import type { Account } from "../account.ts";
import { checkDraft, hideItem, showItem } from "../engine/invoice-edit.ts";
import { createInvoiceItem } from "../engine/invoice-items.ts";
import { pricingOf } from "../engine/invoice-lines.ts";
import { amountOf, nameOf } from "../engine/price-amounts.ts";
import { deleted, endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import {
  flag,
  hash,
  integer,
  isWithin,
  mergeMetadata,
  metadata,
  paging,
  params,
  range,
  text,
  timestamp,
} from "../http/params.ts";
import { idOf } from "../store.ts";

type Item = Stripe.InvoiceItem;

const fields = {
  amount: integer.optional(),
  description: text.optional(),
  discountable: flag.optional(),
  metadata: metadata.optional(),
  period: hash({ start: timestamp, end: timestamp }).optional(),
  pricing: hash({ price: text.optional() }).optional(),
  quantity: integer.optional(),
  unit_amount_decimal: text.optional(),
};

const create = params<Stripe.InvoiceItemCreateParams>()({
  ...fields,
  customer: text,
  currency: text.optional(),
  invoice: text.optional(),
  subscription: text.optional(),
});

const update = params<Stripe.InvoiceItemUpdateParams>()(fields);

type Costs = {
  amount?: number | undefined;
  currency?: string | undefined;
  pricing?: { price?: string | undefined } | undefined;
  quantity?: number | undefined;
  unit_amount_decimal?: string | undefined;
};

/** What an item costs: an amount as it is, so many times an amount, or so many of a price. */
function costOf(account: Account, { amount, currency, pricing, quantity = 1, unit_amount_decimal }: Costs) {
  const price =
    pricing?.price === undefined ? null : found(account, "price", pricing.price, "pricing[price]");
  if (price?.recurring) {
    throw ApiError.invalid(
      `The price specified is set to \`type=recurring\` but this field only accepts prices with \`type=one_time\`.`,
      { param: "pricing[price]" },
    );
  }
  if (price && amount !== undefined) {
    throw ApiError.invalid("You may only specify one of these parameters: amount, pricing.", {
      param: "amount",
    });
  }
  if (!price && currency === undefined) {
    throw ApiError.invalid("Missing required param: currency.", {
      param: "currency",
      code: "parameter_missing",
    });
  }
  const each = unit_amount_decimal === undefined ? 0 : Math.round(Number(unit_amount_decimal) * quantity);
  return {
    price,
    quantity,
    currency: (price?.currency ?? currency ?? "").toLowerCase(),
    amount: price ? Math.round(amountOf(price, quantity)) : (amount ?? each),
  };
}

const otherCurrency = (of: string, wanted: string) =>
  ApiError.invalid(`The currency of the item (${of}) is not the currency of the invoice (${wanted}).`, {
    param: "currency",
  });

/** The draft that an item is on, which its change changes; null for one that waits. @throws ApiError if it is final */
function draftOf(account: Account, item: Item): Stripe.Invoice | null {
  const invoice = account.store.get("invoice", idOf(item.invoice) ?? "");
  if (!invoice) return null;
  checkDraft(invoice);
  return invoice;
}

/** https://docs.stripe.com/api/invoiceitems */
export const invoiceItems = [
  endpoint("POST", "/v1/invoiceitems", create, ({ account, params }) => {
    found(account, "customer", params.customer, "customer");
    const invoice =
      params.invoice === undefined ? null : found(account, "invoice", params.invoice, "invoice");
    if (invoice) checkDraft(invoice);
    const { subscription = null } = params;
    if (subscription !== null) found(account, "subscription", subscription, "subscription");
    const cost = costOf(account, params);
    if (invoice && invoice.currency !== cost.currency) throw otherCurrency(cost.currency, invoice.currency);
    const now = account.nowOf(params.customer);
    const item = createInvoiceItem(
      account,
      {
        ...cost,
        customer: params.customer,
        description: "",
        period: params.period ?? { start: now, end: now },
        proration: false,
        subscription,
        subscriptionItem: null,
      },
      {
        description: params.description ?? (cost.price ? nameOf(account, cost.price) : null),
        discountable: params.discountable ?? true,
        invoice: invoice?.id ?? null,
        metadata: mergeMetadata({}, params.metadata),
      },
    );
    if (invoice) showItem(account, invoice, item);
    return item;
  }),

  endpoint("POST", "/v1/invoiceitems/:id", update, ({ account, id, params }) => {
    const before = found(account, "invoiceitem", id);
    const invoice = draftOf(account, before);
    const { amount, quantity, pricing, unit_amount_decimal } = params;
    const costs = [amount, quantity, pricing, unit_amount_decimal].some((given) => given !== undefined);
    const after = account.change(
      "invoiceitem",
      before,
      {
        ...(costs ? changedCost(account, before, params) : {}),
        description: params.description ?? before.description,
        discountable: params.discountable ?? before.discountable,
        metadata: mergeMetadata(before.metadata ?? {}, params.metadata),
        period: params.period ?? before.period,
      },
      null,
    );
    if (invoice && after !== before) showItem(account, invoice, after);
    return after;
  }),

  endpoint(
    "DELETE",
    "/v1/invoiceitems/:id",
    params<Stripe.InvoiceItemDeleteParams>()({}),
    ({ account, id }) => {
      const item = found(account, "invoiceitem", id);
      const invoice = draftOf(account, item);
      account.store.remove("invoiceitem", id);
      account.emit("invoiceitem.deleted", item);
      if (invoice) hideItem(account, invoice, item);
      return deleted("invoiceitem", id);
    },
  ),

  endpoint("GET", "/v1/invoiceitems/:id", params<Stripe.InvoiceItemRetrieveParams>()({}), ({ account, id }) =>
    found(account, "invoiceitem", id),
  ),

  endpoint(
    "GET",
    "/v1/invoiceitems",
    params<Stripe.InvoiceItemListParams>()({
      ...paging,
      created: range.optional(),
      customer: text.optional(),
      invoice: text.optional(),
      pending: flag.optional(),
    }),
    (call) => {
      const { created, customer, invoice, pending } = call.params;
      const { store } = call.account;
      const all =
        customer === undefined ? store.all("invoiceitem") : store.ofCustomer("invoiceitem", customer);
      const items = all.filter(
        (item) =>
          isWithin(item.date, created) &&
          (invoice === undefined || item.invoice === invoice) &&
          (pending === undefined || (item.invoice === null) === pending),
      );
      return page(call, items, call.params);
    },
  ),
];

function changedCost(account: Account, before: Item, given: Costs): Partial<Item> {
  const price = idOf(before.pricing?.price_details?.price);
  const kept = given.amount === undefined && price !== null ? { pricing: { price } } : {};
  const cost = costOf(account, {
    currency: before.currency,
    quantity: before.quantity,
    ...(price === null && given.unit_amount_decimal === undefined ? { amount: before.amount } : {}),
    ...kept,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  });
  const { amount, quantity } = cost;
  return {
    amount,
    net_amount: amount,
    quantity,
    quantity_decimal: Stripe.Decimal.from(quantity),
    pricing: pricingOf(cost.price),
  };
}
