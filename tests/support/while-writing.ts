import { expect } from "vitest";
import { db } from "@/lib/db";
import { pool, query } from "@/lib/pool";

/** What writes to a table waits until it may go on. */
const LINGERS = { sessions: "insert on sessions", accounts: "update on accounts" } as const;

/** Any number that the app does not lock. */
const LOCK = 0x11_9e;

/**
 * Does a second thing, from its beginning to its end, while a first one is just writing to a table.
 * @returns whether the first one went well
 */
export async function whileWriting(
  table: keyof typeof LINGERS,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<boolean> {
  await db().$executeRawUnsafe(
    `create or replace function linger() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock_shared(${LOCK}); return new; end $$`,
  );
  await db().$executeRawUnsafe(
    `create trigger linger before ${LINGERS[table]} for each row execute function linger()`,
  );
  const holder = await pool().connect();
  await holder.query(`select pg_advisory_lock(${LOCK})`);
  const begun = first().then(
    () => true,
    () => false,
  );
  const lingering = () =>
    query("select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'");
  await expect.poll(lingering, { timeout: 30_000, interval: 20 }).toHaveLength(1);
  await second();
  await holder.query(`select pg_advisory_unlock(${LOCK})`);
  holder.release();
  const isDone = await begun;
  await db().$executeRawUnsafe(`drop trigger linger on ${table}`);
  return isDone;
}
