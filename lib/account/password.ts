import { auth } from "../auth";
import { query } from "../pool";
import { AccountRefusal } from "./refusal";

/** As many a minute as the sign-in form takes: whoever finds an open session must not guess faster than anybody else. */
const ATTEMPTS = { most: 20, windowMs: 60_000 };

/**
 * Asks whether it is the user's password.
 * @throws AccountRefusal if it is not, or if it was asked too often
 */
export async function checkPassword(userId: string, given: string): Promise<void> {
  await countAttempt(userId);
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
  await auth().api.changePassword({
    body: { currentPassword: password, newPassword, revokeOtherSessions: true },
    headers,
  });
}

/** Counted in the auth library's own table, which it tidies up. It counts what comes over its routes alone. */
async function countAttempt(userId: string): Promise<void> {
  const now = Date.now();
  const [row] = await query<{ count: number }>(
    `insert into rate_limits (id, key, count, last_request) values ($1, $1, 1, $2)
     on conflict (key) do update set last_request = $2,
       count = case when rate_limits.last_request > $3 then rate_limits.count + 1 else 1 end
     returning count`,
    [`password of ${userId}`, now, now - ATTEMPTS.windowMs],
  );
  if ((row?.count ?? 0) > ATTEMPTS.most) throw AccountRefusal.tooManyAttempts();
}
