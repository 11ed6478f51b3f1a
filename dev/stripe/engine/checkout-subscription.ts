import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";
import { planOf } from "./checkout.ts";
import { createCustomer } from "./customers.ts";
import { payInvoice } from "./invoices.ts";
import { createSubscription } from "./subscriptions.ts";

type Session = Stripe.Checkout.Session;

/**
 * What the first invoice of a session's subscription asks for: after trial and discounts, but also after the customer's
 * balance and what else waits to be billed. It is made for a try, and undone.
 */
export function dueNow(account: Account, session: Session, customer: string | null): number {
  try {
    return account.atomically(() => {
      const who = customer ?? createCustomer(account, {}).id;
      const subscription = subscribe(account, session, { customer: who, method: null, paidBy: undefined });
      throw new Tried(invoiceOf(account, subscription)?.amount_due ?? 0);
    });
  } catch (error) {
    if (error instanceof Tried) return error.due;
    throw error;
  }
}

class Tried extends Error {
  readonly due: number;
  constructor(due: number) {
    super("Only for a try.");
    this.due = due;
  }
}

/**
 * Begins the subscription that is already paid for: incomplete for a moment, then active, as Stripe's events tell it.
 * @returns what the session says of it
 */
export function beginSubscription(
  account: Account,
  session: Session,
  { customer, method, paidBy }: { customer: string; method: string | null; paidBy: string | undefined },
): Pick<Session, "subscription" | "invoice"> {
  const subscription = subscribe(account, session, { customer, method, paidBy });
  const invoice = invoiceOf(account, subscription);
  if (invoice?.status === "open") {
    payInvoice(account, invoice, {
      offSession: false,
      ...(method === null ? {} : { paymentMethod: method }),
    });
  }
  return { subscription: subscription.id, invoice: idOf(subscription.latest_invoice) };
}

const invoiceOf = (account: Account, { latest_invoice }: Stripe.Subscription) =>
  account.store.get("invoice", idOf(latest_invoice) ?? "");

function subscribe(
  account: Account,
  session: Session,
  { customer, method, paidBy }: { customer: string; method: string | null; paidBy: string | undefined },
): Stripe.Subscription {
  const plan = planOf(account, session);
  const of = (recurring: boolean) =>
    plan.items
      .filter(({ price }) => (price?.recurring != null) === recurring)
      .map(({ price, quantity, metadata }) => ({
        price: price?.id,
        quantity: quantity ?? undefined,
        metadata: metadata ?? {},
      }));
  return createSubscription(account, {
    ...plan.subscription,
    customer,
    items: of(true),
    add_invoice_items: of(false).map(({ price, quantity }) => ({ price, quantity })),
    default_payment_method: method,
    discounts: (session.discounts ?? []).map(({ coupon, promotion_code }) =>
      promotion_code === null
        ? { coupon: idOf(coupon) ?? undefined }
        : { promotion_code: idOf(promotion_code) ?? undefined },
    ),
    payment_behavior: "default_incomplete",
    paidBy,
  });
}
