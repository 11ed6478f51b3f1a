import type { DiagnoseMigrationHistoryOutput } from "@prisma/schema-engine-wasm/schema_engine_bg";
import type { Client } from "pg";
import { withClient } from "./databases.ts";
import { withEngine } from "./engine.ts";
import { EVERYTHING, FILES, type Files, readMigrations, readSchema, writeMigration } from "./files.ts";
import { setUtc } from "./time-zone.ts";

/** A migration cannot go on without a person. The message says what that person can do. */
export class MigrationError extends Error {
  override name = "MigrationError";

  static failedNow(name: string, cause: unknown): MigrationError {
    return new MigrationError(`${name} failed: ${firstLine(cause)}\n${howToGoOn(name)}`, { cause });
  }

  static failedEarlier(name: string): MigrationError {
    return new MigrationError(`${name} failed earlier, so nothing was applied now.\n${howToGoOn(name)}`);
  }
}

type MigrationList = Awaited<ReturnType<typeof readMigrations>>;
type Migrated = { applied: string[]; notes: string[] };

const howToGoOn = (name: string) =>
  "Nothing of it was kept. Mend its migration.sql, then:\n" +
  `  npm run db:migrate -- --rolled-back ${name}\n  npm run db:migrate`;

/**
 * Applies the migrations that a database has not seen. Safe to run any number of times and from several deploys at
 * once: they wait for each other. Each migration is one transaction.
 * @returns the names of those applied now, and notes that a person should read
 * @throws MigrationError when one failed, now or earlier; DatabaseUnreachableError
 */
export async function migrate(databaseUrl: string, files: Files = FILES): Promise<Migrated> {
  const migrationsList = await readMigrations(files.migrations);
  return await withMigrationLock(databaseUrl, async (client) => {
    const { applied, notes } = await applyAll(databaseUrl, migrationsList);
    const note = await setUtc(client);
    return { applied, notes: note === null ? notes : [...notes, note] };
  });
}

async function applyAll(databaseUrl: string, migrationsList: MigrationList): Promise<Migrated> {
  return await withEngine(databaseUrl, async (engine, causeOf) => {
    const diagnose = async () =>
      await engine.diagnoseMigrationHistory({
        migrationsList,
        optInToShadowDatabase: false,
        filters: EVERYTHING,
      });
    const before = await diagnose();
    const [failed] = before.failedMigrationNames;
    if (failed) throw MigrationError.failedEarlier(failed);
    try {
      const { appliedMigrationNames } = await engine.applyMigrations({
        migrationsList,
        filters: EVERYTHING,
      });
      return { applied: appliedMigrationNames, notes: notesOn(before) };
    } catch (error) {
      const cause = causeOf(error);
      const [name] = (await diagnose()).failedMigrationNames;
      throw name ? MigrationError.failedNow(name, cause) : cause;
    }
  });
}

function notesOn(found: DiagnoseMigrationHistoryOutput): string[] {
  const unknown =
    found.history && "unpersistedMigrationNames" in found.history
      ? found.history.unpersistedMigrationNames
      : [];
  return [
    ...found.editedMigrationNames.map((name) => `${name} was edited after this database had applied it.`),
    ...unknown.map(
      (name) => `${name} was applied to this database, yet it is not among the migrations here.`,
    ),
  ];
}

/**
 * Marks a failed migration as rolled back, so that the next run applies it again.
 * @throws MigrationError when there is no such failed migration
 */
export async function markRolledBack(databaseUrl: string, migrationName: string): Promise<void> {
  await withEngine(databaseUrl, async (engine) => {
    try {
      await engine.markMigrationRolledBack({ migrationName });
    } catch (cause) {
      throw new MigrationError(`${migrationName} cannot be marked as rolled back: ${firstLine(cause)}`, {
        cause,
      });
    }
  });
}

/**
 * Compares what the migrations build with what the schema says, in a throwaway database.
 * @param serverUrl any database on a server where databases may be made; nothing in it is touched
 * @returns the difference in words and as SQL; null when there is none
 */
export async function checkMigrations(
  serverUrl: string,
  files: Files = FILES,
): Promise<{ words: string; sql: string } | null> {
  const from = { tag: "migrations", ...(await readMigrations(files.migrations)) } as const;
  const to = { tag: "schemaDatamodel", ...(await readSchema(files.schema)) } as const;
  return await withEngine(serverUrl, async (engine) => {
    const diff = async (script: boolean) =>
      await engine.diff({ from, to, script, exitCode: true, filters: EVERYTHING });
    const words = await diff(false);
    if (words.exitCode === 0) return null;
    return { words: words.stdout?.trim() ?? "", sql: (await diff(true)).stdout ?? "" };
  });
}

/**
 * Writes the migration that leads from the present ones to the schema.
 * @param title what it does, in a few words
 * @returns the new file's path, or null when nothing changed
 */
export async function createMigration(
  serverUrl: string,
  title: string,
  files: Files = FILES,
): Promise<string | null> {
  const difference = await checkMigrations(serverUrl, files);
  if (!difference) return null;
  const time = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const slug = title.toLowerCase().replace(/[^a-z0-9]+/g, "_");
  return await writeMigration(files.migrations, `${time}_${slug}`, difference.sql);
}

// Not the number that Prisma's engine locks with: that one it takes inside, after a shorter wait.
const LOCK_KEY = 7_270_737_001;

async function withMigrationLock<T>(databaseUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  return await withClient(databaseUrl, async (client) => {
    await lock(client);
    return await work(client); // the lock ends with the connection
  });
}

async function lock(client: Client): Promise<void> {
  await client.query("set lock_timeout = '5min'");
  try {
    await client.query("select pg_advisory_lock($1)", [LOCK_KEY]);
  } catch (cause) {
    throw new MigrationError(
      "Another migration of this database has been running for 5 minutes. Look at it, then run this again.",
      { cause },
    );
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
