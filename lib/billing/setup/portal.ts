import type { Stripe } from "@/lib/stripe";
import { CADENCES, PLANS } from "../plans";
import { differing, type Ids, made, type SetupStep } from "./step";

/** What the app's own portal configuration is told by, in its metadata. */
const MARK = { made_by: "stripe:setup" } as const;

/**
 * What customers may do in the portal. https://docs.stripe.com/customer-management/configure-portal
 * @param isSettled whether every product and price is as it will be: else their ids are not known yet
 */
export async function planPortal(
  api: Stripe,
  ids: Ids,
  { isSettled, returnUrl }: { isSettled: boolean; returnUrl: string },
): Promise<SetupStep[]> {
  const found = await findPortal(api, ["data.features.subscription_update.products"]);
  const wanted = () => ({ default_return_url: returnUrl, features: features(ids) });
  if (!found) {
    const apply = () => api.billingPortal.configurations.create({ ...wanted(), metadata: MARK });
    return [{ words: "+ portal configuration", apply }];
  }
  const fields = isSettled ? differing(wanted(), found) : ["features"];
  if (fields.length === 0) return [];
  const apply = () => api.billingPortal.configurations.update(found.id, wanted());
  return [{ words: `~ portal configuration (${found.id}): ${fields.join(", ")}`, apply }];
}

/** The app's own configuration. Stripe uses one that was made by its API only where it is named. */
export async function findPortal(api: Stripe, expand: string[] = []) {
  const all = await api.billingPortal.configurations
    .list({ active: true, limit: 100, expand })
    .autoPagingToArray({ limit: 1_000 });
  return all.find(({ metadata }) => metadata?.made_by === MARK.made_by);
}

/** Everything but ending at once, which would need a refund. */
function features(ids: Ids) {
  return {
    customer_update: { enabled: true, allowed_updates: ["email", "name", "address", "tax_id"] },
    invoice_history: { enabled: true },
    payment_method_update: { enabled: true },
    subscription_cancel: {
      enabled: true,
      mode: "at_period_end",
      cancellation_reason: {
        enabled: true,
        options: ["too_expensive", "missing_features", "unused", "other"],
      },
    },
    subscription_update: {
      enabled: true,
      default_allowed_updates: ["price", "quantity"],
      proration_behavior: "always_invoice",
      // As in the app: more at once, less from the next period on.
      schedule_at_period_end: {
        conditions: [{ type: "decreasing_item_amount" }, { type: "shortening_interval" }],
      },
      products: PLANS.map(({ key, prices, seats }) => ({
        product: made(ids.products, key),
        prices: CADENCES.map((cadence) => made(ids.prices, prices[cadence].lookupKey)),
        adjustable_quantity: seats ? { enabled: true, minimum: 1, maximum: seats.most } : { enabled: false },
      })),
    },
  } satisfies Stripe.BillingPortal.ConfigurationCreateParams.Features;
}
