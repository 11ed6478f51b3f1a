import type Stripe from "stripe";
import type { Account } from "../account.ts";
import type { SessionDraft } from "../engine/checkout.ts";
import { lineItem, sellablePrice } from "../engine/checkout-amounts.ts";
import type { CheckoutPlan, IntentData } from "../engine/checkout-plan.ts";
import { wholeAddress } from "../engine/customers.ts";
import { adHocPrice } from "../engine/price-data.ts";
import { found } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { defined, mergeMetadata } from "../http/params.ts";
import { idOf } from "../store.ts";
import type { Given, GivenLine } from "./checkout-session-params.ts";

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/**
 * What a request asks for, as the session and its plan.
 * @throws ApiError in Stripe's words for what does not go together
 */
export function readSession(
  account: Account,
  given: Given,
): { draft: SessionDraft; plan: Omit<CheckoutPlan, "expiresAt"> } {
  const mode = given.mode ?? "payment";
  check(account, given, mode);
  const items = (given.line_items ?? []).map((line, at) => readLine(account, line, `line_items[${at}]`));
  checkItems(mode, items);
  const trial = given.subscription_data?.trial_end;
  if (trial !== undefined && trial < account.nowOf(given.customer ?? null) + 2 * DAY - MINUTE) {
    throw ApiError.invalid("The `trial_end` date has to be at least 2 days in the future.", {
      param: "subscription_data[trial_end]",
    });
  }
  return {
    draft: readDraft(given, mode, items[0]?.currency ?? given.currency ?? null),
    plan: {
      items,
      subscription: given.subscription_data ?? {},
      intent: readIntentData(given),
      setup: { ...given.setup_intent_data, metadata: mergeMetadata({}, given.setup_intent_data?.metadata) },
      customerUpdate: {
        address: given.customer_update?.address === "auto",
        name: given.customer_update?.name === "auto",
      },
    },
  };
}

type Mode = SessionDraft["mode"];

function check(account: Account, given: Given, mode: Mode): void {
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
  for (const discount of given.discounts ?? []) checkDiscount(account, given, discount);
  checkExpiry(account, given.expires_at);
}

const missing = (param: string) =>
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

type GivenDiscount = NonNullable<Given["discounts"]>[number];

function checkDiscount(account: Account, given: Given, { coupon, promotion_code }: GivenDiscount): void {
  if (promotion_code === undefined) {
    if (coupon === undefined) throw missing("discounts[0][coupon]");
    const { valid } = found(account, "coupon", coupon, "discounts[0][coupon]");
    if (!valid)
      throw ApiError.invalid(`Coupon ${coupon} cannot be redeemed any more.`, { param: "discounts" });
    return;
  }
  const param = "discounts[0][promotion_code]";
  const code = account.store.get("promotion_code", promotion_code);
  if (!code) throw ApiError.noSuch("promotion code", promotion_code, param);
  if (!code.active) throw ApiError.invalid("This promotion code is inactive.", { param });
  if (code.customer !== null && idOf(code.customer) !== (given.customer ?? null)) {
    throw ApiError.invalid("This promotion code cannot be redeemed by this customer.", { param });
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

function readLine(account: Account, line: GivenLine, param: string): Stripe.LineItem {
  const { price: id, price_data, adjustable_quantity: adjustable } = line;
  if (id === undefined && price_data === undefined) throw missing(`${param}[price]`);
  const price =
    id === undefined && price_data
      ? adHocPrice(account, price_data, `${param}[price_data]`)
      : sellablePrice(account, id ?? "", `${param}[price]`);
  const isMetered = price.recurring?.usage_type === "metered";
  if (!isMetered && line.quantity === undefined) {
    throw ApiError.invalid(`Quantity is required. Add \`quantity\` to \`${param}\``, {
      param: `${param}[quantity]`,
    });
  }
  if (line.quantity !== undefined && line.quantity < (adjustable?.enabled ? 0 : 1)) {
    throw ApiError.invalid("This value must be greater than or equal to 1.", {
      param: `${param}[quantity]`,
      code: "parameter_invalid_integer",
    });
  }
  return lineItem(account, price, {
    quantity: line.quantity ?? null,
    adjustable: adjustable
      ? { enabled: adjustable.enabled, minimum: adjustable.minimum ?? 0, maximum: adjustable.maximum ?? 99 }
      : null,
    metadata: mergeMetadata({}, line.metadata),
  });
}

function checkItems(mode: Mode, items: Stripe.LineItem[]): void {
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

function readIntentData({ payment_intent_data: given = {} }: Given): IntentData {
  const { shipping } = given;
  return {
    captureMethod: given.capture_method,
    description: given.description,
    metadata: mergeMetadata({}, given.metadata),
    receiptEmail: given.receipt_email,
    setupFutureUsage: given.setup_future_usage,
    statementDescriptor: given.statement_descriptor,
    statementDescriptorSuffix: given.statement_descriptor_suffix,
    ...(shipping ? { shipping: { ...defined(shipping), address: wholeAddress(shipping.address) } } : {}),
  };
}

function readDraft(given: Given, mode: Mode, currency: string | null): SessionDraft {
  const { automatic_tax, consent_collection, tax_id_collection } = given;
  return {
    mode,
    currency,
    ...defined({
      allow_promotion_codes: given.allow_promotion_codes,
      billing_address_collection: given.billing_address_collection,
      cancel_url: given.cancel_url,
      client_reference_id: given.client_reference_id,
      customer: given.customer,
      customer_creation: given.customer_creation,
      customer_email: given.customer_email,
      expires_at: given.expires_at,
      locale: given.locale,
      payment_method_collection: given.payment_method_collection,
      payment_method_types: given.payment_method_types,
      phone_number_collection: given.phone_number_collection,
      submit_type: given.submit_type,
      success_url: given.success_url,
    }),
    metadata: mergeMetadata({}, given.metadata),
    ...(given.discounts
      ? {
          discounts: given.discounts.map(({ coupon = null, promotion_code = null }) => ({
            coupon,
            promotion_code,
          })),
        }
      : {}),
    ...(automatic_tax?.enabled
      ? {
          automatic_tax: {
            enabled: true,
            liability: { type: "self" },
            provider: "stripe",
            status: "requires_location_inputs",
          },
        }
      : {}),
    ...(consent_collection
      ? {
          consent_collection: {
            payment_method_reuse_agreement: null,
            promotions: consent_collection.promotions ?? null,
            terms_of_service: consent_collection.terms_of_service ?? null,
          },
        }
      : {}),
    ...(tax_id_collection
      ? {
          tax_id_collection: {
            enabled: tax_id_collection.enabled,
            required: tax_id_collection.required ?? "never",
          },
        }
      : {}),
  };
}
