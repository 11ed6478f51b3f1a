import type Stripe from "stripe";
import type { Account } from "../account.ts";
import type { SessionDraft } from "../engine/checkout.ts";
import { codeFor, couponFor } from "../engine/discounts.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import type { Given } from "./checkout-session-params.ts";

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

type Mode = SessionDraft["mode"];

/** @throws ApiError in Stripe's words for parameters that do not go together */
export function check(account: Account, given: Given, mode: Mode): void {
  if (given.success_url === undefined) throw missing("success_url");
  checkUrl("success_url", given.success_url);
  if (given.cancel_url !== undefined) checkUrl("cancel_url", given.cancel_url);
  if (given.mode === undefined && given.line_items !== undefined) throw missing("mode");
  if (mode !== "setup" && !given.line_items?.length) throw missing("line_items");
  if (mode === "setup" && given.line_items?.length) {
    throw ApiError.invalid("You can not pass `line_items` in `setup` mode.", { param: "line_items" });
  }
  onlyOne(given, "customer", "customer_email");
  onlyOne(given, "allow_promotion_codes", "discounts");
  onlyIn(given, mode, "subscription_data", "subscription");
  onlyIn(given, mode, "payment_intent_data", "payment");
  onlyIn(given, mode, "setup_intent_data", "setup");
  onlyIn(given, mode, "customer_creation", "payment");
  if (given.customer !== undefined) found(account, "customer", given.customer, "customer");
  if (given.customer_email !== undefined && !/^\S+@\S+\.\S+$/.test(given.customer_email)) {
    throw ApiError.invalid(`Invalid email address: ${given.customer_email}`, {
      param: "customer_email",
      code: "email_invalid",
    });
  }
  checkExpiry(account, given.expires_at);
  checkTrial(account, given);
}

export const missing = (param: string) =>
  ApiError.invalid(`Missing required param: ${param}.`, { param, code: "parameter_missing" });

/** Where the browser is sent: an address that a browser can go to, once the session's id is in its place. */
function checkUrl(param: string, url: string): void {
  const full = url.replaceAll("{CHECKOUT_SESSION_ID}", "cs_test");
  if (/^https?:/i.test(full) && URL.canParse(full)) return;
  const hasScheme = /^[a-z][a-z\d+.-]*:/i.test(full);
  throw ApiError.invalid(
    hasScheme ? "Not a valid URL" : "Invalid URL: An explicit scheme (such as https) must be provided.",
    { param, code: "url_invalid" },
  );
}

function onlyOne(given: Given, one: keyof Given, other: keyof Given): void {
  if (given[one] === undefined || given[other] === undefined) return;
  throw ApiError.invalid(`You may only specify one of these parameters: ${one}, ${other}.`);
}

function onlyIn(given: Given, mode: Mode, param: keyof Given, wanted: Mode): void {
  if (given[param] === undefined || mode === wanted) return;
  throw ApiError.invalid(`You can not pass \`${param}\` in \`${mode}\` mode.`, { param });
}

/** @throws ApiError for a discount that cannot be redeemed for these items */
export function checkDiscounts(account: Account, given: Given, items: Stripe.LineItem[]): void {
  const purchase = {
    customer: given.customer ?? null,
    currency: items[0]?.currency ?? null,
    amount: items.reduce((sum, { amount_subtotal }) => sum + amount_subtotal, 0),
  };
  for (const [at, { coupon, promotion_code }] of (given.discounts ?? []).entries()) {
    const param = `discounts[${at}]`;
    if (promotion_code !== undefined) codeFor(account, purchase, promotion_code, `${param}[promotion_code]`);
    else if (coupon !== undefined) couponFor(account, purchase, coupon, `${param}[coupon]`);
    else throw missing(`${param}[coupon]`);
  }
}

function checkExpiry(account: Account, expires_at: number | undefined): void {
  if (expires_at === undefined) return;
  const ahead = expires_at - account.realNow();
  // Stripe counts from the request's arrival: a clock that is a little off is forgiven.
  if (ahead < 29 * MINUTE) {
    throw ApiError.invalid(
      "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
      { param: "expires_at" },
    );
  }
  if (ahead > DAY + MINUTE) {
    throw ApiError.invalid(
      "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
      { param: "expires_at" },
    );
  }
}

function checkTrial(account: Account, given: Given): void {
  const trial = given.subscription_data?.trial_end;
  if (trial !== undefined && trial < account.nowOf(given.customer ?? null) + 2 * DAY - MINUTE) {
    throw ApiError.invalid("The `trial_end` date has to be at least 2 days in the future.", {
      param: "subscription_data[trial_end]",
    });
  }
}

/** @throws ApiError if what is sold does not fit the mode */
export function checkItems(mode: Mode, items: Stripe.LineItem[]): void {
  const recurring = items.filter(({ price }) => price?.recurring);
  if (mode === "payment" && recurring.length > 0) {
    throw ApiError.invalid(
      "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.",
    );
  }
  if (mode === "subscription" && recurring.length === 0) {
    throw ApiError.invalid(
      "You must provide at least one recurring price in `subscription` mode when using prices.",
      { param: "line_items" },
    );
  }
  const currencies = new Set(items.map(({ currency }) => currency));
  if (currencies.size > 1) {
    throw ApiError.invalid("All prices on a Checkout session must have the same currency.", {
      param: "line_items",
    });
  }
}
