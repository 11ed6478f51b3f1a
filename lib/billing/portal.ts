import { env } from "@/lib/env";
import { stripe } from "@/lib/stripe";
import { spendAllowance } from "./allowance";
import { Refusal } from "./errors";
import { ownCustomer } from "./ownership";
import { findPortal } from "./setup/portal";

/** What somebody goes to Stripe's portal for. Invoices have no flow of their own: they are on its first page. */
export const ERRANDS = ["payment_method", "invoices"] as const;

export type Errand = (typeof ERRANDS)[number];

/**
 * Makes a way into Stripe's customer portal, which leads back to the dashboard. The address is a key to the customer's
 * billing for a few minutes: go there at once, show it nowhere.
 * https://docs.stripe.com/customer-management/portal-deep-links
 * @throws Refusal for a user without a customer, or who asks too often
 */
export async function openPortal(userId: string, errand: Errand): Promise<string> {
  const customer = await ownCustomer(userId);
  if (!customer) throw Refusal.noCustomer();
  await spendAllowance(userId);
  const return_url = `${env().APP_URL}/dashboard`;
  const api = await stripe();
  // Without it, what was saved by hand in Stripe's dashboard counts, and Stripe refuses where nothing was.
  const own = await findPortal(api);
  const session = await api.billingPortal.sessions.create({
    customer,
    return_url,
    ...(own ? { configuration: own.id } : {}),
    ...(errand === "payment_method"
      ? {
          flow_data: {
            type: "payment_method_update",
            after_completion: { type: "redirect", redirect: { return_url } },
          },
        }
      : {}),
  });
  return session.url;
}
