import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { entitlementsOf } from "../engine/entitlements.ts";
import { endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { defined, flag, mergeMetadata, metadata, paging, params, text } from "../http/params.ts";

type Feature = Stripe.Entitlements.Feature;

const path = "/v1/entitlements/features";
const short = text.max(80);

function checkKey(account: Account, lookup_key: string): void {
  const known = account.store.all("entitlements.feature");
  if (!known.some((feature) => feature.active && feature.lookup_key === lookup_key)) return;
  throw ApiError.invalid(`A feature with the lookup_key \`${lookup_key}\` already exists.`, {
    param: "lookup_key",
    code: "resource_already_exists",
  });
}

/** Changes a feature; the products that are sold with it show it as it is now. */
function changeFeature(account: Account, before: Feature, changes: Partial<Feature>): Feature {
  const after = account.change("entitlements.feature", before, changes, null);
  for (const sold of account.store.all("product_feature")) {
    if (sold.entitlement_feature.id === after.id) {
      account.change("product_feature", sold, { entitlement_feature: after }, null);
    }
  }
  return after;
}

/** What products are sold with, and what customers are entitled to. https://docs.stripe.com/api/entitlements/feature */
export const entitlementFeatures = [
  endpoint(
    "POST",
    path,
    params<Stripe.Entitlements.FeatureCreateParams>()({
      lookup_key: short,
      metadata: metadata.optional(),
      name: short,
    }),
    ({ account, params: { lookup_key, metadata, name } }) => {
      checkKey(account, lookup_key);
      return account.create(
        "entitlements.feature",
        {
          id: account.newId("entitlements.feature"),
          object: "entitlements.feature",
          active: true,
          livemode: false,
          lookup_key,
          metadata: mergeMetadata({}, metadata),
          name,
        },
        null,
      );
    },
  ),

  endpoint(
    "POST",
    `${path}/:id`,
    params<Stripe.Entitlements.FeatureUpdateParams>()({
      active: flag.optional(),
      metadata: metadata.optional(),
      name: short.optional(),
    }),
    ({ account, id, params: { active, metadata, name } }) => {
      const before = found(account, "entitlements.feature", id);
      return changeFeature(account, before, {
        ...defined({ active, name }),
        metadata: mergeMetadata(before.metadata, metadata),
      });
    },
  ),

  endpoint("GET", `${path}/:id`, params<Stripe.Entitlements.FeatureRetrieveParams>()({}), ({ account, id }) =>
    found(account, "entitlements.feature", id),
  ),

  endpoint(
    "GET",
    path,
    params<Stripe.Entitlements.FeatureListParams>()({
      ...paging,
      archived: flag.optional(),
      lookup_key: text.optional(),
    }),
    (call) => {
      const { archived = false, lookup_key } = call.params;
      const features = call.account.store
        .all("entitlements.feature")
        .filter(
          (feature) =>
            feature.active !== archived && (lookup_key === undefined || feature.lookup_key === lookup_key),
        );
      return page(call, features, call.params);
    },
  ),

  endpoint(
    "GET",
    "/v1/entitlements/active_entitlements",
    params<Stripe.Entitlements.ActiveEntitlementListParams>()({ ...paging, customer: text }),
    (call) => {
      const { account, params } = call;
      const { id } = found(account, "customer", params.customer, "customer");
      return page(call, entitlementsOf(account, id), params);
    },
  ),

  endpoint(
    "GET",
    "/v1/entitlements/active_entitlements/:id",
    params<Stripe.Entitlements.ActiveEntitlementRetrieveParams>()({}),
    ({ account, id }) => found(account, "entitlements.active_entitlement", id),
  ),
];
