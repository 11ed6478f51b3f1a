import { db } from "@/lib/db";
import { stripe } from "@/lib/stripe";
import { spendAllowance } from "./allowance";
import { nullIfMissing } from "./fetch";
import { ownCustomer } from "./ownership";
import { id } from "./read";
import { syncSubscription } from "./subscription/lifecycle";

/** How a Checkout session stands, for the user who comes back from it. */
export type CheckoutResult =
  /** The subscription is here, or its payment is still under way. */
  | { status: "complete" }
  | { status: "open"; url: string | null }
  | { status: "expired" }
  /** There is no such session, or it is somebody else's. */
  | { status: "unknown" };

/**
 * Does for a session what its webhook does, for whoever is back before it. Safe at any time, any number of times. The
 * session's id comes from the address bar: it counts only if Stripe says that the session is of the user's own customer.
 * https://docs.stripe.com/checkout/fulfillment
 * @throws Refusal if it was asked too often
 */
export async function applyCheckout(userId: string, sessionId: string): Promise<CheckoutResult> {
  const customer = await ownCustomer(userId);
  if (!customer || !SESSION_ID.test(sessionId)) return { status: "unknown" };
  await spendAllowance(userId);
  const api = await stripe();
  const session = await api.checkout.sessions
    .retrieve(sessionId, {}, { maxNetworkRetries: 3 })
    .catch(nullIfMissing);
  if (!session || id(session.customer) !== customer) return { status: "unknown" };
  switch (session.status) {
    case "open":
      return { status: "open", url: session.url };
    case "expired":
      return { status: "expired" };
    default: {
      const subscriptionId = id(session.subscription);
      if (subscriptionId && !(await isHere(subscriptionId))) await syncSubscription(subscriptionId);
      return { status: "complete" };
    }
  }
}

const SESSION_ID = /^cs_\w{1,200}$/;

/** The webhook is usually quicker: then Stripe is not asked. */
async function isHere(subscriptionId: string): Promise<boolean> {
  const row = await db().subscription.findUnique({ where: { id: subscriptionId }, select: { status: true } });
  return row !== null && row.status !== "incomplete";
}
