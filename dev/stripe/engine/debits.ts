import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";
import { createCharge, settleCharge } from "./charges.ts";
import type { Routine } from "./due.ts";
import { step } from "./intents.ts";
import { failed } from "./payment-failures.ts";
import { cardBehaviour } from "./payment-methods.ts";
import { settled } from "./settled.ts";

/** Seconds until a bank has answered; the real one takes days. */
const BANK_TAKES = 1;

/** Hands a debit to the bank: `charge.pending`, then `payment_intent.processing`. */
export function beginDebit(
  account: Account,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
): Stripe.PaymentIntent {
  const { id } = createCharge(account, intent, method, { status: "pending" });
  account.store.note(intent.id, { settlesAt: account.now() + BANK_TAKES });
  return step(
    account,
    intent,
    { status: "processing", payment_method: method.id, latest_charge: id, last_payment_error: null },
    "payment_intent.processing",
  );
}

/** The bank's answer to a debit. Whoever waits for the payment is told. */
export const debitRoutine: Routine<"payment_intent"> = {
  kind: "payment_intent",
  dueAt: (account, { id, status }) =>
    status === "processing" ? (account.store.notes(id).settlesAt ?? null) : null,
  run: (account, intent) => settled(account, settleDebit(account, intent)),
  // Banks know nothing of test clocks.
  customer: () => null,
};

function settleDebit(account: Account, intent: Stripe.PaymentIntent): Stripe.PaymentIntent {
  const method = account.store.get("payment_method", idOf(intent.payment_method) ?? "");
  const charge = account.store.get("charge", idOf(intent.latest_charge) ?? "");
  if (!method || !charge) throw new Error(`${intent.id} is processing without a payment method or a charge.`);
  if (cardBehaviour(account, method.id) === "debit_fails") {
    settleCharge(account, charge, SENT_BACK);
    return failed(account, intent, method, charge.id, SENT_BACK, "card_error");
  }
  settleCharge(account, charge, null);
  const changes = { status: "succeeded", amount_received: intent.amount } as const;
  return step(account, intent, changes, "payment_intent.succeeded");
}

const SENT_BACK = {
  code: "charge_declined",
  declineCode: "generic_decline",
  message: "The bank sent the payment back.",
  advice: null,
};
