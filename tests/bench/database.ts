import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { startPostgres } from "../../dev/postgres.ts";
import { createDatabase } from "../../prisma/migrate/databases.ts";
import { migrate } from "../../prisma/migrate/migrations.ts";

export type BenchDatabase = {
  pid: number;
  /** An own database of this name, with the migrations applied. Returns its address. */
  create(name: string): Promise<string>;
  /** How many statements of a database the server has run so far. */
  statements(name: string): Promise<number>;
  stop(): Promise<void>;
};

/** A Postgres as its makers set it, each commit flushed to the disk, that counts statements. */
export async function startDatabase(): Promise<BenchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const dataDir = join(folder, "data");
  const postgres = await startPostgres({
    dataDir,
    logFile: join(folder, "postgres.log"),
    settings: {
      shared_preload_libraries: "pg_stat_statements",
      shared_buffers: "512MB",
      max_wal_size: "4GB",
    },
  });
  const client = new Client(postgres.url);
  await client.connect();
  await client.query("create extension pg_stat_statements");
  const template = await createDatabase(postgres.url, "bench_template");
  await migrate(template);
  return {
    pid: Number(readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n")[0]),
    create: (name) => createDatabase(postgres.url, name, "bench_template"),
    async statements(name) {
      const { rows } = await client.query<{ calls: string | null }>(
        "select sum(calls) as calls from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname = $1",
        [name],
      );
      return Number(rows[0]?.calls ?? 0);
    },
    async stop() {
      await client.end();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
