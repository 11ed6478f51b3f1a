import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { idOf } from "../store.ts";
import { planOf } from "./checkout.ts";
import { finish } from "./checkout-completion.ts";
import type { CheckoutEntry } from "./checkout-plan.ts";
import { saveCard } from "./checkout-setup.ts";
import { dueNow } from "./checkout-subscription.ts";
import { createCustomer } from "./customers.ts";
import { confirmIntent, createIntent } from "./payments.ts";

type Session = Stripe.Checkout.Session;
type Intent = Stripe.PaymentIntent | Stripe.SetupIntent;

export type CheckoutOutcome =
  | { outcome: "complete"; session: Session }
  | { outcome: "declined"; session: Session; intent: Intent }
  | { outcome: "asks_owner"; session: Session; intent: Intent };

/**
 * Pays an open session, or tries to. Money first: until it has come, no customer and no subscription exists; a card that
 * is declined leaves its payment intent and an open session. https://docs.stripe.com/payments/checkout/how-checkout-works
 * @throws ApiError if the session is not open, or what it sells is not to be had any more
 */
export function completeSession(account: Account, session: Session, entry: CheckoutEntry): CheckoutOutcome {
  if (session.status !== "open") throw notOpen(session);
  try {
    return account.atomically(() => {
      const customer = customerFor(account, session, entry);
      const intent = beginPayment(account, session, entry, customer);
      if (intent && !isGood(intent)) throw new NotPaid();
      return { outcome: "complete", session: finish(account, session, entry, { customer, intent }) };
    });
  } catch (error) {
    if (!(error instanceof NotPaid)) throw error;
  }
  // Once more, where it may be seen: but for a customer, who is yet to come into being.
  const intent = beginPayment(account, session, entry, idOf(session.customer));
  if (!intent) throw new Error(`${session.id} was not paid, and then there was nothing to pay.`);
  account.store.note(session.id, {
    checkout: { ...planOf(account, session), attempt: { intent: intent.id, entry } },
  });
  account.store.note(intent.id, { session: session.id });
  const shown =
    intent.object === "payment_intent" ? { payment_intent: intent.id } : { setup_intent: intent.id };
  if (session.mode !== "subscription") account.change("checkout.session", session, shown, null);
  return { outcome: intent.status === "requires_action" ? "asks_owner" : "declined", session, intent };
}

/** Undoes an attempt that did not bring the money. */
class NotPaid extends Error {}

const isGood = ({ status }: Intent) =>
  status === "succeeded" || status === "processing" || status === "requires_capture";

const notOpen = ({ status }: Session) =>
  ApiError.invalid(`This Checkout Session is not open. Its status is \`${status}\`.`, {
    code: "checkout_session_not_open",
  });

/** The session's customer, else a new one, else nobody: a guest. */
function customerFor(account: Account, session: Session, entry: CheckoutEntry): string | null {
  const known = account.store.get("customer", idOf(session.customer) ?? "");
  if (known) {
    const { address, name } = planOf(account, session).customerUpdate;
    const changes = {
      ...(name && entry.name ? { name: entry.name } : {}),
      ...(address && entry.address ? { address: entry.address } : {}),
    };
    return account.change("customer", known, changes, "customer.updated").id;
  }
  return makesCustomer(account, session) ? newCustomer(account, entry).id : null;
}

const makesCustomer = (account: Account, session: Session) =>
  session.mode === "subscription" ||
  session.customer_creation === "always" ||
  planOf(account, session).intent.setupFutureUsage !== undefined;

const newCustomer = (account: Account, { email, name, phone = null, address = null }: CheckoutEntry) =>
  createCustomer(account, { email, name, phone, address });

/**
 * What the customer has to pay now.
 * @throws ApiError if what the session sells is not to be had any more
 */
export const dueFor = (account: Account, session: Session, customer = idOf(session.customer)): number =>
  session.mode === "subscription" ? dueNow(account, session, customer) : (session.amount_total ?? 0);

/** Asks for the money, or, where none is due, for leave to take it later. Null if neither is needed. */
function beginPayment(
  account: Account,
  session: Session,
  entry: CheckoutEntry,
  customer: string | null,
): Intent | null {
  const due = dueFor(account, session, customer);
  const method = account.store.get("payment_method", entry.paymentMethod ?? "");
  if (due === 0) return method ? saveCard(account, session, method, customer) : null;
  if (!method)
    throw ApiError.invalid("Missing required param: payment_method.", {
      param: "payment_method",
      code: "parameter_missing",
    });
  const intent = intentFor(account, session, due, customer);
  return confirmIntent(account, intent, {
    paymentMethod: method,
    offSession: false,
    returnUrl: returnUrl(session),
  });
}

const returnUrl = (session: Session) => session.url ?? session.success_url ?? undefined;

/** The payment intent that was tried before, else a new one. */
function intentFor(
  account: Account,
  session: Session,
  amount: number,
  customer: string | null,
): Stripe.PaymentIntent {
  const { attempt, intent } = planOf(account, session);
  const before = account.store.get("payment_intent", attempt?.intent ?? "");
  if (before?.status.startsWith("requires_")) {
    return account.change("payment_intent", before, { amount, customer }, null);
  }
  const isSubscription = session.mode === "subscription";
  return createIntent(account, {
    amount,
    currency: session.currency ?? "usd",
    customer,
    description: isSubscription ? "Subscription creation" : (intent.description ?? null),
    metadata: intent.metadata ?? {},
    paymentMethodTypes: session.payment_method_types,
    setupFutureUsage: isSubscription ? "off_session" : (intent.setupFutureUsage ?? null),
    captureMethod: intent.captureMethod,
    receiptEmail: intent.receiptEmail,
    shipping: intent.shipping,
    statementDescriptor: intent.statementDescriptor,
    statementDescriptorSuffix: intent.statementDescriptorSuffix,
  });
}

/**
 * A payment behind a session is decided: its customer proved to be the card's owner, or a debit went through or came
 * back. https://docs.stripe.com/payments/checkout/fulfill-orders#delayed-notification
 */
export function sessionIntentSettled(account: Account, intent: Intent): void {
  const session = account.store.get("checkout.session", account.store.notes(intent.id).session ?? "");
  if (session?.status === "open") finishLater(account, session, intent);
  if (session?.status === "complete" && session.payment_status === "unpaid") {
    if (intent.status === "succeeded") {
      const paid = { ...session, payment_status: "paid" };
      account.create("checkout.session", paid, "checkout.session.async_payment_succeeded");
    } else {
      account.emit("checkout.session.async_payment_failed", session);
    }
  }
}

function finishLater(account: Account, session: Session, intent: Intent): void {
  const { attempt } = planOf(account, session);
  if (!attempt || attempt.intent !== intent.id || !isGood(intent)) return;
  account.atomically(() => {
    const customer = customerFor(account, session, attempt.entry);
    finish(account, session, attempt.entry, { customer, intent });
  });
}
