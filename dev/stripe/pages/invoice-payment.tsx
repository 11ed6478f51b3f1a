/** @jsxImportSource hono/jsx */

import { money } from "../money.ts";
import { CardFields, type Filled } from "./fields.tsx";
import type { InvoiceView } from "./invoice.tsx";
import { Notice } from "./layout.tsx";
import { methodName } from "./words.ts";

type PaymentProps = { view: InvoiceView; at: string; filled: Filled };

/** Pays an invoice: with what is saved, or with another card. */
export const InvoicePayment = ({ view, at, filled }: PaymentProps) => {
  const { form: refusal, ...errors } = filled.errors ?? {};
  const isCardWrong = Object.keys(errors).length > 0;
  const hasSaved = view.methods.length > 0;
  return (
    <div class="no-print">
      {refusal && <Notice kind="bad">{refusal}</Notice>}
      {hasSaved && <SavedMethods view={view} at={at} chosen={filled.values?.method} />}
      {hasSaved ? (
        <details open={isCardWrong}>
          <summary>Pay with another card</summary>
          <NewCard view={view} at={at} filled={filled} />
        </details>
      ) : (
        <NewCard view={view} at={at} filled={filled} />
      )}
    </div>
  );
};

const verbOf = ({ invoice }: InvoiceView) => `Pay ${money(invoice.amount_remaining, invoice.currency)}`;

const SavedMethods = ({
  view,
  at,
  chosen,
}: {
  view: InvoiceView;
  at: string;
  chosen: string | undefined;
}) => {
  const { methods, defaultMethod } = view;
  const checked = chosen ?? defaultMethod ?? methods[0]?.id;
  return (
    <form method="post" action={at}>
      <fieldset>
        <legend>Saved payment methods</legend>
        {methods.map((method) => (
          <label class="check">
            <input type="radio" name="method" value={method.id} checked={method.id === checked} required />
            <span>
              {methodName(method)} {method.id === defaultMethod && <span class="pill">Default</span>}
            </span>
          </label>
        ))}
      </fieldset>
      <button type="submit" class="wide">
        {verbOf(view)}
      </button>
    </form>
  );
};

const NewCard = ({ view, at, filled }: PaymentProps) => (
  <form method="post" action={at}>
    <CardFields {...filled} />
    <button type="submit" class="wide">
      {verbOf(view)}
    </button>
  </form>
);
