import { ensurePrismaClient } from "../dev/prisma-client.ts";
import { root, runAside, runProgram } from "./support/programs.ts";
import { runSuites, SUITES } from "./support/suites.ts";

type Check = { name: string; program: string; args: readonly string[] };
type Running = { name: string; check: ReturnType<typeof runAside> };

/** `npm run validate`: what has to hold before a change goes in. Every check runs, so that one run shows all there is. */
const CHECKS: readonly Check[] = [
  { name: "format and lint", program: "biome", args: ["ci"] },
  { name: "types", program: "tsc", args: ["--noEmit"] },
  { name: "dead code and dependencies", program: "knip", args: ["--no-progress"] },
  { name: "migrations", program: "tsx", args: ["prisma/migrate.ts", "--check"] },
];

/** It waits for the registry, which may let it wait for a minute: the tests go on meanwhile. */
const AUDIT: Check = { name: "known vulnerabilities", program: "tsx", args: ["tests/audit.ts"] };

const start = ({ name, program, args }: Check): Running => ({ name, check: runAside(program, args) });

async function report({ name, check }: Running): Promise<void> {
  console.log(`\n── ${name}`);
  const { code, said } = await check;
  console.log(said.trimEnd());
  if (code !== 0) broken.push(name);
}

ensurePrismaClient(root);
console.log("\n── types of the routes");
const broken = (await runProgram("next", ["typegen"])) === 0 ? [] : ["types of the routes"];
const audit = start(AUDIT);
// At once: most know no second thread.
for (const running of CHECKS.map(start)) await report(running);
console.log("\n── tests");
const testsPassed = await runSuites(SUITES, async () => {
  await report(audit);
  for (const name of broken) console.log(`Failed: ${name}`);
});
process.exitCode = testsPassed && broken.length === 0 ? 0 : 1;
