import { isLivemode, type Stripe } from "@/lib/stripe";
import { type Change, mirror } from "./mirror";
import { flag, isObject, storedText, storedTexts } from "./read";
import { type EntitlementState, entitlementsFromStripe } from "./subscription/from-stripe";
import type { StripeEvent } from "./webhook/event";

/** The entitlement_summaries table. Nothing else writes it. */
export const entitlements = mirror<EntitlementState>({
  kind: "entitlement summary",
  table: { name: "entitlement_summaries" },
  columns: { id: storedText, lookupKeys: storedTexts, livemode: flag },
  fromStripe: entitlementsFromStripe,
  retrieve: retrieveSummary,
  isPartial: ({ entitlements }: { entitlements?: unknown }) =>
    isObject(entitlements) && entitlements.has_more === true,
  stage: () => [],
  isFinal: () => false,
});

/**
 * What a customer may use changed. Where the account uses Stripe's entitlements, they win over the plan file.
 * https://docs.stripe.com/billing/entitlements
 */
export function updateEntitlements(event: StripeEvent): Change {
  return entitlements.snapshot(event);
}

/** Stripe's API lists entitlements; the summary of them is made here as its events have it. A plan has far fewer than 100. */
async function retrieveSummary(api: Stripe, customer: string, options: Stripe.RequestOptions) {
  const { data, lastResponse } = await api.entitlements.activeEntitlements.list(
    { customer, limit: 100 },
    options,
  );
  return { customer, livemode: isLivemode(), entitlements: { data }, lastResponse };
}
