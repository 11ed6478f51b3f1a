import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { itemOfLine, lineOfItem } from "./invoice-lines.ts";
import { withTotals } from "./invoice-totals.ts";

type Invoice = Stripe.Invoice;
type Item = Stripe.InvoiceItem;

/** @throws ApiError unless the invoice is a draft: from finalisation on its amounts are what they are */
export function checkDraft({ status }: Invoice): void {
  if (status === "draft") return;
  throw ApiError.invalid(
    "Finalized invoices can't be updated in this way. Void the invoice and create a new one, or issue a credit note.",
    { code: "invoice_not_editable" },
  );
}

/** Changes a draft's lines, discounts or words, and with them its sums: `invoice.updated`. */
export function editDraft(
  account: Account,
  invoice: Invoice,
  changes: Partial<Invoice>,
  lines = invoice.lines.data,
): Invoice {
  const after = withTotals(account, { ...invoice, ...changes }, lines);
  return account.change("invoice", invoice, after, "invoice.updated");
}

/** Puts an item's line onto a draft, or the item as it is now into the place of its line. */
export function showItem(account: Account, invoice: Invoice, item: Item): Invoice {
  const { data } = invoice.lines;
  const line = lineOfItem(account, invoice.id, item);
  const at = data.findIndex((line) => itemOfLine(line) === item.id);
  const before = data[at];
  const lines = before ? data.with(at, { ...line, id: before.id }) : [...data, line];
  return editDraft(account, invoice, {}, lines);
}

/** Takes an item's line off a draft. */
export function hideItem(account: Account, invoice: Invoice, item: Item): Invoice {
  const lines = invoice.lines.data.filter((line) => itemOfLine(line) !== item.id);
  return editDraft(account, invoice, {}, lines);
}
