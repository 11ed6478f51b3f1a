import { mergeConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import config from "../../vitest.config.ts";
import { keepWorker } from "./kept-worker.ts";

/** Mutants of what asks Stripe are tried with the integration tests that stryker.stripe.config.mjs names for them. */
const TESTS = (process.env.MUTATION_TESTS ?? "")
  .split(",")
  .map((name) => (name.startsWith("unit/") ? `tests/${name}.test.ts` : `tests/integration/${name}.test.ts`));

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
    plugins: [keepWorker],
    test: {
      include: TESTS,
      globalSetup: ["tests/support/postgres.global.ts"],
      setupFiles: ["tests/mutation/forget.ts"],
      sequence: { sequencer: InThisOrder },
      // What a mutant makes wait for ever ends by this.
      testTimeout: 20_000,
      // A hook that fails leaves no test that failed, and Stryker takes that for survived.
      hookTimeout: 60_000,
    },
  },
);
