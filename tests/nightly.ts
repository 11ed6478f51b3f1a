import { ensurePrismaClient } from "../dev/prisma-client.ts";
import { root, runProgram } from "./support/programs.ts";

/**
 * `npm run test:nightly`: the proofs that take hours. 100,000 lives, every point at which a process can die, outages of
 * a minute at 200 events a second, a storm behind a pooler in which a server is killed each second for a minute, and ten
 * minutes in which three of ten deliveries are lost. Each figure can be set: `LIVES=5000 npm run test:nightly`.
 */
const THOROUGH = {
  LIVES: "100000",
  OUTAGE_SECONDS: "60",
  EVENTS_PER_SECOND: "200",
  STORM_SECONDS: "60",
  HOUR_SECONDS: "600",
};

ensurePrismaClient(root);
process.exitCode = await runProgram(
  "vitest",
  ["run", "--project", "integration", "convergence", "crash-points", "outages", "pooler", "lost-hour"],
  { ...THOROUGH, ...process.env },
);
