import { APIError, createAuthMiddleware } from "better-auth/api";
import * as z from "zod";

/** Longer than it takes to check a password and write a session, and than clocks of servers differ. */
const JUST_NOW_MS = 60_000;

const given = z.object({ password: z.string() });

/**
 * Ends the session of whoever signed in by a password that was replaced meanwhile. A new password ends every session that
 * there is; one that was being made at that moment comes after that, and would stay for a month.
 * From outside, for better-auth 1.7.25 checks the password, then writes the session, and has neither a hook between the two
 * that knows the password nor an option for it (api/routes/sign-in). It can go once the library looks at the account again
 * after it has written the session.
 * @throws APIError, as for any wrong password
 */
export const endIfPasswordChanged = createAuthMiddleware(async ({ path, body, context }) => {
  if (path !== "/sign-in/email" || !context.newSession) return;
  const { user, session } = context.newSession;
  const account = await context.internalAdapter.findCredentialAccount(user.id);
  if (account && account.updatedAt.getTime() < Date.now() - JUST_NOW_MS) return;
  const { password } = given.parse(body);
  if (account?.password && (await context.password.verify({ hash: account.password, password }))) return;
  await context.internalAdapter.deleteSession(session.token);
  throw new APIError("UNAUTHORIZED", {
    code: "INVALID_EMAIL_OR_PASSWORD",
    message: "Invalid email or password",
  });
});
