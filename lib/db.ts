import { PrismaPg } from "@prisma/adapter-pg";
import { env } from "./env";
import { Prisma, PrismaClient } from "./generated/prisma/client";

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
    adapter: new PrismaPg({
      connectionString: withUtcSession(env().DATABASE_URL),
      max: 10,
      connectionTimeoutMillis: 5_000,
    }),
  });
  return holder.prismaClient;
}

/**
 * The adapter writes a timestamptz without its offset, so in a session of any other time zone than UTC each moment would
 * be stored hours off: https://github.com/prisma/prisma/issues/28629
 */
function withUtcSession(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  const options = [url.searchParams.get("options"), "-c TimeZone=UTC"].filter(Boolean);
  url.searchParams.set("options", options.join(" "));
  return url.href;
}
