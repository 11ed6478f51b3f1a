import { parseArgs } from "node:util";
import { drainDue } from "../lib/billing/webhook/drain";
import { type EventFilter, eventFilterSchema } from "../lib/billing/webhook/filter";
import { askForReplay, continueReplay, readReplay } from "../lib/billing/webhook/replay";
import { recordAct } from "../lib/operator/acts";
import { COUNTED, countEvents } from "../lib/operator/events";
import { viewReplay } from "../lib/operator/replay-view";
import { runCommand, showProgress, UsageError } from "./command";

const USAGE = `Applies events of the inbox again. The order rules hold for them as for any event: no row goes back.

  npm run billing:replay -- [options]

  --state S       pending, parked, applied, superseded or ignored; parked unless another option is given
  --type T        customer.subscription.updated and so on
  --object ID     the object that the event is about
  --customer ID   cus_…
  --from, --to    moments of receipt, in UTC: 2026-11-24 or 2026-11-24T09:30
  --dry-run       counts them, and changes nothing
  --help

A payload that was pruned cannot be applied again.
`;

const OPTIONS = {
  state: { type: "string" },
  type: { type: "string" },
  object: { type: "string" },
  customer: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  "dry-run": { type: "boolean" },
} as const;

function readFilter(values: Record<string, string | boolean | undefined>): EventFilter {
  const { "dry-run": _, ...given } = values;
  if (Object.keys(given).length === 0) return { state: "parked" };
  const filter = eventFilterSchema.parse(given);
  for (const [name, value] of Object.entries(given))
    if (value !== undefined && Reflect.get(filter, name) === undefined)
      throw new UsageError(`--${name} ${value} cannot be understood. See: npm run billing:replay -- --help`);
  return filter;
}

await runCommand(USAGE, async () => {
  const { values } = parseArgs({ options: OPTIONS });
  const filter = readFilter(values);
  const total = await countEvents(filter);
  console.log(`${total > COUNTED ? `More than ${COUNTED}` : total} events: ${JSON.stringify(filter)}`);
  if (values["dry-run"] || total === 0) return;
  const operator = "the command line";
  const id = await askForReplay(filter, operator, total, 0);
  await recordAct({ operator, action: "asked for a replay", target: id, detail: { filter, total } });
  const progress = showProgress();
  for (
    let replay = await continueReplay(id);
    replay?.status === "running";
    replay = await continueReplay(id)
  ) {
    await drainDue();
    progress.update(replay.replayed, total, `${replay.replayed} of ${total}`);
  }
  await drainDue();
  progress.end();
  const replayed = await readReplay(id);
  const parked = replayed ? (await viewReplay(replayed)).parked : 0;
  console.log(
    `Replayed. ${parked === 0 ? "None of them is parked." : `${parked} of them are parked again: see /operator/events.`}`,
  );
});
