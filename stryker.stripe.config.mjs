import core from "./stryker.config.mjs";

/**
 * `FILES=checkout,portal npm run test:mutation -- stryker.stripe.config.mjs`: the same of what asks Stripe or reads through Prisma,
 * with the integration tests that hold each file (below, those first that fail most often).
 */
const TESTS = {
  checkout: ["billing/checkout", "billing/ensure-customer"],
  "checkout-return": ["billing/checkout", "billing/allowance"],
  "change/change": ["billing/change", "billing/cancellation"],
  "change/preview": ["billing/change"],
  "change/waiting": ["billing/change", "billing/cancellation"],
  ownership: ["billing/ensure-customer", "billing/checkout", "webhook/ownership", "billing/queries"],
  sync: ["billing/ensure-customer", "webhook/same-second"],
  queries: ["billing/queries", "billing/standing", "webhook/ownership", "billing/change"],
  cancellation: ["billing/cancellation", "account/delete"],
  customers: ["webhook/same-second", "webhook/odd-shapes", "billing/ensure-customer"],
  plans: ["unit/billing/plans", "unit/billing/kind-of-change", "billing/queries"],
  "on-sale": ["billing/queries", "billing/change"],
  catalogue: ["webhook/same-second", "webhook/odd-shapes", "billing/queries"],
  portal: ["billing/cancellation"],
  contact: ["account/settings"],
  idempotency: ["billing/ensure-customer", "billing/checkout"],
  allowance: ["billing/allowance"],
  "subscription/store": ["webhook/same-second", "webhook/odd-shapes", "billing/queries"],
  "subscription/own": ["billing/cancellation", "billing/change"],
  entitlements: ["billing/standing", "webhook/same-second"],

  "reconcile/compare": ["reconcile/schedule", "reconcile/compare"],
  "reconcile/recover": ["reconcile/recover"],
  "reconcile/schedule": ["reconcile/schedule"],
  "reconcile/patience": ["webhook/fetching"],
  "reconcile/progress": ["reconcile/schedule"],
  "reconcile/kinds": ["reconcile/schedule", "reconcile/compare"],
  "webhook/replay": ["operator/replay"],
  "webhook/prune": ["operator/replay"],
  "webhook/drain": ["webhook/claims"],
  "webhook/deliveries": ["webhook/refusals", "operator/alerts"],
  "webhook/events": ["unit/billing/event", "billing/setup"],
  "webhook/answers": ["webhook/endpoint", "webhook/refusals"],
  "webhook/ack": ["unit/billing/ack"],
  "webhook/filter": ["operator/replay"],
  "timeline/read": ["webhook/timeline"],
  heal: ["billing/heal"],
  findings: ["operator/alerts", "reconcile/compare"],
  revenue: ["operator/alerts"],
  upkeep: ["operator/alerts", "api/cron-drain"],
  standing: ["billing/standing"],
  "endpoint-trouble": ["webhook/refusals", "operator/alerts"],
  schedules: ["unit/billing/mirror", "unit/billing/process", "billing/change"],
  trials: ["billing/checkout"],
  closing: ["account/delete"],
  group: ["webhook/batch", "webhook/claims"],
  errors: ["unit/billing/failure"],
  "setup/setup": ["billing/setup"],
  "setup/step": ["billing/setup"],
  "setup/products": ["billing/setup"],
  "setup/prices": ["billing/setup"],
  "setup/portal": ["billing/setup"],
  "setup/endpoint": ["billing/setup"],
};

const all = Object.keys(TESTS);
const files = process.env.FILES?.split(",") ?? all;
const tests = files.flatMap((name) => TESTS[name] ?? []);
const name = ["stripe", ...(process.env.FILES?.split(",") ?? [])].join("-").replaceAll("/", "-");

// tests/mutation/stripe.config.ts reads it, in the process that runs the tests.
process.env.MUTATION_TESTS = [...new Set(tests)].join();
// Fewer examples: a mutant that only the last of many would notice is rare, and each is tried with all of them.
Object.assign(process.env, { COMPARED_LIVES: "6", TIMELINE_RUNS: "3" });

export default {
  ...core,
  mutate: files.map((file) => `lib/billing/${file}.ts`),
  vitest: { configFile: "tests/mutation/stripe.config.ts", related: false },
  timeoutMS: 90_000,
  incrementalFile: `test-results/stryker-${name}-incremental.json`,
  tempDirName: `test-results/stryker-${name}-tmp`,
  jsonReporter: { fileName: `test-results/mutation-${name}.json` },
};
