/** @jsxImportSource hono/jsx */
import { CardFields, Field, type Filled } from "./fields.tsx";
import { Errand } from "./portal-plan.tsx";
import type { Portal } from "./portal-view.ts";

type PersonProps = { portal: Portal; filled: Filled };

/** Adds a card, which is charged from then on. */
export const MethodPage = ({ portal, filled }: PersonProps) => {
  const at = `${portal.home}/payment-method`;
  return (
    <Errand portal={portal} title="Add a payment method" at={at} error={filled.errors?.form}>
      <p class="soft">It becomes the one that is charged. Nothing is charged now.</p>
      <form method="post" action={at}>
        <CardFields {...filled} />
        <button type="submit" class="wide">
          Save
        </button>
      </form>
    </Errand>
  );
};

/** Changes what stands on invoices. */
export const DetailsPage = ({ portal, filled }: PersonProps) => {
  const { customer, features } = portal;
  const { address } = customer;
  const can = (what: string) => features.customer_update.allowed_updates.includes(what);
  const values = {
    name: customer.name ?? "",
    email: customer.email ?? "",
    phone: customer.phone ?? "",
    line1: address?.line1 ?? "",
    postal_code: address?.postal_code ?? "",
    city: address?.city ?? "",
    country: address?.country ?? "",
    ...filled.values,
  };
  const both = { values, errors: filled.errors ?? {} };
  const at = `${portal.home}/details`;
  return (
    <Errand portal={portal} title="Billing details" at={at}>
      <form method="post" action={at}>
        {can("name") && <Field name="name" label="Name" autocomplete="name" {...both} />}
        {can("email") && <Field name="email" label="Email" type="email" autocomplete="email" {...both} />}
        {can("phone") && <Field name="phone" label="Phone" type="tel" autocomplete="tel" {...both} />}
        {can("address") && (
          <>
            <Field name="line1" label="Street and number" autocomplete="address-line1" {...both} />
            <div class="pair">
              <Field name="postal_code" label="Postal code" autocomplete="postal-code" {...both} />
              <Field name="city" label="City" autocomplete="address-level2" {...both} />
            </div>
            <Field name="country" label="Country, as two letters" autocomplete="country" {...both} />
          </>
        )}
        <button type="submit" class="wide">
          Save
        </button>
      </form>
    </Errand>
  );
};
