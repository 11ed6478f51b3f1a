import type Stripe from "stripe";
import type * as z from "zod";
import type { Account } from "../account.ts";
import { redeem } from "../engine/discounts.ts";
import { checkDraft, editDraft } from "../engine/invoice-edit.ts";
import { ofOneCurrency, pendingItems } from "../engine/invoice-items.ts";
import { intentOf, paymentOf, subscriptionOf } from "../engine/invoice-payment.ts";
import { createInvoice, deleteDraft } from "../engine/invoices.ts";
import { HOUR } from "../engine/periods.ts";
import { apiList, deleted, endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import {
  defined,
  flag,
  hash,
  integer,
  isWithin,
  list,
  mergeMetadata,
  metadata,
  oneOf,
  paging,
  params,
  range,
  text,
  timestamp,
  unsettable,
} from "../http/params.ts";
import { includes } from "../http/present.ts";
import { idOf } from "../store.ts";

type Invoice = Stripe.Invoice;

const collectionMethod = oneOf("charge_automatically", "send_invoice");

const fields = {
  auto_advance: flag.optional(),
  collection_method: collectionMethod.optional(),
  custom_fields: unsettable(list(hash({ name: text, value: text }))).optional(),
  days_until_due: integer.optional(),
  default_payment_method: text.optional(),
  description: text.optional(),
  due_date: timestamp.optional(),
  footer: text.optional(),
  metadata: metadata.optional(),
  statement_descriptor: text.optional(),
};

const create = params<Stripe.InvoiceCreateParams>()({
  ...fields,
  currency: text.optional(),
  customer: text.optional(),
  discounts: unsettable(list(hash({ coupon: text.optional(), promotion_code: text.optional() }))).optional(),
  pending_invoice_items_behavior: oneOf("exclude", "include").optional(),
  subscription: text.optional(),
});

const update = params<Stripe.InvoiceUpdateParams>()(fields);

type Given = z.output<typeof create>;

/** Bills a customer's items that wait, or those of one of the subscriptions. */
function createByHand(account: Account, given: Given): Invoice {
  const subscription = given.subscription
    ? found(account, "subscription", given.subscription, "subscription")
    : null;
  const customer = given.customer ?? idOf(subscription?.customer);
  if (customer === null) throw missing("customer");
  found(account, "customer", customer, "customer");
  checkDue(given, given.collection_method ?? "charge_automatically");
  const items = itemsFor(account, given, customer, subscription);
  const now = account.nowOf(customer);
  const discounts = given.discounts === undefined ? undefined : redeemed(account, given, customer, items);
  const invoice = createInvoice(
    account,
    {
      customer,
      subscription,
      billingReason: "manual",
      lines: [],
      periodStart: now,
      periodEnd: now,
      collectionMethod: given.collection_method ?? "charge_automatically",
      daysUntilDue: given.days_until_due ?? null,
      ...(given.due_date === undefined ? {} : { dueDate: given.due_date }),
      autoAdvance: given.auto_advance ?? false,
      includePending: false,
      finalizesAt: now + HOUR,
      ...(given.currency ? { currency: given.currency.toLowerCase() } : {}),
      description: given.description ?? null,
      footer: given.footer ?? null,
      metadata: mergeMetadata({}, given.metadata),
      defaultPaymentMethod: given.default_payment_method ?? null,
      ...(discounts ? { discounts } : {}),
    },
    items,
  );
  for (const id of discounts ?? []) {
    const discount = account.store.get("discount", id);
    if (discount) account.change("discount", discount, { invoice: invoice.id }, null);
  }
  return invoice;
}

/** The discounts of this invoice alone, in place of the customer's or the subscription's. */
function redeemed(account: Account, given: Given, customer: string, items: Stripe.InvoiceItem[]): string[] {
  const currency = items[0]?.currency ?? given.currency?.toLowerCase() ?? "usd";
  const amount = items.reduce((sum, item) => sum + item.amount, 0);
  return (given.discounts ?? []).map(
    (draft, at) => redeem(account, { customer, currency, amount }, draft, `discounts[${at}]`).id,
  );
}

function itemsFor(
  account: Account,
  { pending_invoice_items_behavior, currency }: Given,
  customer: string,
  subscription: Stripe.Subscription | null,
): Stripe.InvoiceItem[] {
  if (!subscription)
    return pending_invoice_items_behavior === "include"
      ? ofOneCurrency(pendingItems(account, customer, null), currency?.toLowerCase())
      : [];
  const items = pendingItems(account, customer, subscription.id).filter(
    (item) => item.parent?.subscription_details?.subscription === subscription.id,
  );
  if (items.length > 0) return items;
  throw ApiError.invalid("Nothing to invoice for subscription", {
    code: "invoice_no_subscription_line_items",
    param: "subscription",
  });
}

const missing = (param: string) =>
  ApiError.invalid(`Missing required param: ${param}.`, { param, code: "parameter_missing" });

type Due = { days_until_due?: number | undefined; due_date?: number | undefined };

/** Whoever is sent an invoice needs to know until when; whoever is charged does not. */
function checkDue({ days_until_due, due_date }: Due, method: Stripe.Invoice.CollectionMethod): void {
  const given = days_until_due !== undefined || due_date !== undefined;
  if (method === "send_invoice" && !given) {
    throw ApiError.invalid(
      "If `collection_method` is `send_invoice`, you must specify `days_until_due` or `due_date`.",
      { param: "days_until_due" },
    );
  }
  if (method !== "send_invoice" && given) {
    throw ApiError.invalid(
      "You can only specify `days_until_due` or `due_date` if `collection_method` is `send_invoice`.",
      { param: days_until_due === undefined ? "due_date" : "days_until_due" },
    );
  }
}

/** Of a final invoice only what has no bearing on its amounts changes. */
function change(account: Account, invoice: Invoice, given: z.output<typeof update>): Invoice {
  const { auto_advance, days_until_due, metadata, ...words } = given;
  const { collection_method, due_date } = words;
  if (collection_method !== undefined || days_until_due !== undefined || due_date !== undefined) {
    checkDraft(invoice);
    const method = collection_method ?? invoice.collection_method;
    if (method !== invoice.collection_method || method !== "send_invoice") checkDue(given, method);
  }
  if (days_until_due !== undefined) account.store.note(invoice.id, { daysUntilDue: days_until_due });
  const now = account.nowOf(idOf(invoice.customer));
  const changes: Partial<Invoice> = {
    ...defined(words),
    ...(days_until_due === undefined ? {} : { due_date: now + days_until_due * 24 * HOUR }),
    ...(auto_advance === undefined ? {} : advancing(invoice, auto_advance, now)),
    metadata: mergeMetadata(invoice.metadata ?? {}, metadata),
  };
  return invoice.status === "draft"
    ? editDraft(account, invoice, changes)
    : account.change("invoice", invoice, changes, "invoice.updated");
}

/** Stripe finalises and collects an hour after it is told to do so by itself. */
function advancing(invoice: Invoice, auto_advance: boolean, now: number): Partial<Invoice> {
  const at = auto_advance ? now + HOUR : null;
  const charges = invoice.collection_method === "charge_automatically";
  switch (invoice.status) {
    case "draft":
      return { auto_advance, automatically_finalizes_at: at, next_payment_attempt: charges ? at : null };
    case "open":
      return { auto_advance, next_payment_attempt: charges ? at : null };
    default:
      return { auto_advance };
  }
}

includes("invoice", "payments", (account, { id }) => {
  const payment = paymentOf(account, { id: String(id) });
  return apiList("/v1/invoice_payments", payment ? [payment] : []);
});

includes("invoice", "confirmation_secret", (account, { id }) => {
  const secret = intentOf(account, { id: String(id) })?.client_secret;
  return secret ? { client_secret: secret, type: "payment_intent" } : null;
});

/** https://docs.stripe.com/api/invoices */
export const invoices = [
  endpoint("POST", "/v1/invoices", create, ({ account, params }) => createByHand(account, params)),

  endpoint("POST", "/v1/invoices/:id", update, ({ account, id, params }) =>
    change(account, found(account, "invoice", id), params),
  ),

  endpoint("GET", "/v1/invoices/:id", params<Stripe.InvoiceRetrieveParams>()({}), ({ account, id }) =>
    found(account, "invoice", id),
  ),

  endpoint("DELETE", "/v1/invoices/:id", params<Stripe.InvoiceDeleteParams>()({}), ({ account, id }) => {
    deleteDraft(account, found(account, "invoice", id));
    return deleted("invoice", id);
  }),

  endpoint("GET", "/v1/invoices/:id/lines", params<Stripe.InvoiceListLineItemsParams>()(paging), (call) =>
    page(call, found(call.account, "invoice", call.id).lines.data, call.params),
  ),

  endpoint(
    "GET",
    "/v1/invoices",
    params<Stripe.InvoiceListParams>()({
      ...paging,
      collection_method: collectionMethod.optional(),
      created: range.optional(),
      customer: text.optional(),
      due_date: range.optional(),
      status: oneOf("draft", "open", "paid", "uncollectible", "void").optional(),
      subscription: text.optional(),
    }),
    (call) => {
      const { collection_method, created, customer, due_date, status, subscription } = call.params;
      const { store } = call.account;
      const all = customer === undefined ? store.all("invoice") : store.ofCustomer("invoice", customer);
      const invoices = all.filter(
        (invoice) =>
          isWithin(invoice.created, created) &&
          (due_date === undefined || (invoice.due_date !== null && isWithin(invoice.due_date, due_date))) &&
          (status === undefined || invoice.status === status) &&
          (collection_method === undefined || invoice.collection_method === collection_method) &&
          (subscription === undefined || subscriptionOf(invoice) === subscription),
      );
      return page(call, invoices, call.params);
    },
  ),
];
