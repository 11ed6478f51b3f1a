import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import {
  createDatabase,
  DatabaseUnreachableError,
  dropDatabase,
  throwawayName,
  withClient,
} from "@/prisma/migrate/databases";
import { FILES, type Files, readMigrations } from "@/prisma/migrate/files";
import { checkMigrations, createMigration, markRolledBack, migrate } from "@/prisma/migrate/migrations";

const server = () => inject("postgresUrl");
let url: string;
let name: string;
let files: Files;

beforeEach(async () => {
  name = throwawayName("migrate");
  url = await createDatabase(server(), name);
  const folder = await mkdtemp(join(tmpdir(), "migrate-"));
  files = { schema: join(folder, "schema.prisma"), migrations: join(folder, "migrations") };
  await cp(FILES.schema, files.schema);
  await cp(FILES.migrations, files.migrations, { recursive: true });
});

afterEach(async () => {
  await dropDatabase(server(), name);
  await rm(join(files.migrations, ".."), { recursive: true, force: true });
});

const query = (sql: string) => withClient(url, async (client) => (await client.query(sql)).rows);

async function addMigration(title: string, sql: string): Promise<void> {
  await mkdir(join(files.migrations, title));
  await writeFile(join(files.migrations, title, "migration.sql"), sql);
}

describe("migrate", () => {
  test("builds every table in an empty database, and a second run changes nothing", async () => {
    const known = (await readMigrations(FILES.migrations)).migrationDirectories.map(({ path }) => path);
    expect(await migrate(url)).toEqual({ applied: known, notes: [] });
    expect(await migrate(url)).toEqual({ applied: [], notes: [] });
    const tables = await query(
      "select table_name from information_schema.tables where table_schema = 'public'",
    );
    expect(tables.map((row) => row.table_name)).toEqual(
      expect.arrayContaining(["stripe_events", "subscriptions", "customers", "invoices", "users"]),
    );
  });

  test("new sessions are in UTC from then on, whatever zone the server is in", async () => {
    const zone = async () => (await query("show timezone"))[0];
    expect(await zone()).not.toEqual({ TimeZone: "UTC" });
    await migrate(url);
    expect(await zone()).toEqual({ TimeZone: "UTC" });
  });

  test("a user who may not set the time zone is told who should", async () => {
    const role = throwawayName("writer");
    await query(
      `create role ${role} login password 'writer'; grant all on schema public to ${role}; grant ${role} to current_user`,
    );
    const theirs = new URL(url);
    theirs.username = role;
    theirs.password = "writer";
    try {
      expect((await migrate(theirs.href)).notes).toEqual([expect.stringMatching(/set timezone to 'UTC'/)]);
    } finally {
      await dropDatabase(server(), name);
      await withClient(server(), (client) => client.query(`drop role ${role}`));
    }
  });

  test("writes the rows that Prisma's own CLI goes on from", async () => {
    const { applied } = await migrate(url);
    const rows = await query("select * from _prisma_migrations order by migration_name");
    expect(rows.map((row) => row.migration_name)).toEqual(applied);
    for (const row of rows) {
      const script = await readFile(join(FILES.migrations, row.migration_name, "migration.sql"));
      expect(row).toMatchObject({
        checksum: createHash("sha256").update(script).digest("hex"),
        finished_at: expect.any(Date),
        rolled_back_at: null,
        applied_steps_count: 1,
      });
    }
  });

  test("four deploys at once apply each migration once", async () => {
    const runs = await Promise.all([1, 2, 3, 4].map(() => migrate(url)));
    const known = (await readMigrations(FILES.migrations)).migrationDirectories.map(({ path }) => path);
    expect(runs.flatMap((run) => run.applied)).toEqual(known);
    expect(await query("select migration_name from _prisma_migrations")).toHaveLength(known.length);
  });

  test("keeps semicolons inside strings and functions", async () => {
    await addMigration(
      "29990101000000_function",
      "create function f() returns text language plpgsql as $$ begin return 'a;b'; end $$; create table t (v text default ';');",
    );
    await migrate(url, files);
    expect(await query("select f() as f")).toEqual([{ f: "a;b" }]);
  });

  test("keeps nothing of a migration that fails, says why, and goes on once it is mended", async () => {
    await addMigration("29990101000000_broken", "create table half (id int); select 1 / 0;");
    await expect(migrate(url, files)).rejects.toThrow(
      /29990101000000_broken failed: division by zero[\s\S]*--rolled-back/,
    );
    expect(await query("select to_regclass('half') as half")).toEqual([{ half: null }]);
    await expect(migrate(url, files)).rejects.toThrow(/29990101000000_broken failed earlier/);

    await writeFile(
      join(files.migrations, "29990101000000_broken", "migration.sql"),
      "create table half (id int);",
    );
    await markRolledBack(url, "29990101000000_broken");
    expect((await migrate(url, files)).applied).toEqual(["29990101000000_broken"]);
  });

  test("says when an applied migration was edited, or is missing here", async () => {
    await addMigration("29990101000000_extra", "create table extra (id int);");
    await migrate(url, files);
    await writeFile(
      join(files.migrations, "29990101000000_extra", "migration.sql"),
      "create table other ();",
    );
    expect((await migrate(url, files)).notes).toEqual([expect.stringMatching(/extra was edited/)]);
    expect((await migrate(url, FILES)).notes).toEqual([
      expect.stringMatching(/extra was applied .* not among/),
    ]);
  });

  test("names the database that it cannot reach, and not its password", async () => {
    const run = migrate("postgresql://me:hunter2@127.0.0.1:1/nowhere");
    await expect(run).rejects.toThrow(DatabaseUnreachableError);
    await expect(run).rejects.toThrow(/127\.0\.0\.1:1\/nowhere.*ECONNREFUSED/);
    await expect(run).rejects.not.toThrow(/hunter2/);
  });
});

describe("checkMigrations", () => {
  test("the migrations build exactly schema.prisma", async () => {
    expect(await checkMigrations(server())).toBeNull();
  });

  test("notices a change of the schema, and createMigration writes it", async () => {
    const schema = await readFile(files.schema, "utf8");
    await writeFile(files.schema, `${schema}\nmodel Extra {\n  id Int @id\n  note String\n}\n`);
    expect(await checkMigrations(server(), files)).toEqual({
      words: expect.stringContaining("Extra"),
      sql: expect.stringContaining('CREATE TABLE "Extra"'),
    });

    const file = await createMigration(server(), "Add extra", files);
    expect(file).toMatch(/\/\d{14}_add_extra\/migration\.sql$/);
    expect(await checkMigrations(server(), files)).toBeNull();
    expect(await createMigration(server(), "again", files)).toBeNull();
    expect((await migrate(url, files)).applied.at(-1)).toMatch(/_add_extra$/);
  });

  test("leaves no database behind", async () => {
    await checkMigrations(server());
    expect(await query("select datname from pg_database where datname like 'shadow%'")).toEqual([]);
  });
});
