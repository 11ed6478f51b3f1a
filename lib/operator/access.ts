import "server-only";
import { notFound } from "next/navigation";
import { env } from "../env";
import { type CurrentUser, currentUser } from "../session";

/**
 * Whether a signed-in user operates this app: an address of OPERATOR_EMAILS alone is not enough. Nobody checks addresses
 * at sign-up, so anybody could have come first with an operator's. Only `npm run operator -- ADDRESS` sets
 * `emailVerified`, and gives the account to whoever can run it: who can reach the database.
 */
export const isOperator = ({ email, emailVerified }: CurrentUser): boolean =>
  emailVerified && env().OPERATOR_EMAILS.includes(email.toLowerCase());

/** The operator who is signed in. For everybody else there is nothing here: a 404, as for any address that is not. */
export async function requireOperator(): Promise<CurrentUser> {
  const user = await currentUser();
  return user && isOperator(user) ? user : notFound();
}
