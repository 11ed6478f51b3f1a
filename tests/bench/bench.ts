import { ensurePrismaClient } from "../../dev/prisma-client.ts";
import { root } from "../support/programs.ts";
import { acknowledge } from "./parts/acknowledge.ts";
import { backlog } from "./parts/backlog.ts";
import { coldStart } from "./parts/cold-start.ts";
import { growth } from "./parts/growth.ts";
import { pages } from "./parts/pages.ts";
import { peers } from "./parts/peers.ts";
import { markdown, type Section, writeSection } from "./report.ts";
import { build } from "./servers.ts";
import type { BenchOptions } from "./stage.ts";

/**
 * `npm run bench`: the figures of docs/performance.md, side by side in one run.
 * `npm run bench -- acknowledge` takes some of them; `--built` uses the builds that are there; `--rounds 7` and
 * `--seconds 10` make them steadier; `--large` goes up to ten million rows, `--dry` leaves the document as it is.
 */
const PARTS: Record<string, (options: BenchOptions) => Promise<Section>> = {
  acknowledge,
  peers,
  backlog,
  growth,
  "cold-start": coldStart,
  pages,
};

const args = process.argv.slice(2);
const number = (name: string, otherwise: number) =>
  args.includes(name) ? Number(args[args.indexOf(name) + 1]) : otherwise;
const options = {
  rounds: number("--rounds", 5),
  seconds: number("--seconds", 4),
  large: args.includes("--large"),
  built: args.includes("--built"),
};
const named = Object.keys(PARTS).filter((name) => args.includes(name));

process.chdir(root);
ensurePrismaClient(root);
if (!options.built) await build();
for (const name of named.length > 0 ? named : Object.keys(PARTS)) {
  const section = await PARTS[name]?.(options);
  if (!section) continue;
  console.log(`\n${markdown(section)}\n`);
  if (!args.includes("--dry")) writeSection(name, section);
}
