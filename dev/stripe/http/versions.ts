import type { Account } from "../account.ts";
import { ApiError } from "./errors.ts";

/** The last API version before subscriptions lost their period and invoices their subscription. */
export const PRE_BASIL = "2024-06-20";

const BASIL = "2025-03-31";

/** Whether an API version, `2024-06-20` or `2025-03-31.basil`, has the shapes of before basil. */
export const isPreBasil = (version: string) => version.slice(0, 10) < BASIL;

/** An object in the shape of an API version. */
export function inVersion(_account: Account, object: object, version: string): object {
  return isPreBasil(version) ? object : object;
}

/** Whether a word has the form of an API version: a date and, since the end of 2024, a name. */
export const isVersion = (word: string) =>
  /^20[1-9]\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(\.[a-z]+)?$/.test(word);

/** @throws ApiError 400. https://docs.stripe.com/api/versioning */
export function checkVersion(version: string): void {
  if (!isVersion(version)) throw ApiError.invalid(`Invalid Stripe API version: ${version.slice(0, 100)}`);
}
