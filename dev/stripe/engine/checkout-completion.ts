import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";
import { purchaseOf } from "./checkout-amounts.ts";
import type { CheckoutEntry } from "./checkout-plan.ts";
import { beginSubscription } from "./checkout-subscription.ts";
import { redeem } from "./discounts.ts";
import { attach } from "./payment-methods.ts";

type Session = Stripe.Checkout.Session;
type Intent = Stripe.PaymentIntent | Stripe.SetupIntent;

export type Paid = { customer: string | null; intent: Intent | null };

/** The money is there or under way: what was bought comes into being, and `checkout.session.completed` says so. */
export function finish(
  account: Account,
  session: Session,
  entry: CheckoutEntry,
  { customer, intent }: Paid,
): Session {
  if (customer !== null) {
    giveTo(account, customer, intent);
    keepMethod(account, session, { customer, intent, method: entry.paymentMethod });
  }
  const isSubscription = session.mode === "subscription" && customer !== null;
  const paidBy = intent?.object === "payment_intent" ? intent.id : undefined;
  const bought = isSubscription
    ? beginSubscription(account, session, { customer, method: entry.paymentMethod ?? null, paidBy })
    : intentShown(intent);
  if (!isSubscription) redeemFor(account, session, customer, paidBy);
  if (intent) account.store.note(intent.id, { session: session.id });
  return account.create(
    "checkout.session",
    {
      ...session,
      ...bought,
      customer,
      customer_details: detailsFrom(session, entry),
      collected_information: { business_name: null, individual_name: null, shipping_details: null },
      automatic_tax: session.automatic_tax.enabled
        ? { ...session.automatic_tax, status: "complete" }
        : session.automatic_tax,
      payment_status: paymentStatus(intent),
      status: "complete",
      url: null,
    },
    "checkout.session.completed",
  );
}

/** What was sold once had its discount in the sum already; here its coupon is counted. */
function redeemFor(
  account: Account,
  session: Session,
  customer: string | null,
  paidBy: string | undefined,
): void {
  const purchase = { ...purchaseOf(session), customer, paidBy, checkoutSession: session.id };
  for (const { coupon, promotion_code } of session.discounts ?? []) {
    redeem(account, purchase, { coupon: idOf(coupon), promotion_code: idOf(promotion_code) }, "discounts[0]");
  }
}

/** A payment that was begun for a guest becomes the customer's. */
function giveTo(account: Account, customer: string, intent: Intent | null): void {
  if (intent?.object !== "payment_intent" || intent.customer !== null) return;
  account.change("payment_intent", intent, { customer }, null);
  const charge = account.store.get("charge", idOf(intent.latest_charge) ?? "");
  if (charge) account.change("charge", charge, { customer }, null);
}

/** Attaches the payment method that is to be charged again, unless its payment already did. */
function keepMethod(
  account: Account,
  session: Session,
  { customer, intent, method }: { customer: string; intent: Intent | null; method: string | undefined },
): void {
  const again =
    session.mode !== "payment" || (intent?.object === "payment_intent" && intent.setup_future_usage !== null);
  const kept = account.store.get("payment_method", method ?? "");
  if (again && kept?.customer === null) attach(account, kept.id, customer);
}

function intentShown(intent: Intent | null): Partial<Session> {
  if (!intent) return {};
  return intent.object === "payment_intent" ? { payment_intent: intent.id } : { setup_intent: intent.id };
}

const paymentStatus = (intent: Intent | null) =>
  intent?.object !== "payment_intent"
    ? "no_payment_required"
    : intent.status === "succeeded"
      ? "paid"
      : "unpaid";

const detailsFrom = ({ customer_details }: Session, entry: CheckoutEntry): Session["customer_details"] => ({
  address: entry.address ?? customer_details?.address ?? null,
  business_name: null,
  email: entry.email ?? customer_details?.email ?? null,
  individual_name: null,
  name: entry.name ?? customer_details?.name ?? null,
  phone: entry.phone ?? customer_details?.phone ?? null,
  tax_exempt: customer_details?.tax_exempt ?? "none",
  tax_ids: [],
});
