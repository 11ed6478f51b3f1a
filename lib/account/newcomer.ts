import { APIError } from "better-auth/api";
import { accountEmail, accountName } from "./typed";

/**
 * Somebody who signs up, as they are kept. The auth library itself takes a name of any length, and a picture; an account with
 * such a name could never buy, for Stripe would not take it.
 * @throws APIError, whose code the form puts into words
 */
export function newcomer<User extends { name: string; email: string }>(user: User) {
  const name = accountName.safeParse(user.name);
  if (!name.success) throw refusal("INVALID_NAME", name.error.issues);
  const email = accountEmail.safeParse(user.email);
  if (!email.success) throw refusal("INVALID_EMAIL", email.error.issues);
  return { ...user, name: name.data, image: null };
}

const refusal = (code: string, [issue]: { message: string }[]) =>
  new APIError("BAD_REQUEST", { code, message: issue?.message ?? code });
