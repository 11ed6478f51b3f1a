import { afterAll, beforeAll, inject } from "vitest";
import type { PrismaClient } from "@/lib/generated/prisma/client";
import { createDatabase, dropDatabase, throwawayName } from "@/prisma/migrate/databases";
import { TEST_ENV } from "./env";

/**
 * Gives a test file a real database of its own: a copy of the migrated template, made before its first test and
 * dropped after its last. Sets every variable that lib/env.ts reads, so that `db()` and the routes just work.
 * Call it at the top of the file or of a `describe`, before anything calls `env()`: that is read once in each file.
 * @param env variables that this file wants otherwise
 * @returns the database's address, known from `beforeAll` on
 */
export function useDatabase(env: Record<string, string> = {}): { readonly url: string } {
  const database = { url: "" };
  const name = throwawayName("test");

  beforeAll(async () => {
    database.url = await createDatabase(inject("postgresUrl"), name, inject("templateDatabase"));
    Object.assign(process.env, TEST_ENV, env, { DATABASE_URL: database.url });
  });

  afterAll(async () => {
    const holder = globalThis as typeof globalThis & { prismaClient?: PrismaClient; pool?: unknown };
    await holder.prismaClient?.$disconnect();
    delete holder.prismaClient;
    delete holder.pool;
    await dropDatabase(inject("postgresUrl"), name);
  });

  return database;
}
