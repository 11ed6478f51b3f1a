import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";
import type { Decline } from "./declines.ts";

/** What became of an attempt to charge. */
export type Fate =
  | { status: "succeeded"; captured: boolean; authenticated: boolean }
  | { status: "failed"; decline: Decline }
  | { status: "pending" };

/** One attempt to get the money: `charge.succeeded`, `charge.failed` or `charge.pending`. */
export function createCharge(
  account: Account,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  fate: Fate,
): Stripe.Charge {
  const { amount, currency, description, metadata, receipt_email, shipping } = intent;
  const captured = fate.status === "succeeded" && fate.captured;
  const decline = fate.status === "failed" ? fate.decline : null;
  return account.create(
    "charge",
    {
      id: account.newId("charge"),
      object: "charge",
      amount,
      amount_captured: captured ? amount : 0,
      amount_refunded: 0,
      application: null,
      application_fee: null,
      application_fee_amount: null,
      balance_transaction: null,
      billing_details: method.billing_details,
      calculated_statement_descriptor: "LOCAL STRIPE",
      captured,
      created: account.realNow(),
      currency,
      customer: idOf(intent.customer),
      description,
      disputed: false,
      failure_balance_transaction: null,
      failure_code: decline?.code ?? null,
      failure_message: decline?.message ?? null,
      fraud_details: {},
      livemode: false,
      metadata,
      on_behalf_of: null,
      outcome: outcomeOf(fate),
      paid: fate.status === "succeeded",
      payment_intent: intent.id,
      payment_method: method.id,
      payment_method_details: detailsOf(account, method, fate, amount),
      receipt_email,
      receipt_number: null,
      receipt_url: null,
      refunded: false,
      review: null,
      shipping,
      source: null,
      source_transfer: null,
      statement_descriptor: intent.statement_descriptor,
      statement_descriptor_suffix: intent.statement_descriptor_suffix,
      status: fate.status,
      transfer_data: null,
      transfer_group: null,
    },
    `charge.${fate.status}`,
  );
}

/** A debit that the bank carried out, or sent back. */
export function settleCharge(
  account: Account,
  charge: Stripe.Charge,
  decline: Decline | null,
): Stripe.Charge {
  const changes: Partial<Stripe.Charge> = decline
    ? { status: "failed", paid: false, failure_code: decline.code, failure_message: decline.message }
    : { status: "succeeded", paid: true, captured: true, amount_captured: charge.amount };
  const outcome = outcomeOf(
    decline ? { status: "failed", decline } : { status: "succeeded", captured: true, authenticated: false },
  );
  const type = decline ? "charge.failed" : "charge.succeeded";
  return account.create("charge", { ...charge, ...changes, outcome }, type);
}

/** https://docs.stripe.com/declines#reasons-declines */
export function outcomeOf(fate: Fate): Stripe.Charge.Outcome {
  const nothing = { advice_code: null, network_advice_code: null, network_decline_code: null };
  const risk = { risk_level: "normal", risk_score: 20 };
  switch (fate.status) {
    case "succeeded":
      return {
        ...nothing,
        ...risk,
        network_status: "approved_by_network",
        reason: null,
        seller_message: "Payment complete.",
        type: "authorized",
      };
    case "failed":
      return {
        ...nothing,
        ...risk,
        advice_code: fate.decline.advice,
        network_status: "declined_by_network",
        reason: fate.decline.declineCode,
        seller_message: "The bank did not return any further details with this decline.",
        type: "issuer_declined",
      };
    case "pending":
      return {
        ...nothing,
        ...risk,
        network_status: "approved_by_network",
        reason: null,
        seller_message: "Payment pending.",
        type: "authorized",
      };
    default:
      return fate satisfies never;
  }
}

function detailsOf(
  account: Account,
  { type, card, sepa_debit }: Stripe.PaymentMethod,
  fate: Fate,
  amount: number,
): Stripe.Charge.PaymentMethodDetails {
  if (sepa_debit) {
    const { bank_code, branch_code, country, fingerprint, last4 } = sepa_debit;
    const mandate = account.newIdOf("mandate");
    return { type, sepa_debit: { bank_code, branch_code, country, fingerprint, last4, mandate } };
  }
  if (!card) return { type };
  const { brand, checks, country, exp_month, exp_year, fingerprint = null, funding, last4 } = card;
  const succeeded = fate.status === "succeeded";
  return {
    type,
    card: {
      amount_authorized: succeeded ? amount : null,
      authorization_code: succeeded ? account.newIdOf("").slice(1, 7).toUpperCase() : null,
      brand,
      checks: checks && passed(checks, succeeded),
      country,
      electronic_commerce_indicator: succeeded && fate.authenticated ? "05" : null,
      exp_month,
      exp_year,
      fingerprint,
      funding,
      installments: null,
      last4,
      mandate: null,
      network: brand,
      network_transaction_id: null,
      regulated_status: card.regulated_status,
      three_d_secure: succeeded && fate.authenticated ? THREE_D_SECURE : null,
      transaction_link_id: null,
      wallet: null,
    },
  };
}

const passed = (checks: Stripe.PaymentMethod.Card.Checks, succeeded: boolean) => ({
  ...checks,
  cvc_check: checks.cvc_check && (succeeded ? "pass" : "unchecked"),
});

const THREE_D_SECURE: Stripe.Charge.PaymentMethodDetails.Card.ThreeDSecure = {
  authentication_flow: "challenge",
  electronic_commerce_indicator: "05",
  exemption_indicator: null,
  result: "authenticated",
  result_reason: null,
  transaction_id: null,
  version: "2.2.0",
};
