import type Stripe from "stripe";
import type { Account } from "../account.ts";
import type { SessionDraft } from "../engine/checkout.ts";
import { lineItem, sellablePrice } from "../engine/checkout-amounts.ts";
import type { CheckoutPlan, IntentData } from "../engine/checkout-plan.ts";
import { wholeAddress } from "../engine/customers.ts";
import { createPrice } from "../engine/prices.ts";
import { ApiError } from "../http/errors.ts";
import { defined, mergeMetadata } from "../http/params.ts";
import { check, checkDiscounts, checkItems, missing } from "./checkout-session-checks.ts";
import type { Given, GivenLine } from "./checkout-session-params.ts";

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
  checkDiscounts(account, given, items);
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

function readLine(account: Account, line: GivenLine, param: string): Stripe.LineItem {
  const { price: id, price_data, adjustable_quantity: adjustable } = line;
  if (id === undefined && price_data === undefined) throw missing(`${param}[price]`);
  const price =
    id === undefined && price_data
      ? createPrice(account, price_data, `${param}[price_data]`)
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
