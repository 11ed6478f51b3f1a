import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { money } from "../money.ts";
import { idOf } from "../store.ts";

export type RefundDraft = {
  charge?: string | undefined;
  intent?: string | undefined;
  /** In the smallest unit. Absent: all that is left. */
  amount?: number | undefined;
  reason?: "duplicate" | "fraudulent" | "requested_by_customer" | null | undefined;
  metadata?: Stripe.Metadata | undefined;
};

/**
 * Gives money back: `charge.refunded`, then `refund.created`. https://docs.stripe.com/refunds
 * @throws ApiError if there is no such charge, or less left of it
 */
export function refund(account: Account, draft: RefundDraft): Stripe.Refund {
  const charge = chargeOf(account, draft);
  const amount = refundable(charge, draft.amount);
  const amount_refunded = charge.amount_refunded + amount;
  account.change(
    "charge",
    charge,
    { amount_refunded, refunded: amount_refunded === charge.amount },
    "charge.refunded",
  );
  const type = charge.payment_method_details?.type ?? "card";
  return account.create(
    "refund",
    {
      id: account.newId("refund"),
      object: "refund",
      amount,
      balance_transaction: null,
      charge: charge.id,
      created: account.realNow(),
      currency: charge.currency,
      customer: idOf(charge.customer),
      customer_account: null,
      destination_details: type === "card" ? { type, card: CARD_DETAILS } : { type },
      metadata: draft.metadata ?? {},
      payment_intent: idOf(charge.payment_intent),
      payment_method: charge.payment_method,
      reason: draft.reason ?? null,
      receipt_number: null,
      source_transfer_reversal: null,
      status: "succeeded",
      transfer_reversal: null,
    },
    "refund.created",
  );
}

const CARD_DETAILS: Stripe.Refund.DestinationDetails.Card = {
  reference_status: "pending",
  reference_type: "acquirer_reference_number",
  type: "refund",
};

function chargeOf(account: Account, { charge, intent }: RefundDraft): Stripe.Charge {
  if (charge !== undefined) return found(account, "charge", charge, "charge");
  if (intent === undefined) {
    throw ApiError.invalid(
      "One of the following params should be provided for this request: payment_intent or charge.",
    );
  }
  const { latest_charge } = found(account, "payment_intent", intent, "payment_intent");
  const latest = account.store.get("charge", idOf(latest_charge) ?? "");
  if (latest?.status === "succeeded") return latest;
  throw ApiError.invalid(`This PaymentIntent (${intent}) does not have a successful charge to refund.`, {
    param: "payment_intent",
    code: "payment_intent_unexpected_state",
  });
}

function refundable(charge: Stripe.Charge, wanted: number | undefined): number {
  const left = charge.amount - charge.amount_refunded;
  if (charge.status !== "succeeded") {
    throw ApiError.invalid(`Charge ${charge.id} has not succeeded, so there is nothing to refund.`, {
      param: "charge",
      code: "charge_not_refundable",
    });
  }
  if (left === 0) {
    throw ApiError.invalid(`Charge ${charge.id} has already been refunded.`, {
      code: "charge_already_refunded",
    });
  }
  if (wanted !== undefined && wanted < 1) {
    throw ApiError.invalid("This value must be greater than or equal to 1.", {
      param: "amount",
      code: "parameter_invalid_integer",
    });
  }
  if (wanted !== undefined && wanted > left) {
    const shown = (amount: number) => money(amount, charge.currency);
    throw ApiError.invalid(
      left === charge.amount
        ? `Refund amount (${shown(wanted)}) is greater than charge amount (${shown(left)})`
        : `Refund amount (${shown(wanted)}) is greater than unrefunded amount on charge (${shown(left)})`,
      { param: "amount" },
    );
  }
  return wanted ?? left;
}
