import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// A quarter of an hour off every other zone, and nobody's own: code that forgets its time zone fails here.
process.env.TZ = "Asia/Kathmandu";

const root = fileURLToPath(new URL(".", import.meta.url));

/** No promise is about speed: a laptop that does much else at once must not fail one. */
const PATIENT = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  resolve: {
    alias: {
      "@": root.replace(/\/$/, ""),
      // Next's own bundler replaces it in the same way on the server.
      "server-only": `${root}node_modules/server-only/empty.js`,
    },
  },
  test: {
    // On two cores as well: a third of the time a file waits for its databases, its servers or a clock.
    maxWorkers: Math.max(3, Math.floor(availableParallelism() / 2)),
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    silent: "passed-only",
    setupFiles: ["tests/support/setup.ts"],
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["tests/unit/**/*.test.{ts,tsx}"], isolate: false },
      },
      {
        extends: true,
        test: {
          name: "local-stripe",
          include: ["tests/integration/stripe/**/*.test.ts"],
          // Each file starts servers of its own, and loading their code anew for each file took more than the tests.
          isolate: false,
          ...PATIENT,
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.{ts,tsx}"],
          exclude: ["tests/integration/stripe/**"],
          globalSetup: ["tests/support/postgres.global.ts"],
          ...PATIENT,
        },
      },
      {
        extends: true,
        test: {
          name: "deploy",
          include: ["tests/deploy/**/*.test.ts"],
          globalSetup: ["tests/support/postgres.global.ts"],
          fileParallelism: false,
        },
      },
    ],
  },
});
