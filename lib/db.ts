import { PrismaPg } from "@prisma/adapter-pg";
import { env } from "./env";
import { Prisma, PrismaClient } from "./generated/prisma/client";

export { Prisma };
export type Db = PrismaClient;

/** What billing functions write through: a client inside a transaction. */
export type Tx = Prisma.TransactionClient;

const holder = globalThis as typeof globalThis & { prismaClient?: PrismaClient };

/**
 * The process's one Prisma client, connected at first use. Kept on globalThis, for a development server loads modules
 * anew at each change and would open a pool each time.
 */
export function db(): PrismaClient {
  holder.prismaClient ??= new PrismaClient({
    adapter: new PrismaPg({ connectionString: env().DATABASE_URL, max: 10, connectionTimeoutMillis: 5_000 }),
  });
  return holder.prismaClient;
}
