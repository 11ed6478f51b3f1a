import { PrismaPg } from "@prisma/adapter-pg";
import { Prisma, PrismaClient } from "./generated/prisma/client";
import { pool } from "./pool";

export { Prisma };

/** What billing functions write through: a client inside a transaction. */
export type Tx = Prisma.TransactionClient;

const holder = globalThis as typeof globalThis & { prismaClient?: PrismaClient };

/**
 * The process's one Prisma client, connected at first use. Kept on globalThis, for a development server loads modules
 * anew at each change and would open a pool each time.
 */
export function db(): PrismaClient {
  holder.prismaClient ??= new PrismaClient({
    adapter: new PrismaPg(pool(), { disposeExternalPool: true }),
  });
  return holder.prismaClient;
}
