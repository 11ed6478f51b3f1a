import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";
import { draftInvoice } from "./invoice-draft.ts";
import { pendingItems } from "./invoice-items.ts";
import type { SubscriptionChange } from "./subscription-change.ts";
import { nextInvoice } from "./subscription-renewal.ts";
import { customerOf, nowFor } from "./subscription-state.ts";
import { updateSubscription } from "./subscription-update.ts";

type Invoice = Stripe.Invoice;
type Subscription = Stripe.Subscription;

/** The invoice that a subscription's next renewal makes. */
export function previewNext(account: Account, subscription: Subscription): Invoice {
  const waiting = pendingItems(account, customerOf(subscription), subscription.id);
  return draftInvoice(account, previewId(account), nextInvoice(account, subscription), waiting);
}

/**
 * The invoice that a change makes: the one that it bills at once, or else the next. Tries the change, and undoes it.
 * @throws ApiError as the change would
 */
export function previewChange(
  account: Account,
  subscription: Subscription,
  change: SubscriptionChange,
): Invoice {
  const prorated = change.proration_date ?? nowFor(account, subscription);
  try {
    return account.atomically(() => {
      // Nothing is charged for a try.
      const after = updateSubscription(account, subscription, {
        ...change,
        payment_behavior: "default_incomplete",
      });
      const billed = account.store.get("invoice", idOf(after.latest_invoice) ?? "");
      const isNew = billed !== undefined && billed.id !== idOf(subscription.latest_invoice);
      throw new Tried(isNew ? unsent(account, billed) : previewNext(account, after), prorated);
    });
  } catch (error) {
    if (error instanceof Tried) return error.preview;
    throw error;
  }
}

const previewId = (account: Account) => account.newIdOf("upcoming_in");

/** An invoice as it would be before anybody has seen it. */
const unsent = (account: Account, invoice: Invoice): Invoice => ({
  ...invoice,
  id: previewId(account),
  status: "draft",
  number: null,
  hosted_invoice_url: null,
  invoice_pdf: null,
  amount_paid: 0,
  amount_remaining: invoice.amount_due,
});

class Tried extends Error {
  readonly preview: Invoice;
  constructor(invoice: Invoice, subscription_proration_date: number) {
    super("Only for a try.");
    const details = invoice.parent?.subscription_details;
    this.preview =
      invoice.parent && details
        ? {
            ...invoice,
            parent: { ...invoice.parent, subscription_details: { ...details, subscription_proration_date } },
          }
        : invoice;
  }
}
