import type Stripe from "stripe";
import { cancelSubscription } from "../engine/subscription-ending.ts";
import { currentPeriod } from "../engine/subscription-items.ts";
import { pauseSubscription, resumeSubscription } from "../engine/subscription-pause.ts";
import { billingMode } from "../engine/subscription-settings.ts";
import { changeSubscription, isOver, nowFor } from "../engine/subscription-state.ts";
import { updateSubscription } from "../engine/subscription-update.ts";
import { createSubscription } from "../engine/subscriptions.ts";
import { endpoint, found, page, type Request } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { hash, isWithin, oneOf, paging, params, range, text } from "../http/params.ts";
import { includes } from "../http/present.ts";
import { cancel, collectionMethod, create, pause, resume, update } from "./subscription-params.ts";

type Subscription = Stripe.Subscription;

const subscriptionOf = ({ account, id }: Pick<Request, "account" | "id">) =>
  found(account, "subscription", id);

const filters = params<Stripe.SubscriptionListParams>()({
  ...paging,
  collection_method: collectionMethod,
  created: range.optional(),
  current_period_end: range.optional(),
  current_period_start: range.optional(),
  customer: text.optional(),
  price: text.optional(),
  status: oneOf(
    "active",
    "all",
    "canceled",
    "ended",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
  ).optional(),
  test_clock: text.optional(),
});

/** Without a status, a list leaves out those that were canceled. */
function hasStatus(subscription: Subscription, status: string | undefined): boolean {
  switch (status) {
    case "all":
      return true;
    case "ended":
      return isOver(subscription);
    case undefined:
      return subscription.status !== "canceled";
    default:
      return subscription.status === status;
  }
}

includes("customer", "subscriptions", (account, { id }) => {
  const customer = String(id);
  const data = account.store.ofCustomer("subscription", customer).filter((one) => hasStatus(one, undefined));
  return { object: "list", data, has_more: false, url: `/v1/customers/${customer}/subscriptions` };
});

/** https://docs.stripe.com/api/subscriptions */
export const subscriptions = [
  endpoint("POST", "/v1/subscriptions", create, ({ account, params }) => createSubscription(account, params)),

  endpoint("GET", "/v1/subscriptions", filters, (call) => {
    const { account, params } = call;
    const { customer, price, test_clock } = params;
    const all =
      customer === undefined
        ? account.store.all("subscription")
        : account.store.ofCustomer("subscription", customer);
    const matching = all.filter((subscription) => {
      const { start, end } = currentPeriod(subscription);
      return (
        hasStatus(subscription, params.status) &&
        isWithin(subscription.created, params.created) &&
        isWithin(start, params.current_period_start) &&
        isWithin(end, params.current_period_end) &&
        (price === undefined || subscription.items.data.some((item) => item.price.id === price)) &&
        (test_clock === undefined || subscription.test_clock === test_clock) &&
        [undefined, subscription.collection_method].includes(params.collection_method)
      );
    });
    return page(call, matching, params);
  }),

  endpoint("GET", "/v1/subscriptions/:id", params<Stripe.SubscriptionRetrieveParams>()({}), subscriptionOf),

  endpoint("POST", "/v1/subscriptions/:id", update, (call) =>
    updateSubscription(call.account, subscriptionOf(call), call.params),
  ),

  endpoint("DELETE", "/v1/subscriptions/:id", cancel, (call) => {
    const subscription = subscriptionOf(call);
    if (isOver(subscription)) throw ApiError.noSuch("subscription", call.id);
    return cancelSubscription(call.account, subscription, call.params);
  }),

  endpoint("POST", "/v1/subscriptions/:id/pause", pause, (call) =>
    pauseSubscription(call.account, subscriptionOf(call), call.params),
  ),

  endpoint("POST", "/v1/subscriptions/:id/resume", resume, (call) =>
    resumeSubscription(call.account, subscriptionOf(call), call.params),
  ),

  endpoint(
    "POST",
    "/v1/subscriptions/:id/migrate",
    params<Stripe.SubscriptionMigrateParams>()({ billing_mode: hash({ type: oneOf("flexible") }) }),
    (call) => {
      const subscription = subscriptionOf(call);
      return changeSubscription(call.account, subscription, {
        billing_mode: billingMode("flexible", nowFor(call.account, subscription)),
      });
    },
  ),
];
