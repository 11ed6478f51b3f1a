import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";
import { type CustomerDraft, createCustomer } from "./customers.ts";
import { attach, checkAttachable, resolvePaymentMethod } from "./payment-methods.ts";

export type InvoiceSettings = {
  default_payment_method?: string | null | undefined;
  footer?: string | null | undefined;
};

/** What a customer is to pay with. A `source` is a card's token, which is charged where nothing else is the default. */
export type PaidWith = {
  paymentMethod?: string | undefined;
  source?: string | undefined;
  invoiceSettings?: InvoiceSettings | undefined;
};

/**
 * Adds a customer together with what they pay with: `customer.created`, then `payment_method.attached`.
 * @throws ApiError if the card is declined, or the default is none of the customer's: then nobody was added
 */
export function createPayingCustomer(
  account: Account,
  draft: CustomerDraft,
  { paymentMethod, source, invoiceSettings }: PaidWith,
): Stripe.Customer {
  return account.atomically(() => {
    const [method, card] = [paymentMethod, source].map((given, at) =>
      given === undefined ? undefined : attachable(account, given, at === 0 ? "payment_method" : "source"),
    );
    const wanted = invoiceSettings?.default_payment_method ?? null;
    // A token stands for a new card each time: named twice, it means the one.
    if (wanted !== null && (!method || (wanted !== method.id && wanted !== paymentMethod)))
      throw notTheirs(wanted);
    const customer = createCustomer(account, {
      ...draft,
      default_source: card?.id ?? null,
      invoice_settings: {
        ...NO_SETTINGS,
        footer: invoiceSettings?.footer ?? null,
        default_payment_method: wanted === null ? null : (method?.id ?? null),
      },
    });
    for (const given of [method, card]) if (given) attach(account, given.id, customer.id);
    return customer;
  });
}

function attachable(account: Account, idOrToken: string, param: string): Stripe.PaymentMethod {
  const method = resolvePaymentMethod(account, idOrToken, param);
  checkAttachable(account, method);
  return method;
}

const NO_SETTINGS = { custom_fields: null, footer: null, rendering_options: null };

/**
 * A customer's invoice settings after a change.
 * @throws ApiError if the default is none of the customer's payment methods
 */
export function changedSettings(
  account: Account,
  customer: Stripe.Customer,
  { default_payment_method, footer }: InvoiceSettings,
): Stripe.Customer.InvoiceSettings {
  if (default_payment_method) checkOwned(account, customer.id, default_payment_method);
  const before = customer.invoice_settings;
  return {
    ...before,
    default_payment_method:
      default_payment_method === undefined ? before.default_payment_method : default_payment_method,
    footer: footer === undefined ? before.footer : footer,
  };
}

/** Attaches the card of a token, as what the customer is charged by where nothing else is the default. */
export const addSource = (account: Account, customer: Stripe.Customer, source: string): string =>
  attach(account, source, customer.id).id;

/** @throws ApiError unless a payment method is the customer's */
export function checkOwned(account: Account, customer: string, method: string): void {
  const owner = account.store.get("payment_method", method)?.customer ?? null;
  if (idOf(owner) !== customer) throw notTheirs(method);
}

const notTheirs = (method: string) =>
  ApiError.invalid(
    `The customer does not have a payment method with the ID ${method}. The payment method must be attached to the customer.`,
    { param: "invoice_settings[default_payment_method]", code: "resource_missing" },
  );
