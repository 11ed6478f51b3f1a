import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { featuresOf } from "../engine/entitlements.ts";
import { deleted, endpoint, found, page, type Request } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { paging, params, text } from "../http/params.ts";

const path = "/v1/products/:id/features";

/** The feature of the product that the path names. */
function featureOf({ account, id, part }: Pick<Request, "account" | "id" | "part">): Stripe.ProductFeature {
  found(account, "product", id);
  const wanted = part("feature");
  const feature = featuresOf(account, id).find((one) => one.id === wanted);
  if (!feature) throw ApiError.noSuch("product_feature", wanted);
  return feature;
}

const noteFeatures = (account: Account, product: string, features: Stripe.ProductFeature[]) =>
  account.store.note(product, { features: features.map(({ id }) => id) });

/**
 * What a product is sold with. Whoever has subscribed before gets a new feature with the next period.
 * https://docs.stripe.com/api/product-feature
 */
export const productFeatures = [
  endpoint(
    "POST",
    path,
    params<Stripe.ProductCreateFeatureParams>()({ entitlement_feature: text }),
    ({ account, id, params }) => {
      found(account, "product", id);
      const param = "entitlement_feature";
      const feature = found(account, "entitlements.feature", params.entitlement_feature, param);
      if (!feature.active) {
        throw ApiError.invalid("An archived feature cannot be attached to a product.", { param });
      }
      const before = featuresOf(account, id);
      if (before.some(({ entitlement_feature }) => entitlement_feature.id === feature.id)) {
        throw ApiError.invalid("This feature is already attached to the product.", { param });
      }
      const added = account.create(
        "product_feature",
        {
          id: account.newId("product_feature"),
          object: "product_feature",
          entitlement_feature: feature,
          livemode: false,
        },
        null,
      );
      noteFeatures(account, id, [added, ...before]);
      return added;
    },
  ),

  endpoint("GET", path, params<Stripe.ProductListFeaturesParams>()(paging), (call) => {
    found(call.account, "product", call.id);
    return page(call, featuresOf(call.account, call.id), call.params);
  }),

  endpoint("GET", `${path}/:feature`, params<Stripe.ProductRetrieveFeatureParams>()({}), featureOf),

  endpoint("DELETE", `${path}/:feature`, params<Stripe.ProductDeleteFeatureParams>()({}), (call) => {
    const { account, id } = call;
    const feature = featureOf(call);
    account.store.remove("product_feature", feature.id);
    noteFeatures(account, id, featuresOf(account, id));
    return deleted("product_feature", feature.id);
  }),
];
