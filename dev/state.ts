import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/** What one `npm run dev` leaves for the next one, and for commands while it runs. */
const schema = z.object({
  /** Where the app answers, or last did. */
  url: z.string().optional(),
  /** What events are signed with. Kept, so that a restart does not break what already knows it. */
  webhookSecret: z.string().default(() => `whsec_${randomBytes(24).toString("hex")}`),
  /** Kept, so that a restart signs nobody out. */
  authSecret: z.string().default(() => randomBytes(32).toString("base64")),
  postgresPort: z.number().optional(),
  /** The process of the dev command while it runs. */
  pid: z.number().optional(),
  /** What it gave to the app where nobody else did, while it runs: for the commands of scripts/. */
  env: z.record(z.string(), z.string()).optional(),
});

export type DevState = z.output<typeof schema>;

/** What was kept in `.data/dev.json`; what is missing or unreadable is made anew. */
export function readState(dataFolder: string): DevState {
  let kept: unknown = {};
  try {
    kept = JSON.parse(readFileSync(join(dataFolder, "dev.json"), "utf8"));
  } catch {
    // The first start, or a file that somebody edited: both begin anew.
  }
  return schema.safeParse(kept).data ?? schema.parse({});
}

export function writeState(dataFolder: string, state: DevState): void {
  mkdirSync(dataFolder, { recursive: true });
  const file = join(dataFolder, "dev.json");
  // Renamed into its place, so that nobody ever reads half of it.
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
