import { withClient } from "../../../prisma/migrate/databases.ts";
import { fill } from "../../load/fill.ts";
import { ratios, show, spread } from "../figures.ts";
import type { Section } from "../report.ts";
import { type Contender, runRounds } from "../rounds.ts";
import { type BenchOptions, onStage } from "../stage.ts";

const SIZES = [0, 100_000, 1_000_000];
const LARGEST = 10_000_000;

/** Whether years of events in the inbox make the next one slower. */
export function growth(options: BenchOptions): Promise<Section> {
  return onStage(async ({ renewals, database, startApp }) => {
    const contenders: Contender[] = [];
    for (const rows of options.large ? [...SIZES, LARGEST] : SIZES) {
      const name = `rows_${rows}`;
      const url = await database.create(name);
      if (rows > 0)
        await withClient(url, (client) => fill(client, { events: rows, subscriptions: rows / 100 }));
      contenders.push({
        name,
        server: await startApp(url),
        path: "/api/webhooks/stripe",
        database: name,
      });
    }
    const found = await runRounds(contenders, renewals, database, options);
    const [first = []] = found.values();
    return {
      title: "Growth",
      text: "The same load, with so many events in the inbox already.",
      rows: [...found].map(([name, rounds]) => ({
        "rows in stripe_events": show(Number(name.slice("rows_".length))),
        "events/s": spread(
          rounds.map(({ perSecond }) => perSecond),
          0,
        ),
        "of that at none": spread(
          ratios(
            rounds.map(({ perSecond }) => perSecond),
            first.map(({ perSecond }) => perSecond),
          ),
        ),
        "CPU of Postgres, µs an event": spread(
          rounds.map(({ databaseCpu }) => databaseCpu),
          0,
        ),
        "CPU, of that at none": spread(
          ratios(
            rounds.map(({ databaseCpu }) => databaseCpu),
            first.map(({ databaseCpu }) => databaseCpu),
          ),
        ),
      })),
    };
  });
}
