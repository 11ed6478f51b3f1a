import { isAllowed } from "../attempts";
import { auth } from "../auth";
import { endOtherSignIns } from "../sign-ins";
import { AccountRefusal } from "./refusal";

/** As many a minute as the sign-in form takes: whoever finds an open session must not guess faster than anybody else. */
const MOST_ATTEMPTS = 20;

/**
 * Asks whether it is the user's password.
 * @throws AccountRefusal if it is not, or if it was asked too often
 */
export async function checkPassword(userId: string, given: string): Promise<void> {
  if (!(await isAllowed(`password of ${userId}`, MOST_ATTEMPTS)))
    throw AccountRefusal.tooManyAttempts("password");
  const { internalAdapter, password } = await auth().$context;
  const hash = (await internalAdapter.findCredentialAccount(userId))?.password;
  if (!hash || !(await password.verify({ hash, password: given }))) throw AccountRefusal.wrongPassword();
}

/**
 * Changes the password, and ends every session but a new one, whose cookie goes out with the answer.
 * @param headers of the request, whose session it is
 * @throws AccountRefusal
 */
export async function changePassword(
  userId: string,
  { password, newPassword }: { password: string; newPassword: string },
  headers: Headers,
): Promise<void> {
  await checkPassword(userId, password);
  const { token } = await auth().api.changePassword({
    body: { currentPassword: password, newPassword, revokeOtherSessions: true },
    headers,
  });
  // The library ends them before the new password counts: whoever signed in by the old one in between is out by this.
  await endOtherSignIns(userId, { token: token ?? "" });
}
