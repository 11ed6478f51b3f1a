import { stripe } from "@/lib/stripe";
import { spendAllowance } from "./allowance";
import { customers } from "./customers";
import { nullIfMissing } from "./fetch";
import { ownCustomer } from "./ownership";
import { syncObject } from "./sync";

export type Contact = { name: string; email: string };

/**
 * Lets the user's customer at Stripe follow their account, in what was the same before: whoever gave another address or
 * name for the bills, in the portal or at Checkout, keeps it. https://docs.stripe.com/api/customers/update
 * @returns whether it did
 * @throws Refusal if it was asked too often
 */
export async function updateContact(userId: string, before: Contact, after: Contact): Promise<boolean> {
  const id = await ownCustomer(userId);
  if (!id) return false;
  await spendAllowance(userId);
  const api = await stripe();
  // A test key of another account does not know the customers of the one before.
  const has = await api.customers.retrieve(id).catch(nullIfMissing);
  if (!has || has.deleted) return false;
  const changed = {
    ...(after.email !== before.email && has.email === before.email ? { email: after.email } : {}),
    ...(after.name !== before.name && has.name === before.name ? { name: after.name } : {}),
  };
  if (Object.keys(changed).length === 0) return false;
  await api.customers.update(id, changed);
  await syncObject(customers, id);
  return true;
}
