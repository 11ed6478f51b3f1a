import { auth } from "./auth";
import { db } from "./db";

/** The newest sign-ins of a user that are still good, at most 50. */
export async function readSignIns(userId: string): Promise<{ id: string; at: Date; from: string | null }[]> {
  const sessions = await db().session.findMany({
    where: { userId, expiresAt: { gt: new Date() } },
    orderBy: { createdAt: "desc" },
    take: 50,
    select: { id: true, createdAt: true, ipAddress: true },
  });
  return sessions.map(({ id, createdAt, ipAddress }) => ({ id, at: createdAt, from: ipAddress || null }));
}

/**
 * Ends every sign-in of the user's but one. By a statement of ours: the library ends what it lists, and it lists 100
 * (better-auth 1.7.25, `defaultFindManyLimit`), those that have run out among them.
 */
export async function endOtherSignIns(
  userId: string,
  kept: { id: string } | { token: string },
): Promise<void> {
  await db().session.deleteMany({ where: { userId, NOT: kept } });
}

/** Ends one of the user's sign-ins; of anybody else's it ends none. */
export async function endSignIn(userId: string, id: string): Promise<void> {
  const session = await db().session.findFirst({ where: { id, userId }, select: { token: true } });
  if (session) await (await auth().$context).internalAdapter.deleteSession(session.token);
}
