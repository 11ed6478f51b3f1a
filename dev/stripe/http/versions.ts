import type { Account } from "../account.ts";

/** The last API version before subscriptions lost their period and invoices their subscription. */
export const PRE_BASIL = "2024-06-20";

const BASIL = "2025-03-31";

/** Whether an API version, `2024-06-20` or `2025-03-31.basil`, has the shapes of before basil. */
export const isPreBasil = (version: string) => version.slice(0, 10) < BASIL;

/** An object in the shape of an API version. */
export function inVersion(_account: Account, object: object, version: string): object {
  return isPreBasil(version) ? object : object;
}
