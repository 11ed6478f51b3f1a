import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { demoScenes } from "./scenes";

/**
 * Writes the demo events anew, so that the story begins now (or at the moment given), with another subscription:
 *
 *   npx tsx dev/events/build.ts [2026-11-24T09:00:00Z]
 */
const [moment] = process.argv.slice(2);
// The story takes an hour and a bit; nothing in it should be still to come.
const start = moment ? new Date(moment) : new Date(Date.now() - 70 * 60_000);
for (const [name, events] of Object.entries(demoScenes(start))) {
  const file = join(import.meta.dirname, `${name}.json`);
  // As the formatter writes it: what fits on a line stays on one.
  const json = JSON.stringify(events, null, 2).replace(/\[\s+("[^"]*")\s+\]/g, "[$1]");
  writeFileSync(file, `${json}\n`);
  console.log(`${file}: ${events.length} events`);
}
