import { createHash } from "node:crypto";
import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";
import {
  brandOf,
  type CardBehaviour,
  cardOfToken,
  debitBehaviour,
  isCardNumber,
  isIban,
  testCard,
} from "./cards.ts";
import { declineAtAttach, declineError } from "./declines.ts";

export type Billing = Partial<Stripe.PaymentMethod.BillingDetails>;

export type CardInput = {
  number: string;
  expMonth: number;
  expYear: number;
  cvc?: string | undefined;
  billing?: Billing | undefined;
  metadata?: Stripe.Metadata | undefined;
};

/**
 * Makes a payment method of a card's number, attached to nobody.
 * @throws ApiError card_error for a number that is none, a date that is over, or a card that is not for tests
 */
export function createCard(account: Account, input: CardInput): Stripe.PaymentMethod {
  const number = input.number.replace(/[\s-]/g, "");
  const year = input.expYear < 100 ? 2000 + input.expYear : input.expYear;
  checkCard(account, number, input.expMonth, year, input.cvc);
  const known = testCard(number);
  if (!known) {
    throw ApiError.card(
      "card_declined",
      "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.",
      { decline_code: "test_mode_live_card" },
    );
  }
  const brand = brandOf(number);
  return keep(account, known.behaviour, {
    ...common(account, input),
    type: "card",
    card: {
      brand,
      checks: checksOf(input),
      country: known.country,
      display_brand: brand === "amex" ? "american_express" : brand,
      exp_month: input.expMonth,
      exp_year: year,
      fingerprint: fingerprint(number),
      funding: known.tokens.some((token) => token.endsWith("_debit")) ? "debit" : "credit",
      generated_from: null,
      last4: number.slice(-4),
      networks: { available: [brand], preferred: null },
      regulated_status: "unregulated",
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
  });
}

/**
 * Makes a payment method of a bank account, attached to nobody. https://docs.stripe.com/payments/sepa-debit
 * @throws ApiError for an IBAN whose check digits are wrong
 */
export function createSepaDebit(
  account: Account,
  input: { iban: string; billing?: Billing | undefined; metadata?: Stripe.Metadata | undefined },
): Stripe.PaymentMethod {
  const iban = input.iban.replace(/\s/g, "").toUpperCase();
  if (!isIban(iban)) {
    throw ApiError.invalid("The IBAN you provided is invalid.", {
      param: "sepa_debit[iban]",
      code: "invalid_bank_account_iban",
    });
  }
  return keep(account, debitBehaviour(iban), {
    ...common(account, input),
    type: "sepa_debit",
    sepa_debit: {
      bank_code: iban.slice(4, 9),
      branch_code: "",
      country: iban.slice(0, 2),
      fingerprint: fingerprint(iban),
      generated_from: { charge: null, setup_attempt: null },
      last4: iban.slice(-4),
    },
  });
}

/**
 * The payment method of an id. A test token, `pm_card_visa` or `tok_visa`, makes a new one each time.
 * @throws ApiError resource_missing
 */
export function resolvePaymentMethod(
  account: Account,
  idOrToken: string,
  param = "payment_method",
): Stripe.PaymentMethod {
  const card = cardOfToken(idOrToken);
  if (!card) return found(account, "payment_method", idOrToken, param);
  const nextYear = new Date(account.now() * 1000).getUTCFullYear() + 1;
  return createCard(account, { number: card.number, expMonth: 12, expYear: nextYear });
}

/**
 * Attaches a payment method, or a new one of a test token, to a customer: `payment_method.attached`.
 * @throws ApiError card_error for a card that is declined, 400 for one that has or had an owner
 */
export function attach(account: Account, idOrToken: string, customer: string): Stripe.PaymentMethod {
  found(account, "customer", customer, "customer");
  const method = resolvePaymentMethod(account, idOrToken);
  checkAttachable(account, method);
  // Written as an addition: what Stripe sends of it has no previous_attributes.
  return account.create("payment_method", { ...method, customer }, "payment_method.attached");
}

/** @throws ApiError if a payment method cannot become a customer's */
export function checkAttachable(account: Account, method: Stripe.PaymentMethod): void {
  const { card = "succeeds", detached } = account.store.notes(method.id);
  if (method.customer !== null) {
    throw ApiError.invalid("The payment method you provided has already been attached to a customer.");
  }
  if (detached) {
    throw ApiError.invalid(
      "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.",
    );
  }
  const decline = declineAtAttach(card);
  if (decline) throw declineError(decline);
}

/**
 * Takes a payment method from its customer, for good: `payment_method.detached`. Where it was the default of the
 * customer or a subscription there is none afterwards.
 */
export function detach(account: Account, method: Stripe.PaymentMethod): Stripe.PaymentMethod {
  const owner = idOf(method.customer);
  if (owner === null) {
    throw ApiError.invalid(
      "The payment method you provided is not attached to a customer so detachment is impossible.",
    );
  }
  account.store.note(method.id, { detached: true });
  const after = account.change("payment_method", method, { customer: null }, "payment_method.detached");
  forget(account, owner, method.id);
  return after;
}

function forget(account: Account, owner: string, method: string): void {
  const customer = account.store.get("customer", owner);
  if (customer && idOf(customer.invoice_settings.default_payment_method) === method) {
    const invoice_settings = { ...customer.invoice_settings, default_payment_method: null };
    account.change("customer", customer, { invoice_settings }, "customer.updated");
  }
  for (const subscription of account.store.ofCustomer("subscription", owner)) {
    if (idOf(subscription.default_payment_method) !== method) continue;
    account.change(
      "subscription",
      subscription,
      { default_payment_method: null },
      "customer.subscription.updated",
    );
  }
}

export const cardBehaviour = (account: Account, method: string): CardBehaviour =>
  account.store.notes(method).card ?? "succeeds";

function keep(
  account: Account,
  behaviour: CardBehaviour,
  method: Stripe.PaymentMethod,
): Stripe.PaymentMethod {
  account.store.note(method.id, { card: behaviour });
  return account.create("payment_method", method, null);
}

function common(
  account: Account,
  { billing, metadata }: { billing?: Billing | undefined; metadata?: Stripe.Metadata | undefined },
) {
  return {
    id: account.newId("payment_method"),
    object: "payment_method" as const,
    allow_redisplay: "unspecified" as const,
    billing_details: { address: NO_ADDRESS, email: null, name: null, phone: null, tax_id: null, ...billing },
    created: account.realNow(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: metadata ?? {},
  };
}

const NO_ADDRESS: Stripe.Address = {
  city: null,
  country: null,
  line1: null,
  line2: null,
  postal_code: null,
  state: null,
};

const checksOf = ({ cvc, billing }: CardInput): Stripe.PaymentMethod.Card.Checks => ({
  address_line1_check: billing?.address?.line1 ? "unchecked" : null,
  address_postal_code_check: billing?.address?.postal_code ? "unchecked" : null,
  cvc_check: cvc === undefined ? null : "unchecked",
});

/** The same number has the same fingerprint, wherever it is entered. */
const fingerprint = (number: string) =>
  createHash("sha256").update(number).digest("base64url").replace(/[-_]/g, "").slice(0, 16);

function checkCard(account: Account, number: string, month: number, year: number, cvc?: string): void {
  const today = new Date(account.now() * 1000);
  const [thisYear, thisMonth] = [today.getUTCFullYear(), today.getUTCMonth() + 1];
  if (!isCardNumber(number)) {
    throw ApiError.card("incorrect_number", "Your card number is incorrect.", { param: "number" });
  }
  if (month < 1 || month > 12 || (year === thisYear && month < thisMonth)) {
    const message = "Your card's expiration month is invalid.";
    throw ApiError.card("invalid_expiry_month", message, { param: "exp_month" });
  }
  if (year < thisYear || year > thisYear + 50) {
    throw ApiError.card("invalid_expiry_year", "Your card's expiration year is invalid.", {
      param: "exp_year",
    });
  }
  const digits = brandOf(number) === "amex" ? /^\d{3,4}$/ : /^\d{3}$/;
  if (cvc !== undefined && !digits.test(cvc)) {
    throw ApiError.card("invalid_cvc", "Your card's security code is invalid.", { param: "cvc" });
  }
}
