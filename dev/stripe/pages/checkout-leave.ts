import type { Context } from "hono";
import type Stripe from "stripe";
import type { Account } from "../account.ts";
import type { PageContext } from "./context.ts";

/** How long Stripe holds the customer back for the app's answer to its webhook. */
const PATIENCE_MS = 10_000;

/**
 * Sends the customer on from a completed session, once each endpoint that wanted `checkout.session.completed` has
 * answered, so that the app's page is right already. https://docs.stripe.com/payments/checkout/fulfill-orders
 */
export async function leave(
  { account, untilAnswered }: PageContext,
  call: Context,
  session: Stripe.Checkout.Session,
): Promise<Response> {
  const event = completion(account, session.id);
  if (event !== undefined) await untilAnswered(event, PATIENCE_MS);
  const url = session.success_url?.replaceAll("{CHECKOUT_SESSION_ID}", session.id);
  return call.redirect(url ?? `/pay/${session.id}`, 303);
}

const completion = ({ events }: Account, session: string) =>
  events.findLast(
    ({ type, object }) => type === "checkout.session.completed" && "id" in object && object.id === session,
  )?.id;
