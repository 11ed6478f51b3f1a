import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import nextEnv from "@next/env";
import { checkMigrations, createMigration, markRolledBack, migrate } from "./migrate/migrations.ts";

const HELP = `Applies the migrations in prisma/migrations to DATABASE_URL. Needs nothing but packages from npm.

  npm run db:migrate                           apply what the database has not seen
  npm run db:migrate -- --if-set               the same; nothing at all where no database is named, as in a build
  npm run db:migrate -- --create NAME          write a migration from what changed in prisma/schema.prisma
  npm run db:migrate -- --check                exit 1 when the migrations and prisma/schema.prisma disagree
  npm run db:migrate -- --rolled-back NAME     say that a failed migration left nothing behind, so that it runs again

DIRECT_DATABASE_URL names the database past its pooler, DATABASE_URL is taken where it is not set. Both are read from the
environment, .env.local and .env. --create and --check work in a throwaway database on
that server, or in an embedded Postgres when it is not set. The table is Prisma's own _prisma_migrations.`;

/** Runs one command. Returns the exit code; throws with a message for a person. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      create: { type: "string" },
      check: { type: "boolean" },
      "if-set": { type: "boolean" },
      "rolled-back": { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  nextEnv.loadEnvConfig(process.cwd(), true, { info: () => {}, error: console.error });
  const { create } = values;
  if (create !== undefined) return await withScratchServer((url) => writeFor(url, create));
  if (values.check) return await withScratchServer(check);
  if (values["rolled-back"]) {
    await markRolledBack(databaseUrl(), values["rolled-back"]);
    console.log(`${values["rolled-back"]} is marked as rolled back. Now: npm run db:migrate`);
    return 0;
  }
  if (values["if-set"] && namedDatabase() === undefined) {
    console.log("No DATABASE_URL is set, so no migration is applied.");
    return 0;
  }
  return await apply(databaseUrl());
}

async function apply(url: string): Promise<number> {
  const { applied, notes } = await migrate(url);
  for (const name of applied) console.log(`Applied ${name}`);
  for (const note of notes) console.warn(`Note: ${note}`);
  console.log(applied.length === 0 ? "The database is up to date." : `Applied ${applied.length} in all.`);
  return 0;
}

async function writeFor(serverUrl: string, title: string): Promise<number> {
  const file = await createMigration(serverUrl, title);
  if (file) console.log(`Wrote ${file}\nRead it, then apply it: npm run db:migrate`);
  else console.log("Nothing to write: the migrations and prisma/schema.prisma agree.");
  return 0;
}

async function check(serverUrl: string): Promise<number> {
  const difference = await checkMigrations(serverUrl);
  if (!difference) {
    console.log("The migrations and prisma/schema.prisma agree.");
    return 0;
  }
  console.error(
    `prisma/schema.prisma has changes that no migration makes:\n\n${difference.words}\n\n${difference.sql}\n` +
      "Write one: npm run db:migrate -- --create what_it_does",
  );
  return 1;
}

const namedDatabase = () =>
  process.env.DIRECT_DATABASE_URL?.trim() || process.env.DATABASE_URL?.trim() || undefined;

function databaseUrl(): string {
  const url = namedDatabase();
  if (url) return url;
  throw new Error(
    "DATABASE_URL is not set. Example: postgresql://user:password@host:5432/database\n" +
      "(On a laptop, `npm run dev` brings its own database and migrates it.)",
  );
}

async function withScratchServer(work: (serverUrl: string) => Promise<number>): Promise<number> {
  const url = namedDatabase();
  if (url) return await work(url);
  const { startPostgres } = await import("../dev/postgres.ts"); // not there where dev dependencies are left out
  const folder = await mkdtemp(join(tmpdir(), "migrations-"));
  const postgres = await startPostgres({
    dataDir: join(folder, "data"),
    logFile: join(folder, "log"),
    settings: { fsync: "off" },
  });
  try {
    return await work(postgres.url);
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
