/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type Stripe from "stripe";
import { intentOf } from "../engine/invoice-payment.ts";
import { money } from "../money.ts";
import { idOf } from "../store.ts";
import type { PageContext } from "./context.ts";
import type { Filled } from "./fields.tsx";
import { InvoicePayment } from "./invoice-payment.tsx";
import { paidWith, type Sheet, sheetOf, standingOf } from "./invoice-sheet.ts";
import { Layout } from "./layout.tsx";
import { day, iso } from "./words.ts";

export type InvoiceView = {
  context: PageContext;
  invoice: Stripe.Invoice;
  /** What can be charged besides a new card: the customer's own. */
  methods: Stripe.PaymentMethod[];
  /** The id of the one that Stripe charges by itself. */
  defaultMethod: string | null;
};

/** The page at an invoice's `hosted_invoice_url`. https://docs.stripe.com/invoicing/hosted-invoice-page */
export const InvoicePage = ({ view, filled }: { view: InvoiceView; filled: Filled }) => {
  const { context, invoice } = view;
  const at = `/i/${invoice.id}`;
  const sheet = sheetOf(context.account, invoice);
  return (
    <Layout title={`Invoice ${sheet.number}`} context={context} at={at}>
      <div class="columns">
        <section class="card" aria-labelledby="invoice">
          <div class="row last">
            <h1 id="invoice">Invoice</h1>
            <StandingPill invoice={invoice} />
          </div>
          <SheetOf sheet={sheet} />
        </section>
        <section class="card" aria-labelledby="standing">
          <Standing view={view} />
          {isPayable(view) && <InvoicePayment view={view} at={at} filled={filled} />}
          <p class="actions no-print">
            <a class="button quiet" href={`${at}/pdf`}>
              Download invoice
            </a>
            {invoice.status === "paid" && invoice.amount_paid > 0 && (
              <a class="button quiet" href={`${at}/receipt`}>
                Download receipt
              </a>
            )}
          </p>
        </section>
      </div>
    </Layout>
  );
};

/** Whether there is something to pay, and nobody is paying it yet. */
export const isPayable = ({ context, invoice }: Pick<InvoiceView, "context" | "invoice">): boolean =>
  (invoice.status === "open" || invoice.status === "uncollectible") &&
  intentOf(context.account, invoice)?.status !== "processing";

/** How an invoice stands, in a word with its colour. */
export const StandingPill = ({ invoice }: { invoice: Stripe.Invoice }) => (
  <span class={`pill ${KIND[invoice.status ?? ""] ?? ""}`}>{standingOf(invoice).word}</span>
);

const KIND: Record<string, string> = { open: "bad", uncollectible: "warn", void: "warn" };

const Standing = ({ view }: { view: InvoiceView }) => {
  const { context, invoice } = view;
  const { status, currency, amount_paid, amount_remaining, status_transitions } = invoice;
  switch (status) {
    case "paid":
      return (
        <Headline amount={amount_paid} currency={currency} says="Paid. Thank you.">
          {status_transitions.paid_at !== null && <Day at={status_transitions.paid_at} />}
          {paidWith(context.account, invoice) && `, with ${paidWith(context.account, invoice)}`}
        </Headline>
      );
    case "void":
      return (
        <Headline amount={0} currency={currency} says="Nothing to pay">
          This invoice was voided: it counts as if it had never been sent.
        </Headline>
      );
    default:
      return (
        <Headline amount={amount_remaining} currency={currency} says="To pay">
          <WhatComes view={view} />
        </Headline>
      );
  }
};

const Headline = ({
  amount,
  currency,
  says,
  children,
}: {
  amount: number;
  currency: string;
  says: string;
  children?: Child;
}) => (
  <>
    <h2 id="standing">{says}</h2>
    <p class="large amount">{money(amount, currency)}</p>
    <p class="soft">{children}</p>
  </>
);

/** What happens if the customer does nothing. */
const WhatComes = ({ view: { context, invoice } }: { view: InvoiceView }) => {
  const { status, due_date, next_payment_attempt, auto_advance, attempted } = invoice;
  if (intentOf(context.account, invoice)?.status === "processing") {
    return <>Your payment is under way. A bank takes some days for it.</>;
  }
  if (status === "uncollectible") return <>We no longer ask for it, but you can still pay it.</>;
  if (auto_advance && next_payment_attempt !== null) {
    return (
      <>
        {attempted
          ? "The last attempt to charge it failed. We try again on "
          : "We charge it by ourselves on "}
        <Day at={next_payment_attempt} />, or you pay it now.
      </>
    );
  }
  if (due_date === null) return <>Due now.</>;
  return (
    <>
      {due_date < context.account.nowOf(idOf(invoice.customer)) ? "It was due on " : "Due on "}
      <Day at={due_date} />.
    </>
  );
};

const Day = ({ at }: { at: number }) => <time datetime={iso(at)}>{day(at)}</time>;

const SheetOf = ({ sheet: { number, facts, from, to, lines, sums, notes } }: { sheet: Sheet }) => (
  <>
    <dl class="facts">
      {[["Number", number], ...facts].map(([label, value]) => (
        <div>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
    <div class="pair">
      <Party title="From" lines={from} />
      <Party title="Bill to" lines={to} />
    </div>
    <table>
      <caption class="visually-hidden">What is billed</caption>
      <thead>
        <tr>
          <th scope="col">Description</th>
          <th scope="col">Qty</th>
          <th scope="col">Amount</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ description, period, quantity, amount }) => (
          <tr>
            <td>
              {description}
              {period && <div class="soft small">{period}</div>}
            </td>
            <td>{quantity}</td>
            <td class="amount">{amount}</td>
          </tr>
        ))}
      </tbody>
    </table>
    {sums.map(({ label, amount, strong }) => (
      <div class={`row ${strong ? "total" : ""}`}>
        <span>{label}</span>
        <span class="amount">{amount}</span>
      </div>
    ))}
    {notes.map((note) => (
      <p class="soft small">{note}</p>
    ))}
  </>
);

const Party = ({ title, lines }: { title: string; lines: string[] }) => (
  <div>
    <h2 class="soft small">{title}</h2>
    <p>
      {lines.map((line) => (
        <>
          {line}
          <br />
        </>
      ))}
    </p>
  </div>
);
