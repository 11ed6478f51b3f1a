import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { intentOf } from "../engine/invoice-payment.ts";
import { money } from "../money.ts";
import { idOf } from "../store.ts";
import { couponTerms, day, methodName } from "./words.ts";

type Invoice = Stripe.Invoice;

/** All that stands on an invoice, in the words that its page and its PDF share. */
export type Sheet = {
  number: string;
  /** Issued, due, paid: what, and when. */
  facts: [label: string, value: string][];
  from: string[];
  to: string[];
  lines: { description: string; period: string; quantity: string; amount: string }[];
  /** From the subtotal to what is left to pay, in order. */
  sums: { label: string; amount: string; strong: boolean }[];
  /** What its issuer added to it. */
  notes: string[];
};

export function sheetOf(account: Account, invoice: Invoice): Sheet {
  return {
    number: invoice.number ?? invoice.id,
    facts: factsOf(account, invoice),
    from: [invoice.account_name ?? "Local Stripe"],
    to: recipient(invoice),
    lines: invoice.lines.data.map((line) => ({
      description: line.description ?? "",
      period: periodOf(line),
      quantity: line.quantity === null ? "" : String(line.quantity),
      amount: money(line.amount, line.currency),
    })),
    sums: sumsOf(account, invoice),
    notes: written([invoice.description, invoice.footer]),
  };
}

/** How an invoice stands: in a word, and in words with the date. */
export function standingOf({ status, status_transitions }: Invoice): { word: string; dated: string } {
  const { paid_at, voided_at } = status_transitions;
  switch (status) {
    case "paid":
      return { word: "Paid", dated: paid_at === null ? "Paid" : `Paid on ${day(paid_at)}` };
    case "void":
      return { word: "Void", dated: voided_at === null ? "Void" : `Voided on ${day(voided_at)}` };
    case "uncollectible":
      return { word: "Not collected", dated: "Not paid, and not collected any more" };
    default:
      return { word: "Open", dated: "Not paid yet" };
  }
}

/** What an invoice was paid with: `Visa ending in 4242`; null if not here. */
export function paidWith(account: Account, invoice: Invoice): string | null {
  const intent = intentOf(account, invoice);
  if (intent?.status !== "succeeded") return null;
  const method = account.store.get("payment_method", idOf(intent.payment_method) ?? "");
  return method ? methodName(method) : null;
}

function factsOf(account: Account, invoice: Invoice): [string, string][] {
  const { effective_at, created, due_date, collection_method, status_transitions } = invoice;
  const { paid_at, voided_at } = status_transitions;
  const facts: [string, string][] = [["Date of issue", day(effective_at ?? created)]];
  if (collection_method === "send_invoice" && due_date !== null) facts.push(["Date due", day(due_date)]);
  if (paid_at !== null) facts.push(["Date paid", day(paid_at)]);
  if (voided_at !== null) facts.push(["Voided on", day(voided_at)]);
  const method = paidWith(account, invoice);
  if (method !== null) facts.push(["Paid with", method]);
  for (const { name, value } of invoice.custom_fields ?? []) facts.push([name, value]);
  return facts;
}

function recipient({ customer_name, customer_email, customer_address: address }: Invoice): string[] {
  const town = [address?.postal_code, address?.city, address?.state].filter(Boolean).join(" ");
  return written([customer_name, address?.line1, address?.line2, town, address?.country, customer_email]);
}

const written = (lines: (string | null | undefined)[]): string[] => lines.flatMap((line) => line || []);

function periodOf({ period: { start, end } }: Stripe.InvoiceLineItem): string {
  return end > start ? `${day(start)} – ${day(end)}` : "";
}

function sumsOf(account: Account, invoice: Invoice): Sheet["sums"] {
  const { currency, status, amount_due, amount_paid, amount_remaining } = invoice;
  const row = (label: string, amount: number, strong = false) => ({
    label,
    amount: money(amount, currency),
    strong,
  });
  const balance = invoice.starting_balance - (invoice.ending_balance ?? invoice.starting_balance);
  const isDebt = status === "open" || status === "uncollectible";
  return [
    row("Subtotal", invoice.subtotal),
    ...(invoice.total_discount_amounts ?? []).map(({ amount, discount }) =>
      row(discountName(account, idOf(discount) ?? ""), -amount),
    ),
    row("Total", invoice.total, true),
    ...(balance === 0 ? [] : [row(balanceName(balance, amount_due), balance)]),
    ...credited(invoice.pre_payment_credit_notes_amount, (amount) => row("Credit notes", amount)),
    row("Amount due", amount_due, amount_paid === 0 && (!isDebt || amount_remaining === amount_due)),
    ...(amount_paid === 0 ? [] : [row("Amount paid", amount_paid, !isDebt)]),
    ...credited(invoice.post_payment_credit_notes_amount, (amount) => row("Credited afterwards", amount)),
    ...(isDebt && amount_remaining !== amount_due ? [row("Left to pay", amount_remaining, true)] : []),
  ];
}

const credited = <Row>(amount: number, row: (amount: number) => Row): Row[] =>
  amount === 0 ? [] : [row(-amount)];

/** What the balance did: it paid a part, or took over what it is not worth charging for or giving back. */
function balanceName(balance: number, due: number): string {
  if (due === 0) return "Settled with your balance";
  return balance < 0 ? "Paid from your balance" : "Carried over from before";
}

function discountName(account: Account, id: string): string {
  const discount = account.store.get("discount", id);
  const coupon = account.store.get("coupon", idOf(discount?.source.coupon) ?? "");
  if (!coupon) return "Discount";
  const promotion = account.store.get("promotion_code", idOf(discount?.promotion_code) ?? "");
  return `${promotion?.code ?? coupon.name ?? coupon.id} (${couponTerms(coupon)})`;
}
