import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { type Billing, createCard, createSepaDebit } from "../engine/payment-methods.ts";
import { ApiError } from "../http/errors.ts";
import type { Form } from "./forms.ts";

/** What is wrong with a form, by the names of its fields. */
export type Errors = Record<string, string>;

/** The fields that Stripe's parameters are entered in. */
const FIELDS: Record<string, string> = {
  number: "number",
  exp_month: "expiry",
  exp_year: "expiry",
  cvc: "cvc",
  "sepa_debit[iban]": "iban",
};

const MISSING: Record<string, string> = {
  number: "Enter the card's number.",
  expiry: "Enter the expiry as month and year, such as 12 / 34.",
  cvc: "Enter the security code.",
  name: "Enter the name on the card.",
  iban: "Enter the IBAN.",
};

/** Makes a payment method of what CardFields asked for, or says what is wrong with it. */
export function readCard(
  account: Account,
  form: Form,
  billing: Billing = {},
): { method: Stripe.PaymentMethod } | { errors: Errors } {
  const errors = missing(form, ["number", "expiry", "cvc", "name"]);
  const [, month = "", year = ""] = /^(\d{1,2})\s*\/?\s*(\d{2}|\d{4})$/.exec(form.expiry ?? "") ?? [];
  if (month === "") errors.expiry = MISSING.expiry ?? "";
  if (Object.keys(errors).length > 0) return { errors };
  return orErrors(() =>
    createCard(account, {
      number: form.number ?? "",
      expMonth: Number(month),
      expYear: Number(year),
      cvc: form.cvc ?? "",
      billing: { name: form.name ?? null, ...billing },
    }),
  );
}

/** The same for IbanFields. */
export function readIban(
  account: Account,
  form: Form,
  billing: Billing = {},
): { method: Stripe.PaymentMethod } | { errors: Errors } {
  const errors = missing(form, ["iban", "name"]);
  if (Object.keys(errors).length > 0) return { errors };
  return orErrors(() =>
    createSepaDebit(account, { iban: form.iban ?? "", billing: { name: form.name ?? null, ...billing } }),
  );
}

function missing(form: Form, names: string[]): Errors {
  return Object.fromEntries(names.filter((name) => !form[name]).map((name) => [name, MISSING[name] ?? ""]));
}

function orErrors(make: () => Stripe.PaymentMethod): { method: Stripe.PaymentMethod } | { errors: Errors } {
  try {
    return { method: make() };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { param = "", message } = error.body.error;
    return { errors: { [FIELDS[param] ?? "number"]: message } };
  }
}
