import { withClient } from "../../../prisma/migrate/databases.ts";
import { median, ratios, show, spread } from "../figures.ts";
import type { Section } from "../report.ts";
import { type BenchOptions, onStage } from "../stage.ts";

/** Over all rounds together. */
const EVENTS = 100_000;
const ONE_BY_ONE = 300;

/** What waits after an outage: drained as the app does it, and by the same functions one event at a time. */
export function backlog({ rounds }: BenchOptions): Promise<Section> {
  return onStage(async ({ renewals, database, env }) => {
    const url = await database.create("backlog");
    // Before the first import of what reads it.
    Object.assign(process.env, env, { DATABASE_URL: url });
    const { drainDue } = await import("../../../lib/billing/webhook/drain.ts");
    const { claimDue } = await import("../../../lib/billing/webhook/inbox.ts");
    const { applyClaimed, readClaimed } = await import("../../../lib/billing/webhook/claimed.ts");
    const { db } = await import("../../../lib/db.ts");
    const together: number[] = [];
    const alone: number[] = [];
    const oneByOne = async () => {
      for (let claimed = await claimDue(1); claimed.length > 0; claimed = await claimDue(1))
        await applyClaimed(await readClaimed(claimed));
    };
    const timed = async (count: number, work: () => Promise<void>) => {
      await keepWaiting(url, renewals.take(count));
      const begunAt = performance.now();
      await work();
      return (count * 1000) / (performance.now() - begunAt);
    };
    for (let round = 0; round < rounds; round += 1) {
      alone.push(await timed(ONE_BY_ONE, oneByOne));
      together.push(await timed(EVENTS / rounds, () => drainDue(Number.POSITIVE_INFINITY)));
      console.log(`round ${round + 1} backlog`, show(alone.at(-1) ?? 0), show(together.at(-1) ?? 0));
    }
    await db().$disconnect();
    return {
      title: "Backlog",
      text: `${show(EVENTS)} events that wait in the inbox, in ${rounds} lots, drained by one process.`,
      rows: [
        { "": "drained together, events/s", figure: spread(together, 0) },
        { "": `one by one, events/s (${ONE_BY_ONE} a round)`, figure: spread(alone, 0) },
        { "": "together over one by one", figure: spread(ratios(together, alone), 1) },
        { "": `seconds for ${show(EVENTS)}`, figure: show(EVENTS / median(together)) },
      ],
    };
  });
}

/** As if they had been taken in and not been applied. */
async function keepWaiting(url: string, bodies: readonly string[]): Promise<void> {
  await withClient(url, async (client) => {
    for (let from = 0; from < bodies.length; from += 1_000)
      await client.query(
        `insert into stripe_events (id, type, created, livemode, payload, status)
         select e ->> 'id', e ->> 'type', to_timestamp((e ->> 'created')::bigint), false, body, 'pending'
         from unnest($1::text[]) body, lateral (select body::json as e) parsed`,
        [bodies.slice(from, from + 1_000)],
      );
    await client.query("analyze stripe_events");
  });
}
