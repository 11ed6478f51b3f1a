import { withClient } from "../../../prisma/migrate/databases.ts";
import { median, ratios, show, spread } from "../figures.ts";
import type { Section } from "../report.ts";
import { type Contender, type Round, runRounds } from "../rounds.ts";
import { type BenchOptions, onStage } from "../stage.ts";

const OURS = "this app";
const EMPTY = "a route that only reads the body";
const STORE = "verified and stored, and no more";
const PLAIN = "one Prisma upsert an event";
const REFETCH = "the same, fetching the object first";

/** How quickly events are taken in, against a route that only reads them and against the handlers that others write. */
export function acknowledge(options: BenchOptions): Promise<Section> {
  return onStage(async ({ renewals, database, api, startApp, startOthers }) => {
    const ours = await database.create("ours");
    const app = await startApp(ours);
    const contenders: Contender[] = [
      { name: OURS, server: app, path: "/api/webhooks/stripe", database: "ours" },
    ];
    // Each in a process of its own, so that none is warmed by another.
    for (const [name, route] of Object.entries({
      [EMPTY]: "empty",
      [STORE]: "store",
      [PLAIN]: "plain",
      [REFETCH]: "refetch",
    })) {
      const server = await startOthers(await database.create(route));
      contenders.push({ name, server, path: `/api/${route}`, database: route });
    }
    const found = await runRounds(contenders, renewals, database, options, () => api.calls);
    const inbox = await withClient(ours, (client) =>
      client.query<{ all: number; open: number }>(
        "select count(*)::int as all, (count(*) filter (where status <> 'done'))::int as open from stripe_events",
      ),
    );
    return report(found, inbox.rows[0] ?? { all: 0, open: 0 });
  });
}

function report(found: ReadonlyMap<string, readonly Round[]>, inbox: { all: number; open: number }): Section {
  const of = (name: string, figure: keyof Round) => (found.get(name) ?? []).map((round) => round[figure]);
  const over = (name: string, figure: keyof Round) =>
    name === OURS ? "" : spread(ratios(of(OURS, figure), of(name, figure)));
  const rows = [...found.keys()].map((name) => ({
    "": name,
    "events/s": spread(of(name, "perSecond"), 0),
    "median, ms": spread(of(name, "p50"), 1),
    "p99, ms": spread(of(name, "p99"), 1),
    "CPU of Node, µs": spread(of(name, "serverCpu"), 0),
    "CPU of Postgres, µs": spread(of(name, "databaseCpu"), 0),
    "statements an event": show(median(of(name, "statements")), 2),
    "Stripe calls for 1,000": show(median(of(name, "calls")) * 1000, 0),
    "events/s, ours over it": over(name, "perSecond"),
    "p99, ours over it": over(name, "p99"),
    "CPU of Node, ours over it": over(name, "serverCpu"),
  }));
  const client = show(median(of(EMPTY, "clientCpu")));
  return {
    title: "Acknowledge and apply",
    text:
      "Signed events of a night of renewals, 1 to 12 KiB, over 32 connections, to production servers. Every event that is " +
      "acknowledged here is applied as well. Processor time is that of one event; the load itself takes " +
      `${client} µs. The inbox held ${show(inbox.all)} events afterwards, ${show(inbox.open)} of them not settled.`,
    rows,
  };
}
