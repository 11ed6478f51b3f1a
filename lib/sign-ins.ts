import { auth } from "./auth";
import { db } from "./db";

/** The newest sign-ins of a user that are still good, at most 50. */
export async function readSignIns(userId: string): Promise<{ id: string; at: Date; from: string | null }[]> {
  const sessions = await db().session.findMany({
    where: { userId },
    orderBy: { createdAt: "desc" },
    take: 50,
    select: { id: true, createdAt: true, ipAddress: true },
  });
  return sessions.map(({ id, createdAt, ipAddress }) => ({ id, at: createdAt, from: ipAddress || null }));
}

/** Ends one of the user's sign-ins; of anybody else's it ends none. */
export async function endSignIn(userId: string, id: string): Promise<void> {
  const session = await db().session.findFirst({ where: { id, userId }, select: { token: true } });
  if (session) await (await auth().$context).internalAdapter.deleteSession(session.token);
}
