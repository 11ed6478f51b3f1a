import type * as z from "zod";
import { db, type Prisma } from "@/lib/db";

/** The progress table: how far a work has come that takes several runs. Nothing else writes it. */

/** @returns null at the first run, and where what was kept is of another time and cannot be read any more */
export async function readProgress<State>(name: string, schema: z.ZodType<State>): Promise<State | null> {
  const row = await db().progress.findUnique({ where: { name } });
  return schema.safeParse(row?.state).data ?? null;
}

export async function saveProgress(name: string, state: Prisma.InputJsonObject): Promise<void> {
  const updatedAt = new Date();
  await db().progress.upsert({
    where: { name },
    create: { name, state, updatedAt },
    update: { state, updatedAt },
  });
}

/** @returns false where it was forgotten meanwhile: it stays so */
export async function updateProgress(name: string, state: Prisma.InputJsonObject): Promise<boolean> {
  const { count } = await db().progress.updateMany({
    where: { name },
    data: { state, updatedAt: new Date() },
  });
  return count > 0;
}

export async function forgetProgress(name: string): Promise<void> {
  await db().progress.deleteMany({ where: { name } });
}
