import { ensurePrismaClient } from "../../dev/prisma-client.ts";
import { root } from "../support/suites.ts";
import { acknowledge } from "./parts/acknowledge.ts";
import { markdown, type Section, writeSection } from "./report.ts";
import { build } from "./servers.ts";

/**
 * `npm run bench`: the figures of docs/performance.md, side by side in one run.
 * `npm run bench -- acknowledge` takes some of them; `--built` uses the builds that are there; `--rounds 7` and
 * `--seconds 10` make them steadier; `--dry` leaves the document as it is.
 */
const PARTS: Record<string, (options: { rounds: number; seconds: number }) => Promise<Section>> = {
  acknowledge,
};

const args = process.argv.slice(2);
const number = (name: string, otherwise: number) =>
  args.includes(name) ? Number(args[args.indexOf(name) + 1]) : otherwise;
const options = { rounds: number("--rounds", 5), seconds: number("--seconds", 4) };
const named = Object.keys(PARTS).filter((name) => args.includes(name));

process.chdir(root);
ensurePrismaClient(root);
if (!args.includes("--built")) build();
for (const name of named.length > 0 ? named : Object.keys(PARTS)) {
  const section = await PARTS[name]?.(options);
  if (!section) continue;
  console.log(`\n${markdown(section)}\n`);
  if (!args.includes("--dry")) writeSection(name, section);
}
