import type { Account } from "../account.ts";
import { previousAttributes } from "../events.ts";
import { type Hash, isHash } from "../hash.ts";
import { ApiError } from "./errors.ts";
import { couponOfDiscount, couponOfPromotionCode, planOfSubscription, uiModeOfSession } from "./shapes.ts";
import {
  invoiceBeforeBasil,
  invoiceItemBeforeBasil,
  invoiceOfCharge,
  invoiceOfIntent,
  lineBeforeBasil,
  refundOfCreditNote,
} from "./shapes-of-invoices.ts";
import { itemBeforeBasil, subscriptionBeforeBasil } from "./shapes-of-subscriptions.ts";

/** The shape that a kind of object had until a version. It comes in with the shape of that version. */
export type Shape = (object: Hash, account: Account) => Hash;

/**
 * What each version changed, the newest first. Kept objects have the newest shape; an older version undoes one change
 * after the other. Since 2025 Stripe itself sends what was added to every version, so that `2024-06-20` has both places
 * of a period; here an old version has only the old place, as most of its events did.
 * https://docs.stripe.com/changelog
 */
const CHANGES: { version: string; shapes: Record<string, Shape> }[] = [
  { version: "2026-10-28", shapes: { subscription: planOfSubscription } },
  { version: "2026-03-25", shapes: { "checkout.session": uiModeOfSession } },
  { version: "2025-09-30", shapes: { discount: couponOfDiscount, promotion_code: couponOfPromotionCode } },
  {
    version: "2025-03-31",
    shapes: {
      charge: invoiceOfCharge,
      credit_note: refundOfCreditNote,
      invoice: invoiceBeforeBasil,
      invoiceitem: invoiceItemBeforeBasil,
      line_item: lineBeforeBasil,
      payment_intent: invoiceOfIntent,
      subscription: subscriptionBeforeBasil,
      subscription_item: itemBeforeBasil,
    },
  },
];

const dateOf = (version: string) => version.slice(0, 10);

/** An object, and all that are within it, in the shape of an API version. */
export function inVersion(account: Account, object: object, version: string): Hash {
  const shapes = shapesOf(version);
  return shapes.size === 0 ? { ...object } : dressed(account, { ...object }, shapes);
}

/** What is to be undone for a version, in that order, by the kind of object. */
function shapesOf(version: string): Map<string, Shape[]> {
  const shapes = new Map<string, Shape[]>();
  for (const change of CHANGES.filter((change) => dateOf(version) < change.version)) {
    for (const [kind, shape] of Object.entries(change.shapes)) {
      shapes.set(kind, [...(shapes.get(kind) ?? []), shape]);
    }
  }
  return shapes;
}

function dressed(account: Account, object: Hash, shapes: Map<string, Shape[]>): Hash {
  const own = typeof object.object === "string" ? (shapes.get(object.object) ?? []) : [];
  const shown = own.reduce((shape, change) => change(shape, account), object);
  const dress = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(dress);
    return isHash(value) ? dressed(account, value, shapes) : value;
  };
  return Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, dress(value)]));
}

/**
 * What a change did away with, as `previous_attributes` of an event in an API version: where the period stands at the
 * subscription, its change shows there.
 * @param object the object after the change, as kept
 */
export function previousInVersion(
  account: Account,
  object: object,
  previous: object,
  version: string,
): object {
  if (shapesOf(version).size === 0) return previous;
  const before = overlaid({ ...object }, { ...previous });
  return previousAttributes(inVersion(account, before, version), inVersion(account, object, version));
}

function overlaid(after: Hash, previous: Hash): Hash {
  const before = { ...after };
  for (const [key, was] of Object.entries(previous)) {
    const now = after[key];
    before[key] = isHash(was) && isHash(now) ? overlaid(now, was) : was;
  }
  return before;
}

/** Whether a word has the form of an API version: a date and, since the end of 2024, a name. */
export const isVersion = (word: string) =>
  /^20[1-9]\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(\.[a-z]+)?$/.test(word);

/** @throws ApiError 400. https://docs.stripe.com/api/versioning */
export function checkVersion(version: string): void {
  if (!isVersion(version)) throw ApiError.invalid(`Invalid Stripe API version: ${version.slice(0, 100)}`);
}
