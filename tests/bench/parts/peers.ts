import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { withClient } from "../../../prisma/migrate/databases.ts";
import { median, ratios, show, spread } from "../figures.ts";
import type { Section } from "../report.ts";
import { type Contender, type Round, runRounds } from "../rounds.ts";
import { buildPeers, PEERS } from "../servers.ts";
import { type BenchOptions, onStage } from "../stage.ts";

const OURS = "this app";
const STORE = "verified and stored, and no more";

/** The same events into the packages that others use, in Next as well and on the same Postgres. */
export async function peers(options: BenchOptions): Promise<Section> {
  if (!options.built) await buildPeers();
  return onStage(async ({ renewals, database, api, startApp, startOthers, startPeers }) => {
    const app = await startApp(await database.create("ours"));
    const url = await database.create("peers");
    const sold = renewals.subscriptions(100_000);
    await prepareBetterAuth(url, sold);
    await migrateSyncEngine(url);
    const prices = [...new Set(sold.map(({ price }) => price))].join(",");
    const server = await startPeers(url, { BENCH_PRICES: prices });
    const contenders: Contender[] = [
      { name: OURS, server: app, path: "/api/webhooks/stripe", database: "ours" },
      {
        name: STORE,
        server: await startOthers(await database.create("store")),
        path: "/api/store",
        database: "store",
      },
      { name: "@better-auth/stripe", server, path: "/api/auth/stripe/webhook", database: "peers" },
      { name: "@supabase/stripe-sync-engine", server, path: "/api/sync-engine", database: "peers" },
    ];
    return report(await runRounds(contenders, renewals, database, options, () => api.calls));
  });
}

/** It writes only what its own checkout began: so every customer has begun. */
async function prepareBetterAuth(url: string, sold: readonly { id: string }[]): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(readFileSync(join(PEERS, "tables.sql"), "utf8"));
    await client.query(
      `insert into peer_subscription (id, plan, "referenceId", "stripeSubscriptionId", status)
       select 'own_' || id, 'plan0', 'user_' || id, id, 'active' from unnest($1::text[]) id`,
      [sold.map(({ id }) => id)],
    );
    await client.query("analyze peer_subscription");
  });
}

async function migrateSyncEngine(databaseUrl: string): Promise<void> {
  const engine = createRequire(resolve(PEERS, "package.json"))("@supabase/stripe-sync-engine");
  await engine.runMigrations({ databaseUrl, schema: "stripe" });
}

function report(found: ReadonlyMap<string, readonly Round[]>): Section {
  const of = (name: string, figure: keyof Round) => (found.get(name) ?? []).map((round) => round[figure]);
  const over = (one: string, name: string) =>
    name === one ? "" : spread(ratios(of(one, "perSecond"), of(name, "perSecond")));
  return {
    title: "Real peers",
    text:
      "The same events, each package as its documentation sets it up. Better Auth writes subscriptions alone, and only " +
      "verifies the other four in five; the sync engine writes each object by its own statement. Neither keeps the event.",
    rows: [...found.keys()].map((name) => ({
      "": name,
      "events/s": spread(of(name, "perSecond"), 0),
      "p99, ms": spread(of(name, "p99"), 1),
      "CPU of Node, µs": spread(of(name, "serverCpu"), 0),
      "CPU of Postgres, µs": spread(of(name, "databaseCpu"), 0),
      "statements an event": show(median(of(name, "statements")), 2),
      "events/s, ours over it": over(OURS, name),
      "events/s, of storing alone over it": over(STORE, name),
    })),
  };
}
