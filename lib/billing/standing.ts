import { FEATURES, type FeatureKey, type Limits } from "./plans";
import type { SubscriptionView } from "./queries";
import type { Access } from "./subscription/access";

export type Standing = ReturnType<typeof standingOf>;
export type OpenBill = NonNullable<Standing["bill"]>;

/**
 * What a user may use, and the bill that stands in the way, if one does. Where Stripe's entitlements are in use they say what
 * a plan holds; else the plan file does.
 * https://docs.stripe.com/billing/entitlements
 * @param decided the subscription that decided over the access, if there is one
 */
export function standingOf(
  access: Access,
  decided: SubscriptionView | null,
  entitled: readonly string[] | null,
) {
  const plan = decided?.items[0]?.plan ?? null;
  const included = entitled ?? plan?.features ?? [];
  return {
    access,
    plan,
    features: new Set<FeatureKey>(access.access ? included.filter(isFeature) : []),
    limits: access.access ? (plan?.limits ?? null) : null,
    bill: decided ? billOf(decided) : null,
  };
}

/** Whether one more fits: `null` is as many as one likes, and without a plan there is room for none. */
export function withinLimit(
  { limits }: Pick<Standing, "limits">,
  limit: keyof Limits,
  used: number,
): boolean {
  if (limits === null) return false;
  const most = limits[limit];
  return most === null || used < most;
}

const isFeature = (key: string): key is FeatureKey => Object.hasOwn(FEATURES, key);

/** The newest that should be paid by now. */
function billOf({ unpaid: [bill], latestInvoiceId, pendingExpiresAt }: SubscriptionView) {
  if (!bill) return null;
  const { amountDue, amountPaid, nextPaymentAttempt, hostedInvoiceUrl, needsAction } = bill;
  return {
    nextPaymentAttempt,
    hostedInvoiceUrl,
    /** The customer's bank asks them to confirm the payment; no card was declined. */
    needsAction,
    due: { ...amountDue, amount: amountDue.amount - amountPaid.amount },
    /** A change of plan that waits for this bill is dropped then; null for any other bill. */
    changeExpiresAt: bill.id === latestInvoiceId ? pendingExpiresAt : null,
  };
}
