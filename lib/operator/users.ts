import { db } from "../db";

/** Whose account it is, by the whole address. */
export async function findUserId(address: string): Promise<string | null> {
  const user = await db().user.findUnique({
    where: { email: address.trim().toLowerCase() },
    select: { id: true },
  });
  return user?.id ?? null;
}
