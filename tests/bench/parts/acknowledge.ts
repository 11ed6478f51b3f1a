import { Client } from "pg";
import { TEST_ENV } from "../../support/env.ts";
import { startDatabase } from "../database.ts";
import { recordRenewals } from "../events.ts";
import { ratios, show, spread } from "../figures.ts";
import type { Section } from "../report.ts";
import { type Contender, type Round, runRounds } from "../rounds.ts";
import { COMPETITORS, startServer } from "../servers.ts";
import { startStripeApi } from "../stripe-api.ts";

/** How quickly events are taken in, against a route that only reads them and against the handlers that others write. */
export async function acknowledge(options: { rounds: number; seconds: number }): Promise<Section> {
  const stop: (() => unknown)[] = [];
  try {
    const renewals = await recordRenewals();
    const database = await startDatabase();
    stop.push(database.stop);
    const api = await startStripeApi(renewals.retrieve);
    stop.push(api.close);
    const env = { ...TEST_ENV, STRIPE_API_BASE: api.url };
    const ours = await database.create("ours");
    const app = await startServer(".", { ...env, DATABASE_URL: ours });
    stop.push(app.stop);
    const others = await startServer(COMPETITORS, { ...env, DATABASE_URL: await database.create("others") });
    stop.push(others.stop);
    const contenders: Contender[] = [
      { name: OURS, server: app, path: "/api/webhooks/stripe", database: "ours" },
      { name: EMPTY, server: others, path: "/api/empty", database: "others" },
      { name: PLAIN, server: others, path: "/api/plain", database: "others" },
      { name: REFETCH, server: others, path: "/api/refetch", database: "others" },
    ];
    const found = await runRounds(contenders, renewals, database, options);
    const inbox = await readInbox(ours);
    console.log("inbox", inbox);
    return report(found);
  } finally {
    for (const end of stop.reverse()) await end();
  }
}

const OURS = "this app";
const EMPTY = "an empty route";
const PLAIN = "one upsert an event";
const REFETCH = "fetches the object";

async function readInbox(url: string) {
  const client = new Client(url);
  await client.connect();
  const { rows } = await client.query(
    "select status, outcome, count(*)::int from stripe_events group by 1, 2",
  );
  await client.end();
  return rows;
}

function report(found: ReadonlyMap<string, readonly Round[]>): Section {
  const of = (name: string, figure: keyof Round) => (found.get(name) ?? []).map((round) => round[figure]);
  const rows = [...found.keys()].map((name) => ({
    "": name,
    "events/s": spread(of(name, "perSecond"), 0),
    "median, ms": spread(of(name, "p50"), 1),
    "p99, ms": spread(of(name, "p99"), 1),
    "CPU of Node, µs": spread(of(name, "serverCpu"), 0),
    "CPU of Postgres, µs": spread(of(name, "databaseCpu"), 0),
    "statements an event": spread(of(name, "statements"), 2),
    "events/s, ours over it":
      name === OURS ? "" : spread(ratios(of(OURS, "perSecond"), of(name, "perSecond"))),
    "p99, ours over it": name === OURS ? "" : spread(ratios(of(OURS, "p99"), of(name, "p99"))),
  }));
  const client = Math.max(...of(EMPTY, "clientCpu"));
  return {
    title: "Acknowledge and apply",
    text:
      "Signed events of a night of renewals, 1 to 12 KiB, over 32 connections, to production servers. Processor time is that " +
      `of one event. The load itself takes up to ${show(client)} µs an event.`,
    rows,
  };
}
