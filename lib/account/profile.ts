import { auth } from "../auth";
import { type Contact, updateContact } from "../billing/contact";
import { checkPassword } from "./password";
import { AccountRefusal } from "./refusal";

type Account = Contact & { id: string };

/**
 * Stripe is told first, here and below: what fails there has changed nothing, and asking again does the whole of it.
 * @throws Stripe's errors as they come
 */
export async function rename(user: Account, name: string): Promise<void> {
  await updateContact(user.id, user, { ...user, name });
  const { internalAdapter } = await auth().$context;
  await internalAdapter.updateUser(user.id, { name });
}

/**
 * Gives the account another address to sign in with. Nobody has shown that it is theirs, so it does not count as verified.
 * @throws AccountRefusal; Stripe's errors as they come
 */
export async function changeEmail(
  user: Account,
  { email, password }: { email: string; password: string },
): Promise<void> {
  await checkPassword(user.id, password);
  const address = email.toLowerCase();
  if (address === user.email) throw AccountRefusal.sameAddress();
  const { internalAdapter } = await auth().$context;
  if (await internalAdapter.findUserByEmail(address)) throw AccountRefusal.addressTaken();
  const after = { ...user, email: address };
  await updateContact(user.id, user, after);
  try {
    await internalAdapter.updateUser(user.id, { email: address, emailVerified: false });
  } catch (error) {
    // Somebody else took it in this very moment, or the database is away.
    await updateContact(user.id, after, user);
    throw error;
  }
}
