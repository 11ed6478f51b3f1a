import { ensurePrismaClient } from "../dev/prisma-client.ts";
import { root, runProgram, runSuites, SUITES } from "./support/suites.ts";

/** `npm run validate`: what has to hold before a change goes in. Every check runs, so that one run shows all there is. */
const CHECKS: readonly { name: string; program: string; args: readonly string[] }[] = [
  { name: "format and lint", program: "biome", args: ["ci"] },
  { name: "types of the routes", program: "next", args: ["typegen"] },
  { name: "types", program: "tsc", args: ["--noEmit"] },
  { name: "dead code and dependencies", program: "knip", args: ["--no-progress"] },
  { name: "known vulnerabilities", program: "tsx", args: ["tests/audit.ts"] },
  { name: "migrations", program: "tsx", args: ["prisma/migrate.ts", "--check"] },
];

ensurePrismaClient(root);
const broken = CHECKS.filter(({ name, program, args }) => {
  console.log(`\n── ${name}`);
  return runProgram(program, args) !== 0;
});
console.log("\n── tests");
const testsPassed = runSuites(SUITES, () => {
  for (const { name } of broken) console.log(`Failed: ${name}`);
});
process.exitCode = testsPassed && broken.length === 0 ? 0 : 1;
