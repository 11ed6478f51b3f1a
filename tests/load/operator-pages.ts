import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { startPostgres } from "../../dev/postgres.ts";
import { createDatabase } from "../../prisma/migrate/databases.ts";
import { migrate } from "../../prisma/migrate/migrations.ts";
import { TEST_ENV } from "../support/env.ts";
import { fill, type Size } from "./fill.ts";

/**
 * `npx tsx tests/load/operator-pages.ts [EVENTS] [SUBSCRIPTIONS]`: how long each operator page's reads take at a thousand
 * rows and at a million, and whether Postgres, left to itself, reads a large table from end to end for them.
 */
const [events = 1_000_000, subscriptions = 100_000] = process.argv.slice(2).map(Number);
const RUNS = 15;

async function measure(size: Size): Promise<Map<string, { ms: number; scanned: string[] }>> {
  await client.query(
    "truncate stripe_events, subscriptions, invoices, customers, users, products, prices cascade",
  );
  console.log(`Filling ${size.events} events and ${size.subscriptions} subscriptions…`);
  await fill(client, size);
  const found = new Map<string, { ms: number; scanned: string[] }>();
  for (const [name, read] of Object.entries(PAGE_READS)) {
    const scanned: string[] = [];
    for (const statement of await statementsOf(read))
      scanned.push(...(await tablesScanned(client, statement)));
    const times: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const begun = performance.now();
      await read();
      times.push(performance.now() - begun);
    }
    found.set(name, { ms: times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0, scanned });
  }
  return found;
}

const folder = await mkdtemp(join(tmpdir(), "operator-pages-"));
const postgres = await startPostgres({
  dataDir: join(folder, "data"),
  logFile: join(folder, "postgres.log"),
  settings: { fsync: "off", shared_buffers: "512MB" },
});
const url = await createDatabase(postgres.url, "pages");
await migrate(url);
// Before the first import of what reads it.
Object.assign(process.env, TEST_ENV, { DATABASE_URL: url });
const client = new Client(url);
await client.connect();
const { PAGE_READS, statementsOf, tablesScanned } = await import("./page-queries.ts");
const { db } = await import("../../lib/db.ts");
try {
  const small = await measure({ events: 1_000, subscriptions: 1_000 });
  const large = await measure({ events, subscriptions });
  console.table(
    Object.fromEntries(
      [...large].map(([name, { ms, scanned }]) => {
        const before = small.get(name)?.ms ?? 0;
        return [
          name,
          {
            "1,000 (ms)": before.toFixed(1),
            [`${events.toLocaleString("en")} (ms)`]: ms.toFixed(1),
            times: (ms / before).toFixed(1),
            scanned: scanned.join(", ") || "-",
          },
        ];
      }),
    ),
  );
} finally {
  await db().$disconnect();
  await client.end();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
