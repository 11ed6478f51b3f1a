import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { sessionIntentSettled } from "./checkout-payment.ts";
import { intentSettled } from "./invoice-collection.ts";

/**
 * Tells whoever waits for a payment, or for leave to charge later, that it is decided after all: the customer proved to be the card's owner or failed
 * to, a debit went through or came back. The invoice and the Checkout Session behind it move on.
 */
export function settled(account: Account, intent: Stripe.PaymentIntent | Stripe.SetupIntent): void {
  if (intent.object === "payment_intent") intentSettled(account, intent);
  sessionIntentSettled(account, intent);
}
