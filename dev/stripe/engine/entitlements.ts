import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { apiList } from "../http/endpoint.ts";
import { idOf } from "../store.ts";

type Entitlement = Stripe.Entitlements.ActiveEntitlement;
type Summary = Stripe.Entitlements.ActiveEntitlementSummary;

/** What a customer is entitled to, the newest first. */
export const entitlementsOf = (account: Account, customer: string): Entitlement[] =>
  (account.store.notes(customer).entitlements ?? []).flatMap((id) => {
    const entitlement = account.store.get("entitlements.active_entitlement", id);
    return entitlement ? [entitlement] : [];
  });

/**
 * Makes a customer's entitlements what the subscriptions say: the features of the products that an active or trialing
 * one has. If that changes anything, `entitlements.active_entitlement_summary.updated` tells.
 * https://docs.stripe.com/billing/entitlements
 */
export function refreshEntitlements(account: Account, customer: string): void {
  const due = featuresDue(account, customer);
  const before = entitlementsOf(account, customer);
  const kept = before.filter(({ feature }) => due.delete(idOf(feature) ?? ""));
  const lost = before.filter((entitlement) => !kept.includes(entitlement));
  if (due.size === 0 && lost.length === 0) return;
  for (const { id } of lost) account.store.remove("entitlements.active_entitlement", id);
  const added = [...due.values()].map((feature) => entitle(account, feature)).reverse();
  const after = [...added, ...kept];
  account.store.note(customer, { entitlements: after.map(({ id }) => id) });
  account.emit("entitlements.active_entitlement_summary.updated", summaryOf(customer, after), {
    entitlements: { data: before },
  });
}

/** The features that a customer has paid for or is trying, each by its id. */
function featuresDue(account: Account, customer: string): Map<string, Stripe.Entitlements.Feature> {
  const features = account.store
    .ofCustomer("subscription", customer)
    .filter(({ status }) => status === "active" || status === "trialing")
    .flatMap(({ items }) => items.data)
    .flatMap(({ price }) => featuresOf(account, idOf(price.product) ?? ""));
  return new Map(features.map(({ entitlement_feature }) => [entitlement_feature.id, entitlement_feature]));
}

/** The features that a product is sold with, the newest first. */
export const featuresOf = (account: Account, product: string): Stripe.ProductFeature[] =>
  (account.store.notes(product).features ?? []).flatMap((id) => {
    const feature = account.store.get("product_feature", id);
    return feature ? [feature] : [];
  });

function entitle(account: Account, { id, lookup_key }: Stripe.Entitlements.Feature): Entitlement {
  return account.store.put("entitlements.active_entitlement", {
    id: account.newId("entitlements.active_entitlement"),
    object: "entitlements.active_entitlement",
    feature: id,
    livemode: false,
    lookup_key,
  });
}

const summaryOf = (customer: string, entitlements: Entitlement[]): Summary => ({
  object: "entitlements.active_entitlement_summary",
  customer,
  entitlements: apiList(`/v1/customer/${customer}/entitlements`, entitlements),
  livemode: false,
});
