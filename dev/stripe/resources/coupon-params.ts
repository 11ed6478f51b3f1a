import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";

/** As Stripe names coupons and promotion codes that were given no name: eight capitals and digits. */
export const newCode = (account: Account): string => account.newIdOf("").slice(1, 9).toUpperCase();

const YEAR = 365 * 24 * 60 * 60;

/** @throws ApiError for a moment that is over, or too far away */
export function inFuture(at: number, now: number, param: string): void {
  if (at <= now) {
    throw ApiError.invalid(
      `The parameter \`${param}\` expects a unix timestamp representing a date and time in the future. You specified the value \`${at}\` which is in the past.`,
      { param },
    );
  }
  if (at > now + 5 * YEAR + 2 * 24 * 60 * 60) {
    throw ApiError.invalid("Invalid timestamp: can be no more than five years in the future.", { param });
  }
}
