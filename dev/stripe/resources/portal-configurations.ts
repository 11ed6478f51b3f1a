import type Stripe from "stripe";
import { configuration, defaultConfiguration, NOTHING } from "../engine/portal.ts";
import { endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import {
  defined,
  flag,
  hash,
  mergeMetadata,
  metadata,
  paging,
  params,
  text,
  unsettable,
} from "../http/params.ts";
import { features, mergeFeatures } from "./portal-features.ts";

const path = "/v1/billing_portal/configurations";

const fields = {
  business_profile: hash({
    headline: unsettable(text.max(60)).optional(),
    privacy_policy_url: unsettable(text).optional(),
    terms_of_service_url: unsettable(text).optional(),
  }).optional(),
  default_return_url: unsettable(text).optional(),
  login_page: hash({ enabled: flag }).optional(),
  metadata: metadata.optional(),
  name: unsettable(text).optional(),
};

/** https://docs.stripe.com/api/customer_portal/configurations */
export const portalConfigurations = [
  endpoint(
    "POST",
    path,
    params<Stripe.BillingPortal.ConfigurationCreateParams>()({ ...fields, features }),
    ({ account, params }) => {
      const blank = configuration(account, mergeFeatures(account, NOTHING, params.features));
      const { business_profile, default_return_url = null, name = null } = params;
      return account.create(
        "billing_portal.configuration",
        {
          ...blank,
          business_profile: { ...blank.business_profile, ...defined(business_profile ?? {}) },
          default_return_url,
          login_page: loginPage(account.url, blank.id, params.login_page?.enabled ?? false),
          metadata: mergeMetadata({}, params.metadata),
          name,
        },
        "billing_portal.configuration.created",
      );
    },
  ),

  endpoint(
    "POST",
    `${path}/:id`,
    params<Stripe.BillingPortal.ConfigurationUpdateParams>()({
      ...fields,
      active: flag.optional(),
      features: features.optional(),
    }),
    ({ account, id, params }) => {
      const before = found(account, "billing_portal.configuration", id);
      const { business_profile, features, login_page, metadata, ...given } = params;
      if (before.is_default && given.active === false) {
        throw ApiError.invalid("You cannot deactivate the default configuration.", { param: "active" });
      }
      return account.change(
        "billing_portal.configuration",
        before,
        {
          ...defined(given),
          business_profile: { ...before.business_profile, ...defined(business_profile ?? {}) },
          features: features ? mergeFeatures(account, before.features, features) : before.features,
          login_page: login_page ? loginPage(account.url, id, login_page.enabled) : before.login_page,
          metadata: mergeMetadata(before.metadata ?? {}, metadata),
          updated: account.realNow(),
        },
        "billing_portal.configuration.updated",
      );
    },
  ),

  endpoint(
    "GET",
    `${path}/:id`,
    params<Stripe.BillingPortal.ConfigurationRetrieveParams>()({}),
    ({ account, id }) => found(account, "billing_portal.configuration", id),
  ),

  endpoint(
    "GET",
    path,
    params<Stripe.BillingPortal.ConfigurationListParams>()({
      ...paging,
      active: flag.optional(),
      is_default: flag.optional(),
    }),
    (call) => {
      const { active, is_default } = call.params;
      defaultConfiguration(call.account);
      const all = call.account.store
        .all("billing_portal.configuration")
        .filter(
          (one) =>
            (active === undefined || one.active === active) &&
            (is_default === undefined || one.is_default === is_default),
        );
      return page(call, all, call.params);
    },
  ),
];

const loginPage = (url: string, id: string, enabled: boolean) => ({
  enabled,
  url: enabled ? `${url}/portal/login/${id}` : null,
});
