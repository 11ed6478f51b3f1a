import core from "./stryker.config.mjs";

/**
 * `npm run test:mutation -- stryker.database.config.mjs`: the same of what talks to Postgres, with the integration tests. A
 * mutant takes seconds, so all of them take hours: `--mutate lib/billing/table.ts` for one file.
 */
const FILES = [
  "webhook/inbox",
  "webhook/apply",
  "webhook/claimed",
  "webhook/receive",
  "webhook/drain",
  "webhook/settle",
  "table",
  "fetch",
  "timeline/record",
];

export default {
  ...core,
  mutate: FILES.map((name) => `lib/billing/${name}.ts`),
  vitest: { configFile: "tests/mutation/database.config.ts" },
  timeoutMS: 60_000,
  incrementalFile: "test-results/stryker-database-incremental.json",
  jsonReporter: { fileName: "test-results/mutation-database.json" },
};
