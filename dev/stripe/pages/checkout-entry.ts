import type { Account } from "../account.ts";
import type { CheckoutEntry } from "../engine/checkout-plan.ts";
import { wholeAddress } from "../engine/customers.ts";
import { type CheckoutView, needsMethod } from "./checkout.tsx";
import type { Form } from "./forms.ts";
import { type Errors, readCard, readIban } from "./payment-entry.ts";

/** Reads Checkout's form: what was filled in, or what is wrong with it. Nothing is paid yet. */
export function readEntry(
  account: Account,
  view: CheckoutView,
  form: Form,
): { entry: CheckoutEntry } | { errors: Errors } {
  const { session, customer } = view;
  const email = customer?.email ?? session.customer_email ?? form.email ?? "";
  const address = addressOf(view, form);
  const errors = {
    ...problems(view, form, email),
    ...(address && "errors" in address ? address.errors : {}),
  };
  const who = {
    email,
    name: form.name || customer?.name || null,
    phone: form.phone || null,
    address: address && !("errors" in address) ? address : null,
  };
  if (!needsMethod(view)) return Object.keys(errors).length > 0 ? { errors } : { entry: who };
  const read = session.payment_method_types[0] === "sepa_debit" ? readIban : readCard;
  const billing = { email, phone: who.phone, ...(who.address ? { address: who.address } : {}) };
  const paid = read(account, form, billing);
  if ("errors" in paid) return { errors: { ...errors, ...paid.errors } };
  if (Object.keys(errors).length > 0) return { errors };
  return { entry: { ...who, paymentMethod: paid.method.id } };
}

function problems({ session }: CheckoutView, form: Form, email: string): Errors {
  const needsTerms = session.consent_collection?.terms_of_service === "required";
  return {
    ...(/^\S+@\S+\.\S+$/.test(email) ? {} : { email: "Enter an email address." }),
    ...(needsTerms && form.terms !== "accepted" ? { terms: "Agree to the terms to go on." } : {}),
    ...(session.phone_number_collection?.enabled && !form.phone ? { phone: "Enter a phone number." } : {}),
  };
}

function addressOf({ session }: CheckoutView, form: Form) {
  if (session.billing_address_collection !== "required") return null;
  const { line1 = "", postal_code = "", city = "", country = "" } = form;
  const errors: Errors = {
    ...(line1 ? {} : { line1: "Enter the street and number." }),
    ...(postal_code ? {} : { postal_code: "Enter the postal code." }),
    ...(city ? {} : { city: "Enter the city." }),
    ...(/^[a-z]{2}$/i.test(country) ? {} : { country: "Enter the country as two letters, such as NL." }),
  };
  if (Object.keys(errors).length > 0) return { errors };
  return wholeAddress({ line1, postal_code, city, country: country.toUpperCase() });
}
