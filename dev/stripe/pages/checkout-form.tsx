/** @jsxImportSource hono/jsx */

import { money } from "../money.ts";
import { type CheckoutView, needsMethod } from "./checkout.tsx";
import { CardFields, Field, type Filled, IbanFields } from "./fields.tsx";
import { Notice } from "./layout.tsx";

type FormProps = { view: CheckoutView; at: string; filled: Filled };

/** Who pays, and how. */
export const CheckoutForm = ({ view, at, filled }: FormProps) => {
  const { session } = view;
  const isDebit = session.payment_method_types[0] === "sepa_debit";
  return (
    <section class="card" aria-label="Payment">
      {filled.errors?.form && <Notice kind="bad">{filled.errors.form}</Notice>}
      <form method="post" action={at}>
        <Email view={view} filled={filled} />
        {session.phone_number_collection?.enabled && (
          <Field name="phone" label="Phone number" type="tel" autocomplete="tel" required {...filled} />
        )}
        {needsMethod(view) && (isDebit ? <IbanFields {...filled} /> : <CardFields {...filled} />)}
        {session.billing_address_collection === "required" && <AddressFields {...filled} />}
        {session.consent_collection?.terms_of_service === "required" && <Terms {...filled} />}
        <button type="submit" class="wide">
          {verbOf(view)}
        </button>
      </form>
    </section>
  );
};

/** An address that the app or the customer's record knows is not up for change. */
const Email = ({ view: { session, customer }, filled }: Omit<FormProps, "at">) => {
  const known = customer?.email ?? session.customer_email;
  if (known === null || known === undefined) {
    return <Field name="email" label="Email" type="email" autocomplete="email" required {...filled} />;
  }
  return (
    <div class="field">
      <label for="email">Email</label>
      <input type="email" id="email" name="email" value={known} readonly />
    </div>
  );
};

export const AddressFields = (filled: Filled) => (
  <fieldset>
    <legend>Billing address</legend>
    <Field name="line1" label="Street and number" autocomplete="address-line1" required {...filled} />
    <div class="pair">
      <Field name="postal_code" label="Postal code" autocomplete="postal-code" required {...filled} />
      <Field name="city" label="City" autocomplete="address-level2" required {...filled} />
    </div>
    <Field name="country" label="Country, as two letters" autocomplete="country" required {...filled} />
  </fieldset>
);

const Terms = ({ errors }: Filled) => (
  <div class="field">
    <label class="check">
      <input
        type="checkbox"
        name="terms"
        value="accepted"
        required
        {...(errors?.terms ? { "aria-invalid": "true", "aria-describedby": "terms-error" } : {})}
      />
      I agree to the terms of service.
    </label>
    {errors?.terms && (
      <p class="error" id="terms-error">
        {errors.terms}
      </p>
    )}
  </div>
);

function verbOf({ session, due, trialEnd }: CheckoutView): string {
  switch (session.mode) {
    case "setup":
      return "Save";
    case "subscription":
      return trialEnd === null ? "Subscribe" : "Start trial";
    default: {
      const verb = VERBS[session.submit_type ?? "pay"] ?? "Pay";
      return `${verb} ${money(due, session.currency ?? "usd")}`;
    }
  }
}

const VERBS: Record<string, string> = { book: "Book for", donate: "Donate", pay: "Pay" };
