import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { apiList, found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { money } from "../money.ts";
import { idOf } from "../store.ts";
import { type CreditLineDraft, creditLines } from "./credit-note-lines.ts";

type CreditNote = Stripe.CreditNote;
type Invoice = Stripe.Invoice;

/** What is given back, all in the smallest unit, and how it reaches the customer. */
export type CreditDraft = {
  amount?: number | undefined;
  lines?: CreditLineDraft[] | undefined;
  /** What goes to the customer's balance. */
  credit_amount?: number | undefined;
  out_of_band_amount?: number | undefined;
  /** What is refunded with the note. */
  refund_amount?: number | undefined;
  /** Refunds that there are already. */
  refunds?: { refund: string; amount_refunded?: number | undefined }[] | undefined;
  effective_at?: number | undefined;
  memo?: string | undefined;
  metadata?: Stripe.Metadata | undefined;
  reason?: Stripe.CreditNote.Reason | undefined;
};

/**
 * A credit note as it would be, with nothing done for it. It lowers what is still to be paid first; what is left over
 * has been paid, and is given back. https://docs.stripe.com/invoicing/integration/programmatic-credit-notes
 * @throws ApiError if the invoice has not that much left to credit, or the parts do not make the whole
 */
export function draftCreditNote(account: Account, invoice: Invoice, draft: CreditDraft): CreditNote {
  const lines = linesOf(account, invoice, draft);
  const discount_amounts = gathered(lines);
  const subtotal = sum(lines.map(({ amount }) => amount));
  const discount_amount = sum(discount_amounts.map(({ amount }) => amount));
  const total = subtotal - discount_amount;
  checkAmount(invoice, total);
  const pre = Math.min(total, invoice.amount_remaining);
  const refunds = (draft.refunds ?? []).map((given) => linkedRefund(account, given));
  checkParts(invoice, total - pre, draft, refunds);
  const id = account.newId("credit_note");
  const now = account.nowOf(idOf(invoice.customer));
  return {
    id,
    object: "credit_note",
    amount: total,
    amount_shipping: 0,
    created: now,
    currency: invoice.currency,
    customer: idOf(invoice.customer) ?? "",
    customer_account: null,
    customer_balance_transaction: null,
    discount_amount,
    discount_amounts,
    effective_at: draft.effective_at ?? now,
    invoice: invoice.id,
    lines: apiList(`/v1/credit_notes/${id}/lines`, lines),
    livemode: false,
    memo: draft.memo ?? null,
    metadata: draft.metadata ?? {},
    number: nextNumber(account, invoice),
    out_of_band_amount: draft.out_of_band_amount ?? null,
    pdf: invoice.invoice_pdf ?? "",
    post_payment_amount: total - pre,
    pre_payment_amount: pre,
    pretax_credit_amounts: discount_amounts.map((given) => ({ ...given, type: "discount" })),
    reason: draft.reason ?? null,
    refunds,
    shipping_cost: null,
    status: "issued",
    subtotal,
    subtotal_excluding_tax: subtotal,
    total,
    total_excluding_tax: total,
    total_taxes: [],
    type: pre === total ? "pre_payment" : pre === 0 ? "post_payment" : "mixed",
    voided_at: null,
  };
}

function linesOf(account: Account, invoice: Invoice, { amount, lines }: CreditDraft) {
  if (lines && lines.length > 0) return creditLines(account, invoice, lines);
  if (amount === undefined) {
    throw ApiError.invalid(
      "You must pass one of the following parameters: amount, lines, or shipping_cost.",
      {
        code: "parameter_missing",
      },
    );
  }
  return creditLines(account, invoice, [{ type: "custom_line_item", unit_amount: amount }]);
}

function checkAmount(invoice: Invoice, amount: number): void {
  if (invoice.status === "draft" || invoice.status === "void") {
    throw ApiError.invalid(
      `You can only create credit notes for open, paid or uncollectible invoices. This invoice has a status of ${invoice.status}.`,
      { param: "invoice" },
    );
  }
  if (amount < 1) {
    throw ApiError.invalid("This value must be greater than or equal to 1.", {
      param: "amount",
      code: "parameter_invalid_integer",
    });
  }
  const left =
    invoice.total - invoice.pre_payment_credit_notes_amount - invoice.post_payment_credit_notes_amount;
  if (amount <= left) return;
  const shown = (amount: number) => money(amount, invoice.currency);
  throw ApiError.invalid(
    `The credit note amount (${shown(amount)}) is greater than what is left to credit of the invoice (${shown(left)}).`,
    { param: "amount" },
  );
}

/** What has been paid must be given back in one way or another. */
function checkParts(
  { currency }: Invoice,
  post: number,
  { credit_amount = 0, out_of_band_amount = 0, refund_amount = 0 }: CreditDraft,
  refunds: Stripe.CreditNote.Refund[],
): void {
  const given = credit_amount + out_of_band_amount + refund_amount;
  const parts = given + sum(refunds.map(({ amount_refunded }) => amount_refunded));
  if (parts === post && [credit_amount, out_of_band_amount, refund_amount].every((part) => part >= 0)) return;
  throw ApiError.invalid(
    `The sum of credit amount, refund amount, refunds and out of band amount (${money(parts, currency)}) must equal the post payment credit note amount (${money(post, currency)}).`,
  );
}

function linkedRefund(
  account: Account,
  { refund: id, amount_refunded }: { refund: string; amount_refunded?: number | undefined },
): Stripe.CreditNote.Refund {
  const { amount } = found(account, "refund", id, "refunds");
  return {
    amount_refunded: amount_refunded ?? amount,
    payment_record_refund: null,
    refund: id,
    type: "refund",
  };
}

/** `PREFIX-0001-CN-01`: each invoice's credit notes count up. */
function nextNumber(account: Account, invoice: Invoice): string {
  const notes = account.store
    .ofCustomer("credit_note", idOf(invoice.customer) ?? "")
    .filter((note) => note.invoice === invoice.id);
  return `${invoice.number ?? ""}-CN-${String(notes.length + 1).padStart(2, "0")}`;
}

/** Each discount's part in all of the lines together. */
function gathered(lines: Stripe.CreditNoteLineItem[]): Stripe.CreditNote.DiscountAmount[] {
  const amounts = new Map<string, number>();
  for (const { amount, discount } of lines.flatMap(({ discount_amounts }) => discount_amounts)) {
    const id = idOf(discount) ?? "";
    amounts.set(id, (amounts.get(id) ?? 0) + amount);
  }
  return [...amounts].map(([discount, amount]) => ({ amount, discount }));
}

const sum = (amounts: number[]) => amounts.reduce((one, other) => one + other, 0);
