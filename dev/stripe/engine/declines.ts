import { ApiError } from "../http/errors.ts";
import type { CardBehaviour } from "./cards.ts";

/** How an issuer says no. https://docs.stripe.com/declines/codes */
export type Decline = { code: string; declineCode: string; message: string; advice: Advice | null };

type Advice = "confirm_card_data" | "do_not_try_again" | "try_again_later";

const decline = (
  code: string,
  declineCode: string,
  message: string,
  advice: Advice | null = "try_again_later",
): Decline => ({ code, declineCode, message, advice });

const GENERIC = decline("card_declined", "generic_decline", "Your card was declined.");

const DECLINES: Partial<Record<CardBehaviour, Decline>> = {
  declined: GENERIC,
  attaches_then_declined: GENERIC,
  insufficient_funds: decline("card_declined", "insufficient_funds", "Your card has insufficient funds."),
  lost_card: decline("card_declined", "lost_card", "Your card was declined.", "do_not_try_again"),
  stolen_card: decline("card_declined", "stolen_card", "Your card was declined.", "do_not_try_again"),
  expired_card: decline("expired_card", "expired_card", "Your card has expired.", "do_not_try_again"),
  incorrect_cvc: decline(
    "incorrect_cvc",
    "incorrect_cvc",
    "Your card's security code is incorrect.",
    "confirm_card_data",
  ),
  processing_error: decline(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
  ),
};

/** What an issuer says who wants to see the owner when nobody is there. */
export const AUTHENTICATION_REQUIRED = decline(
  "authentication_required",
  "authentication_required",
  "Your card was declined. This transaction requires authentication.",
  null,
);

export const declineOf = (behaviour: CardBehaviour): Decline | undefined => DECLINES[behaviour];

/** The cards that pass when they are attached are refused only when they are charged. */
export const declineAtAttach = (behaviour: CardBehaviour): Decline | undefined =>
  behaviour === "attaches_then_declined" ? undefined : declineOf(behaviour);

export const declineError = ({ code, declineCode, message }: Decline): ApiError =>
  ApiError.card(code, message, { decline_code: declineCode });
