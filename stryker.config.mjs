/**
 * `npm run test:mutation`: changes lib/billing in a thousand small ways, and sees whether a test fails each time.
 * docs/mutation-testing.md says what it found. A run goes on where the last one ended.
 */

/** What the unit tests alone hold, without a database. */
const CORE = [
  "order",
  "read",
  "mirror",
  "invoices",
  "subscription/access",
  "subscription/from-stripe",
  "subscription/lifecycle",
  "change/kind",
  "change/quote",
  "reconcile/weigh",
  "timeline/facts",
  "webhook/event",
  "webhook/verify",
  "webhook/decide",
  "webhook/failure",
  "webhook/process",
];

export default {
  mutate: CORE.map((name) => `lib/billing/${name}.ts`),
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "tests/mutation/vitest.config.ts" },
  // Stryker reads a tsconfig through TypeScript's former API, which TypeScript 7 has not, so it is shown none.
  tsconfigFile: "there-is-none.json",
  ignorePatterns: [".next", ".data", "test-results", ".vercel"],
  concurrency: 1,
  coverageAnalysis: "perTest",
  timeoutMS: 10_000,
  incremental: true,
  incrementalFile: "test-results/stryker-incremental.json",
  tempDirName: "test-results/stryker-tmp",
  reporters: ["clear-text", "json", "progress-append-only"],
  jsonReporter: { fileName: "test-results/mutation.json" },
  clearTextReporter: { allowColor: false, logTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
};
