import { ensurePrismaClient } from "../dev/prisma-client.ts";
import { root, runAside, runProgram } from "./support/programs.ts";
import { runSuites, SUITES } from "./support/suites.ts";

type Check = { name: string; program: string; args: readonly string[] };

/** `npm run validate`: what has to hold before a change goes in. Every check runs, so that one run shows all there is. */
const CHECKS: readonly Check[] = [
  { name: "format and lint", program: "biome", args: ["ci"] },
  { name: "types", program: "tsc", args: ["--noEmit"] },
  { name: "dead code and dependencies", program: "knip", args: ["--no-progress"] },
  { name: "known vulnerabilities", program: "tsx", args: ["tests/audit.ts"] },
  { name: "migrations", program: "tsx", args: ["prisma/migrate.ts", "--check"] },
];

ensurePrismaClient(root);
console.log("\n── types of the routes");
const broken = (await runProgram("next", ["typegen"])) === 0 ? [] : ["types of the routes"];
// At once: one waits for the registry, and most know no second thread.
const running = CHECKS.map(({ name, program, args }) => ({ name, check: runAside(program, args) }));
for (const { name, check } of running) {
  console.log(`\n── ${name}`);
  const { code, said } = await check;
  console.log(said.trimEnd());
  if (code !== 0) broken.push(name);
}
console.log("\n── tests");
const testsPassed = await runSuites(SUITES, () => {
  for (const name of broken) console.log(`Failed: ${name}`);
});
process.exitCode = testsPassed && broken.length === 0 ? 0 : 1;
