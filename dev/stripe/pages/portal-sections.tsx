/** @jsxImportSource hono/jsx */
import type Stripe from "stripe";
import { money } from "../money.ts";
import { StandingPill } from "./invoice.tsx";
import type { Portal } from "./portal-view.ts";
import { day, methodName } from "./words.ts";

export const Methods = ({ portal: { features, methods, defaultMethod, home } }: { portal: Portal }) => {
  const canChange = features.payment_method_update.enabled;
  return (
    <section class="card" aria-labelledby="methods">
      <h2 id="methods">Payment method</h2>
      {methods.length === 0 && <p class="soft">None is saved.</p>}
      <ul class="rows">
        {methods.map((method) => (
          <li>
            <span>
              {methodName(method)}{" "}
              {method.card && (
                <span class="soft small">
                  expires {String(method.card.exp_month).padStart(2, "0")} / {method.card.exp_year}
                </span>
              )}
            </span>
            {method.id === defaultMethod ? (
              <span class="pill">Default</span>
            ) : (
              canChange && (
                <form method="post" action={`${home}/payment-method/${method.id}`} class="actions">
                  <button
                    type="submit"
                    name="do"
                    value="default"
                    class="quiet"
                    aria-label={`Make default: ${methodName(method)}`}
                  >
                    Make default
                  </button>
                  <button
                    type="submit"
                    name="do"
                    value="remove"
                    class="danger"
                    aria-label={`Remove ${methodName(method)}`}
                  >
                    Remove
                  </button>
                </form>
              )
            )}
          </li>
        ))}
      </ul>
      {canChange && (
        <a class="button quiet" href={`${home}/payment-method`}>
          Add payment method
        </a>
      )}
    </section>
  );
};

export const Details = ({ portal: { customer, home } }: { portal: Portal }) => {
  const { name, email, phone, address } = customer;
  const where = address && [address.line1, address.postal_code, address.city, address.country];
  const lines = [name, email, phone, where?.filter(Boolean).join(", ")].filter(Boolean);
  return (
    <section class="card" aria-labelledby="details">
      <h2 id="details">Billing details</h2>
      {lines.map((line) => (
        <div>{line}</div>
      ))}
      <p class="actions">
        <a class="button quiet" href={`${home}/details`}>
          Update details
        </a>
      </p>
    </section>
  );
};

export const Invoices = ({ invoices }: { invoices: Stripe.Invoice[] }) => (
  <section class="card" aria-labelledby="invoices">
    <h2 id="invoices">Invoices</h2>
    {invoices.length === 0 && <p class="soft">There are none yet.</p>}
    <ul class="rows">
      {invoices.slice(0, 24).map((invoice) => (
        <li>
          <span>
            <a href={invoice.hosted_invoice_url ?? ""}>{day(invoice.created)}</a>{" "}
            <span class="soft small">{invoice.number}</span>
          </span>
          <span class="amount">
            {money(invoice.total, invoice.currency)} <StandingPill invoice={invoice} />
          </span>
        </li>
      ))}
    </ul>
  </section>
);

export const Terms = ({ portal: { configuration } }: { portal: Portal }) => {
  const { privacy_policy_url, terms_of_service_url } = configuration?.business_profile ?? {};
  if (!privacy_policy_url && !terms_of_service_url) return null;
  return (
    <p class="small soft">
      {terms_of_service_url && <a href={terms_of_service_url}>Terms</a>}{" "}
      {privacy_policy_url && <a href={privacy_policy_url}>Privacy</a>}
    </p>
  );
};
