import Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";

type Line = Stripe.CreditNoteLineItem;

/** What is given back: a line of the invoice, so many of it or so much of it; or something else. */
export type CreditLineDraft = {
  type: "custom_line_item" | "invoice_line_item";
  amount?: number | undefined;
  description?: string | undefined;
  invoice_line_item?: string | undefined;
  metadata?: Stripe.Metadata | undefined;
  quantity?: number | undefined;
  unit_amount?: number | undefined;
  unit_amount_decimal?: string | undefined;
};

/**
 * The lines of a credit note. What a line of the invoice had been discounted by is not given back.
 * @throws ApiError for a line that the invoice does not have, or more than it says
 */
export const creditLines = (account: Account, invoice: Stripe.Invoice, drafts: CreditLineDraft[]): Line[] =>
  drafts.map((draft, at) =>
    draft.type === "invoice_line_item"
      ? invoiceLine(account, invoice, draft, `lines[${at}]`)
      : customLine(account, draft, `lines[${at}]`),
  );

function invoiceLine(account: Account, invoice: Stripe.Invoice, draft: CreditLineDraft, param: string): Line {
  const id = draft.invoice_line_item ?? "";
  const line = invoice.lines.data.find((one) => one.id === id);
  if (!line) throw ApiError.noSuch("invoice line item", id, `${param}[invoice_line_item]`);
  const of = line.quantity ?? 1;
  const { quantity = draft.amount === undefined ? of : undefined } = draft;
  const amount = draft.amount ?? Math.round((line.amount * (quantity ?? 0)) / of);
  if ((quantity ?? 0) > of || Math.abs(amount) > Math.abs(line.amount)) {
    throw ApiError.invalid(`You cannot credit more of the line item ${id} than the invoice has of it.`, {
      param,
    });
  }
  const share = line.amount === 0 ? 0 : amount / line.amount;
  return withDiscount({
    ...common(account, draft, amount),
    description: draft.description ?? line.description,
    discount_amounts: (line.discount_amounts ?? []).map((given) => ({
      ...given,
      amount: Math.round(given.amount * share),
    })),
    invoice_line_item: id,
    quantity: quantity ?? null,
    type: "invoice_line_item",
    unit_amount: quantity ? Math.round(amount / quantity) : null,
    unit_amount_decimal: quantity
      ? Stripe.Decimal.from(amount).div(Stripe.Decimal.from(quantity), 12, "half-even")
      : null,
  });
}

const withDiscount = (line: Line): Line => ({
  ...line,
  discount_amount: line.discount_amounts.reduce((sum, { amount }) => sum + amount, 0),
  pretax_credit_amounts: line.discount_amounts.map((given) => ({ ...given, type: "discount" })),
});

function customLine(account: Account, draft: CreditLineDraft, param: string): Line {
  const { quantity = 1, unit_amount } = draft;
  const each = draft.unit_amount_decimal ?? unit_amount;
  if (draft.amount === undefined && each === undefined) {
    throw ApiError.invalid(`Missing required param: ${param}[unit_amount].`, {
      param: `${param}[unit_amount]`,
      code: "parameter_missing",
    });
  }
  const amount = draft.amount ?? Math.round(Number(each) * quantity);
  return {
    ...common(account, draft, amount),
    description: draft.description ?? null,
    discount_amounts: [],
    quantity,
    type: "custom_line_item",
    unit_amount: unit_amount ?? null,
    unit_amount_decimal: each === undefined ? null : Stripe.Decimal.from(each),
  };
}

const common = (account: Account, { metadata }: CreditLineDraft, amount: number) => ({
  id: account.newIdOf("cnli"),
  object: "credit_note_line_item" as const,
  amount,
  discount_amount: 0,
  livemode: false,
  metadata: metadata ?? {},
  pretax_credit_amounts: [],
  tax_rates: [],
  taxes: [],
});
