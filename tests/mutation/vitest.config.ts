import { mergeConfig } from "vitest/config";
import config from "../../vitest.config.ts";

/** Mutants are tried with the unit tests alone: thousands of them, each within milliseconds. */
export default mergeConfig(
  { ...config, test: { ...config.test, projects: undefined } },
  {
    test: { include: ["tests/unit/billing/**/*.test.ts"] },
  },
);
