import { randomBytes } from "node:crypto";
import { forgetEmailChange } from "../account/email-change";
import { auth } from "../auth";
import { env } from "../env";
import { recordAct } from "./acts";

/** The address is not in OPERATOR_EMAILS. */
export class NotAnOperator extends Error {
  override name = "NotAnOperator";
}

/**
 * Makes the account of an operator's address theirs: a new password, which is returned, no other session, no change of
 * address under way, and the address marked as verified. Whoever had signed up with the address before is out, also if they
 * are signing in at this very moment. A link by mail would not do: the operator who follows it would bless the account of
 * whoever came first, with their password.
 * @throws NotAnOperator
 */
export async function grantOperator(address: string): Promise<{ password: string; isNew: boolean }> {
  const email = address.trim().toLowerCase();
  if (!env().OPERATOR_EMAILS.includes(email))
    throw new NotAnOperator(`${email} is not in OPERATOR_EMAILS. Add it there first.`);
  const password = randomBytes(18).toString("base64url");
  const { internalAdapter, password: hasher } = await auth().$context;
  const known = await internalAdapter.findUserByEmail(email);
  const id = known?.user.id ?? (await signUp(email, password));
  if (known) await internalAdapter.updatePassword(id, await hasher.hash(password));
  await internalAdapter.deleteUserSessions(id);
  await forgetEmailChange(id);
  await internalAdapter.updateUser(id, { emailVerified: true });
  await recordAct({ operator: email, action: "became an operator", target: id });
  return { password, isNew: !known };
}

async function signUp(email: string, password: string): Promise<string> {
  const { user } = await auth().api.signUpEmail({ body: { name: "Operator", email, password } });
  return user.id;
}
