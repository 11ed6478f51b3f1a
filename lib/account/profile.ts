import { auth } from "../auth";
import { type Contact, updateContact } from "../billing/contact";

export type Account = Contact & { id: string };

/**
 * Stripe is told first: what fails there has changed nothing, and asking again does the whole of it.
 * @throws Stripe's errors as they come
 */
export async function rename(user: Account, name: string): Promise<void> {
  await updateContact(user.id, user, { ...user, name });
  const { internalAdapter } = await auth().$context;
  await internalAdapter.updateUser(user.id, { name });
}
