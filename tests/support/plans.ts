import { prices, products } from "@/lib/billing/catalogue";
import { planSetup } from "@/lib/billing/setup/setup";
import { syncObject } from "@/lib/billing/sync";
import { env } from "@/lib/env";
import { createStripe } from "@/lib/stripe";

/** Puts the plans of the plan file on sale at the local Stripe, and into the tables that follow it. */
export async function sellPlans(): Promise<void> {
  const { api, version } = await createStripe(env());
  const { changes } = await planSetup(api, { appUrl: env().APP_URL, isPublic: false, version });
  for (const { apply } of changes) await apply();
  for (const { id } of (await api.products.list({ limit: 100 })).data) await syncObject(products, id);
  for (const { id } of (await api.prices.list({ limit: 100 })).data) await syncObject(prices, id);
}
