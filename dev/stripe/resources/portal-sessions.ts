import type Stripe from "stripe";
import type * as z from "zod";
import type { Account } from "../account.ts";
import { createPortalSession, defaultConfiguration } from "../engine/portal.ts";
import { endpoint, found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { hash, integer, list, oneOf, params, text } from "../http/params.ts";
import { idOf } from "../store.ts";

type Flow = Stripe.BillingPortal.Session.Flow;

const ofSubscription = hash({ subscription: text });

const flowData = hash({
  type: oneOf(
    "payment_method_update",
    "subscription_cancel",
    "subscription_update",
    "subscription_update_confirm",
  ),
  after_completion: hash({
    type: oneOf("hosted_confirmation", "portal_homepage", "redirect"),
    hosted_confirmation: hash({ custom_message: text.optional() }).optional(),
    redirect: hash({ return_url: text }).optional(),
  }).optional(),
  subscription_cancel: ofSubscription.optional(),
  subscription_update: ofSubscription.optional(),
  subscription_update_confirm: hash({
    subscription: text,
    items: list(hash({ id: text, price: text.optional(), quantity: integer.optional() })),
    discounts: list(hash({ coupon: text.optional(), promotion_code: text.optional() })).optional(),
  }).optional(),
});

type GivenFlow = z.output<typeof flowData>;

/** https://docs.stripe.com/api/customer_portal/sessions */
export const portalSessions = [
  endpoint(
    "POST",
    "/v1/billing_portal/sessions",
    params<Stripe.BillingPortal.SessionCreateParams>()({
      configuration: text.optional(),
      customer: text.optional(),
      flow_data: flowData.optional(),
      locale: text.optional(),
      return_url: text.optional(),
    }),
    ({ account, params }) => {
      const { customer, return_url = null, locale = null, flow_data } = params;
      if (customer === undefined) throw missing("customer");
      found(account, "customer", customer, "customer");
      if (return_url !== null) checkUrl(return_url, "return_url");
      const configuration =
        params.configuration === undefined
          ? defaultConfiguration(account)
          : found(account, "billing_portal.configuration", params.configuration, "configuration");
      if (!configuration.active) {
        throw ApiError.invalid("You cannot create a portal session with an inactive configuration.", {
          param: "configuration",
        });
      }
      const flow = flow_data ? readFlow(account, flow_data, customer, configuration) : null;
      return createPortalSession(account, { customer, configuration, flow, locale, return_url });
    },
  ),
];

const missing = (param: string) =>
  ApiError.invalid(`Missing required param: ${param}.`, { param, code: "parameter_missing" });

function checkUrl(url: string, param: string): void {
  if (/^https?:/i.test(url) && URL.canParse(url)) return;
  throw ApiError.invalid("Not a valid URL", { param, code: "url_invalid" });
}

/** One errand instead of the whole portal. https://docs.stripe.com/customer-management/portal-deep-links */
function readFlow(
  account: Account,
  given: GivenFlow,
  customer: string,
  { features }: Stripe.BillingPortal.Configuration,
): Flow {
  const { type } = given;
  const feature = type === "subscription_update_confirm" ? "subscription_update" : type;
  if (!features[feature].enabled) {
    throw ApiError.invalid(
      `This flow cannot be used because the \`${feature}\` feature in the portal configuration is disabled.`,
      { param: "flow_data[type]" },
    );
  }
  const about = type === "payment_method_update" ? undefined : given[type];
  if (type !== "payment_method_update") {
    const param = `flow_data[${type}][subscription]`;
    if (!about) throw missing(param);
    const subscription = found(account, "subscription", about.subscription, param);
    if (idOf(subscription.customer) !== customer)
      throw ApiError.noSuch("subscription", about.subscription, param);
    checkState(type, subscription, param);
  }
  return {
    type,
    after_completion: afterCompletion(given.after_completion),
    customer_update: null,
    subscription_cancel: given.subscription_cancel
      ? { retention: null, subscription: given.subscription_cancel.subscription }
      : null,
    subscription_pause: null,
    subscription_update: given.subscription_update ?? null,
    subscription_update_confirm: confirmation(given.subscription_update_confirm),
  };
}

function checkState(type: string, { status, cancel_at }: Stripe.Subscription, param: string): void {
  if (status === "canceled" || status === "incomplete_expired") {
    throw ApiError.invalid("This subscription is canceled and cannot be changed in the portal.", { param });
  }
  if (type === "subscription_cancel" && cancel_at !== null) {
    throw ApiError.invalid("This subscription is already set to be canceled.", { param });
  }
}

function afterCompletion(given: GivenFlow["after_completion"]): Flow["after_completion"] {
  const { type = "portal_homepage", redirect, hosted_confirmation } = given ?? {};
  if (type === "redirect") {
    if (!redirect) throw missing("flow_data[after_completion][redirect]");
    checkUrl(redirect.return_url, "flow_data[after_completion][redirect][return_url]");
  }
  return {
    type,
    redirect: redirect ?? null,
    hosted_confirmation:
      type === "hosted_confirmation" ? { custom_message: hosted_confirmation?.custom_message ?? null } : null,
  };
}

function confirmation(given: GivenFlow["subscription_update_confirm"]): Flow["subscription_update_confirm"] {
  if (!given) return null;
  return {
    subscription: given.subscription,
    items: given.items.map(({ id, price = null, quantity }) => ({
      id,
      price,
      ...(quantity === undefined ? {} : { quantity }),
    })),
    discounts:
      given.discounts?.map(({ coupon = null, promotion_code = null }) => ({ coupon, promotion_code })) ??
      null,
  };
}
