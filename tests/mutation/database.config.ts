import { mergeConfig } from "vitest/config";
import config from "../../vitest.config.ts";

/**
 * Mutants of what talks to Postgres are tried with the integration tests that call it in their own process. Those that start
 * servers run what is built, and see no mutant.
 */
export default mergeConfig(
  { ...config, test: { ...config.test, projects: undefined } },
  {
    test: {
      include: [
        "tests/unit/billing/**/*.test.ts",
        "tests/integration/webhook/{inbox,batch,fetching,mutations,odd-shapes,out-of-order,same-second,superseded,timeline,ownership,refusals}.test.ts",
        "tests/integration/reconcile/{compare,recover}.test.ts",
        "tests/integration/operator/replay.test.ts",
      ],
      globalSetup: ["tests/support/postgres.global.ts"],
      testTimeout: 30_000,
      hookTimeout: 30_000,
    },
  },
);
