import { attachDatabasePool } from "@vercel/functions/db-connections";
import { Pool, type QueryResultRow } from "pg";
import { env } from "./env";
import { errorKind } from "./error-kind";
import { log } from "./log";

/** Kept on globalThis, for a development server loads modules anew at each change and would open a pool each time. */
const holder = globalThis as typeof globalThis & { pool?: Pool };

/**
 * One statement, without Prisma's way there and back: for what a burst of events sends, where that way would cost three
 * times the statement. Not prepared by name, for a pooler may not know the name.
 */
export async function query<Row extends QueryResultRow>(
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const { rows } = await pool().query<Row>(text, [...values]);
  return rows;
}

/** The process's connections, opened at first use: Prisma's are these as well. */
export function pool(): Pool {
  holder.pool ??= openPool();
  return holder.pool;
}

/**
 * Connections that a suspended function keeps would be dead when it wakes: idle ones are closed soon, and on Vercel the
 * function stays awake until they are. https://vercel.com/docs/functions/functions-api-reference/vercel-functions-package
 */
function openPool(): Pool {
  const pool = new Pool({
    connectionString: withUtcSession(env().DATABASE_URL),
    max: 10,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 5_000,
    // A connection that went silent is given up, so that nobody waits for it for ever.
    query_timeout: 20_000,
  });
  // A connection that breaks while nobody uses it leaves the pool; without a listener it would end the process.
  pool.on("error", (error) => log("warn", "an idle database connection broke", { error: errorKind(error) }));
  attachDatabasePool(pool);
  return pool;
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
