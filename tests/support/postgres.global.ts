import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startPostgres } from "../../dev/postgres.ts";
import { createDatabase } from "../../prisma/migrate/databases.ts";
import { migrate } from "../../prisma/migrate/migrations.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The test server's maintenance database, as a superuser. */
    postgresUrl: string;
    /** A migrated database that nobody connects to, for `create database … template …`. */
    templateDatabase: string;
  }
}

let stop = async () => {};

/** One real Postgres for the whole run, with every migration applied once, to a template. */
export async function setup(project: TestProject): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tests-postgres-"));
  const postgres = await startPostgres({
    dataDir: join(folder, "data"),
    logFile: join(folder, "postgres.log"),
    // The data lives as long as the run, so durability would only cost time.
    settings: {
      fsync: "off",
      synchronous_commit: "off",
      full_page_writes: "off",
      max_connections: "200",
    },
  });
  stop = async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  await migrate(await createDatabase(postgres.url, "template_app"));
  project.provide("postgresUrl", postgres.url);
  project.provide("templateDatabase", "template_app");
}

export async function teardown(): Promise<void> {
  await stop();
}
