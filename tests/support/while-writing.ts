import { expect } from "vitest";
import { db } from "@/lib/db";
import { query } from "@/lib/pool";

/** What writes to a table takes a second longer. */
const LINGERS = { sessions: "insert on sessions", accounts: "update on accounts" } as const;

/**
 * Does a second thing while a first one is just writing to a table.
 * @returns whether the first one went well
 */
export async function whileWriting(
  table: keyof typeof LINGERS,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<boolean> {
  await db().$executeRawUnsafe(
    "create or replace function linger() returns trigger language plpgsql as $$ begin perform pg_sleep(1); return new; end $$",
  );
  await db().$executeRawUnsafe(
    `create trigger linger before ${LINGERS[table]} for each row execute function linger()`,
  );
  const begun = first().then(
    () => true,
    () => false,
  );
  const lingering = () =>
    query("select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'");
  await expect.poll(lingering, { timeout: 30_000, interval: 20 }).toHaveLength(1);
  await second();
  const isDone = await begun;
  await db().$executeRawUnsafe(`drop trigger linger on ${table}`);
  return isDone;
}
