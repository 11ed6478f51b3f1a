import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { Client } from "pg";
import { startPostgres } from "../../dev/postgres.ts";
import { startLocalStripe } from "../../dev/stripe/server.ts";
import { subscriptionFromStripe } from "../../lib/billing/subscription/from-stripe.ts";
import { createDatabase } from "../../prisma/migrate/databases.ts";
import { migrate } from "../../prisma/migrate/migrations.ts";
import { TEST_ENV } from "../support/env.ts";
import { fillAccount } from "./fill-account.ts";

/**
 * `npx tsx tests/load/import.ts [SUBSCRIPTIONS] [REQUESTS A SECOND]`: `npm run billing:import` of an account that is older
 * than the app, with a customer and a bill to each subscription. The command is killed twice on its way, and begun again.
 */
const [subscriptions = 100_000, perSecond = 100] = process.argv.slice(2).map(Number);

const folder = await mkdtemp(join(tmpdir(), "import-"));
const postgres = await startPostgres({
  dataDir: join(folder, "data"),
  logFile: join(folder, "postgres.log"),
  settings: { shared_buffers: "256MB" },
});
const url = await createDatabase(postgres.url, "import");
await migrate(url);
const local = await startLocalStripe({ seed: 3 });
const client = new Client(url);
await client.connect();

async function compared(): Promise<number> {
  const { rows } = await client.query(
    "select (state -> 'counts' -> 'compared')::int as compared from progress where name = 'compare by hand'",
  );
  return rows[0]?.compared ?? 0;
}

/** @returns whether it came to its end */
async function runImport(killAt: number): Promise<boolean> {
  const command = spawn(process.execPath, ["--import", "tsx", "scripts/billing-reconcile.ts"], {
    env: {
      ...process.env,
      ...TEST_ENV,
      DATABASE_URL: url,
      STRIPE_API_BASE: local.url,
      STRIPE_REQUESTS_PER_SECOND: String(perSecond),
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = once(command, "exit");
  while (command.exitCode === null && (await compared()) < killAt) await Promise.race([ended, sleep(200)]);
  command.kill("SIGKILL");
  const [code] = await ended;
  return code === 0;
}

async function wrongSubscriptions(): Promise<number> {
  const { db } = await import("../../lib/db.ts");
  const found = await db().subscription.findMany({
    omit: { version: true, stripeStateAt: true, syncedAt: true },
    include: { items: { omit: { subscriptionId: true, position: true } } },
  });
  await db().$disconnect();
  const rows = new Map(found.map((row) => [row.id, row]));
  const all = local.account.store.all("subscription");
  return all.filter((one) => !isDeepStrictEqual(rows.get(one.id), subscriptionFromStripe({ ...one }))).length;
}

try {
  const objects = await fillAccount(local, subscriptions);
  console.log(`${objects} objects at Stripe.`);
  const begun = performance.now();
  const kills: number[] = [];
  for (const share of [0.3, 0.7]) {
    if (await runImport(objects * share)) throw new Error("It ended before it was killed.");
    kills.push(await compared());
  }
  if (!(await runImport(Number.POSITIVE_INFINITY))) throw new Error("The command failed.");
  const seconds = (performance.now() - begun) / 1000;
  Object.assign(process.env, TEST_ENV, { DATABASE_URL: url });
  const { rows } = await client.query(
    "select (select count(*)::int from customers) customers, (select count(*)::int from subscriptions) subscriptions, (select count(*)::int from invoices) invoices",
  );
  console.table({
    ...rows[0],
    "subscriptions that are not as Stripe has them": await wrongSubscriptions(),
    "killed after": kills.join(" and "),
    "requests to Stripe": local.requests.length,
    seconds: Math.round(seconds),
    "rows a second": Math.round(objects / seconds),
  });
} finally {
  await client.end();
  await local.close();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
