import type { ApiVersion, Stripe } from "@/lib/stripe";
import { type Notes, planEndpoint } from "./endpoint";
import { planPortal } from "./portal";
import { planPrices, planRetirements } from "./prices";
import { planProducts } from "./products";
import type { Ids } from "./step";

export type Setup = Awaited<ReturnType<typeof planSetup>>;

/**
 * What has to change at Stripe for the account to match the plan file and the handled event types. Only reads. Safe to
 * run at any time, any number of times; nothing is ever deleted. A change that was cut short is found by the next plan.
 * @returns the changes in the order in which they must happen, none if the account is as the plan file says; and what to
 * tell, which fills while they apply
 * @param appUrl where the app answers, without a path
 * @param isPublic whether Stripe can reach it there: else there is no endpoint, and a note says what to do
 */
export async function planSetup(
  api: Stripe,
  { appUrl, isPublic, version }: { appUrl: string; isPublic: boolean; version: ApiVersion },
) {
  const ids: Ids = { products: new Map(), prices: new Map() };
  const told: Notes = { secret: null, notes: [] };
  const products = await planProducts(api, ids);
  const prices = await planPrices(api, ids);
  const retirements = await planRetirements(api, ids);
  // A new product has new prices.
  const isSettled = prices.length === 0;
  const portal = await planPortal(api, ids, { isSettled, returnUrl: `${appUrl}/dashboard` });
  const url = `${appUrl}/api/webhooks/stripe`;
  if (!isPublic)
    told.notes.push(`Stripe cannot reach ${appUrl}. To get events here: stripe listen --forward-to ${url}`);
  const endpoint = isPublic ? await planEndpoint(api, { url, version, told }) : [];
  return { changes: [...products, ...prices, ...portal, ...retirements, ...endpoint], told };
}
