import { mergeConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import config from "../../vitest.config.ts";

/**
 * Mutants of what talks to Postgres are tried with the integration tests that load neither Next nor Prisma nor Stripe's SDK,
 * for that would take three times as long as the tests. Nor those that start servers: they run what is built, and see no mutant.
 */
const TESTS = [
  "tests/integration/webhook/batch.test.ts",
  "tests/integration/webhook/claims.test.ts",
  "tests/integration/webhook/fetching.test.ts",
  "tests/unit/billing/mirror.test.ts",
];

/** A mutant is over at the first test that fails, so those that fail most often come first. */
class InThisOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => TESTS.findIndex((name) => moduleId.endsWith(name));
    return files.toSorted((a, b) => place(a) - place(b));
  }
}

export default mergeConfig(
  { ...config, test: { ...config.test, projects: undefined } },
  {
    test: {
      include: TESTS,
      globalSetup: ["tests/support/postgres.global.ts"],
      sequence: { sequencer: InThisOrder },
      // What a mutant makes wait for ever ends by this.
      testTimeout: 15_000,
      hookTimeout: 15_000,
    },
  },
);
