import type { Money } from "./on-sale";
import { FEATURES, type FeatureKey, type Limits, type Plan } from "./plans";
import type { SubscriptionView } from "./queries";
import type { Access } from "./subscription/access";

/** What a user may use, and the bill that stands in the way, if one does. */
export type Standing = {
  access: Access;
  plan: Plan | null;
  features: ReadonlySet<FeatureKey>;
  limits: Limits | null;
  bill: OpenBill | null;
};

/** A bill that should be paid by now. */
export type OpenBill = {
  due: Money;
  nextPaymentAttempt: Date | null;
  hostedInvoiceUrl: string | null;
  /** The customer's bank asks them to confirm the payment; no card was declined. */
  needsAction: boolean;
  /** A change of plan that waits for this bill is dropped then; null for any other bill. */
  changeExpiresAt: Date | null;
};

/**
 * Where Stripe's entitlements are in use they say what a plan holds; else the plan file does.
 * https://docs.stripe.com/billing/entitlements
 * @param decided the subscription that decided over the access, if there is one
 */
export function standingOf(
  access: Access,
  decided: SubscriptionView | null,
  entitled: readonly string[] | null,
): Standing {
  const plan = decided?.items[0]?.plan ?? null;
  const included = entitled ?? plan?.features ?? [];
  return {
    access,
    plan,
    features: new Set(access.access ? included.filter(isFeature) : []),
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

function billOf({ unpaid: [bill], latestInvoiceId, pendingExpiresAt }: SubscriptionView): OpenBill | null {
  if (!bill) return null;
  const { amountDue, amountPaid, nextPaymentAttempt, hostedInvoiceUrl, needsAction } = bill;
  return {
    ...{ nextPaymentAttempt, hostedInvoiceUrl, needsAction },
    due: { ...amountDue, amount: amountDue.amount - amountPaid.amount },
    changeExpiresAt: bill.id === latestInvoiceId ? pendingExpiresAt : null,
  };
}
