/** @jsxImportSource hono/jsx */
import type Stripe from "stripe";
import { choices } from "../engine/portal-actions.ts";
import { money } from "../money.ts";
import { Layout, Notice } from "./layout.tsx";
import { Details, Invoices, Methods, Terms } from "./portal-sections.tsx";
import { changeOf, nextCharge, type Portal, titleOf } from "./portal-view.ts";
import { day, every, iso } from "./words.ts";

/** What the first page says after an errand. */
export const DONE: Record<string, string> = {
  canceled: "Your plan is canceled.",
  details: "Your billing details are saved.",
  kept: "Your plan goes on.",
  saved: "Your payment method is saved.",
  updated: "Your plan is changed.",
};

export type DoneWord = "canceled" | "details" | "kept" | "saved" | "updated";

type HomeProps = { portal: Portal; done: string | undefined; error?: string };

/** The portal's first page: all that a customer has with us. */
export const PortalHome = ({ portal, done, error }: HomeProps) => {
  const { context, session, configuration, home, subscriptions, invoices } = portal;
  const open = invoices.filter(({ status }) => status === "open");
  return (
    <Layout title="Billing" context={context} at={`${home}?home`}>
      {session.return_url && (
        <a class="back" href={session.return_url}>
          ← Back to the app
        </a>
      )}
      <h1>{configuration?.business_profile.headline ?? "Your billing"}</h1>
      {done && <Notice>{done}</Notice>}
      {error && <Notice kind="bad">{error}</Notice>}
      {open.map((invoice) => (
        <Unpaid invoice={invoice} />
      ))}
      {subscriptions.length === 0 && <p class="soft">There is no subscription at present.</p>}
      {subscriptions.map((subscription) => (
        <Plan portal={portal} subscription={subscription} />
      ))}
      <Methods portal={portal} />
      {portal.features.customer_update.enabled && <Details portal={portal} />}
      {portal.features.invoice_history.enabled && <Invoices invoices={invoices} />}
      <Terms portal={portal} />
    </Layout>
  );
};

const Unpaid = ({ invoice }: { invoice: Stripe.Invoice }) => (
  <Notice kind="bad">
    <p>
      Invoice {invoice.number} of {money(invoice.amount_remaining, invoice.currency)} is not paid yet.{" "}
      {invoice.next_payment_attempt !== null && invoice.attempted && (
        <>We will try again on {day(invoice.next_payment_attempt)}. </>
      )}
      {invoice.hosted_invoice_url && <a href={invoice.hosted_invoice_url}>Pay it now</a>}
    </p>
  </Notice>
);

const Plan = ({ portal, subscription }: { portal: Portal; subscription: Stripe.Subscription }) => {
  const { context, features } = portal;
  const { account } = context;
  const { items, currency, cancel_at } = subscription;
  const next = nextCharge(subscription);
  const isEnding = cancel_at !== null;
  const canSwitch =
    !isEnding &&
    features.subscription_update.enabled &&
    subscription.status !== "incomplete" &&
    choices(account, features, subscription).length > 0;
  return (
    <section class="card" aria-label={titleOf(account, subscription)}>
      <div class="row last">
        <h2>{titleOf(account, subscription)}</h2>
        <Status subscription={subscription} />
      </div>
      {items.data.map(({ price, quantity }) => (
        <p class="soft">
          {price.recurring?.usage_type === "metered"
            ? "Billed by use"
            : `${quantity ?? 1} × ${price.unit_amount === null ? (price.nickname ?? "tiers") : money(price.unit_amount, currency)}`}
          {every(price.recurring)}
        </p>
      ))}
      {isEnding && (
        <p>
          Ends on <time datetime={iso(cancel_at)}>{day(cancel_at)}</time>. It will not renew.
        </p>
      )}
      {!isEnding && next && (
        <p>
          {subscription.status === "trialing" ? "Your trial ends on " : "Renews on "}
          <time datetime={iso(next.at)}>{day(next.at)}</time>
          {next.amount > 0 && (
            <>
              {" "}
              for <span class="amount">{money(next.amount, currency)}</span>
              {subscription.discounts.length > 0 && ", before discounts"}
            </>
          )}
          .
        </p>
      )}
      <div class="actions">
        {canSwitch && (
          <a class="button quiet" href={changeOf(portal, subscription, "update")}>
            Update plan
          </a>
        )}
        {isEnding && features.subscription_cancel.enabled && (
          <form method="post" action={changeOf(portal, subscription, "keep")}>
            <button type="submit">Don't cancel</button>
          </form>
        )}
        {!isEnding && features.subscription_cancel.enabled && (
          <a class="button quiet" href={changeOf(portal, subscription, "cancel")}>
            Cancel plan
          </a>
        )}
      </div>
    </section>
  );
};

const Status = ({ subscription: { status, cancel_at } }: { subscription: Stripe.Subscription }) => {
  if (cancel_at !== null) return <span class="pill warn">Ending</span>;
  const bad = status === "past_due" || status === "unpaid" || status === "incomplete";
  return <span class={`pill ${bad ? "bad" : ""}`}>{STATUS[status] ?? status}</span>;
};

const STATUS: Record<string, string> = {
  active: "Active",
  incomplete: "Waiting for payment",
  past_due: "Payment overdue",
  paused: "Paused",
  trialing: "Trial",
  unpaid: "Unpaid",
};
