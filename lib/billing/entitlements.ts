import { isLivemode, type Stripe } from "@/lib/stripe";
import { mirror } from "./mirror";
import { flag, objectOr, storedText, storedTexts } from "./read";
import { entitlementsFromStripe } from "./subscription/from-stripe";

/**
 * The entitlement_summaries table: what a customer may use. Where the account uses Stripe's entitlements, they win over the
 * plan file. Nothing else writes it. https://docs.stripe.com/billing/entitlements
 */
export const entitlements = mirror({
  kind: "entitlement summary",
  table: { name: "entitlement_summaries" },
  columns: { id: storedText, lookupKeys: storedTexts, livemode: flag },
  fromStripe: entitlementsFromStripe,
  retrieve: retrieveSummary,
  isPartial: ({ entitlements }) => objectOr(entitlements).has_more === true,
  stage: () => [],
  isFinal: () => false,
});

/** Stripe's API lists entitlements; the summary of them is made here as its events have it. A plan has far fewer than 100. */
async function retrieveSummary(api: Stripe, customer: string, options: Stripe.RequestOptions) {
  const { data, lastResponse } = await api.entitlements.activeEntitlements.list(
    { customer, limit: 100 },
    options,
  );
  return { customer, livemode: isLivemode(), entitlements: { data }, lastResponse };
}
