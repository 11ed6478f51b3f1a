import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { planOf } from "./checkout.ts";
import { confirmSetup, createSetup } from "./setup-intents.ts";

/** Saves a payment method with nothing to charge yet: the card of a trial, or of setup mode. */
export function saveCard(
  account: Account,
  session: Stripe.Checkout.Session,
  method: Stripe.PaymentMethod,
  customer: string | null,
): Stripe.SetupIntent {
  const { attempt, setup } = planOf(account, session);
  const before = account.store.get("setup_intent", attempt?.intent ?? "");
  const intent = before?.status.startsWith("requires_")
    ? account.change("setup_intent", before, { customer }, null)
    : createSetup(account, { customer, ...setup });
  const returnUrl = session.url ?? undefined;
  return confirmSetup(account, intent, { paymentMethod: method, returnUrl });
}
