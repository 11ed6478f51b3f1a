import { defineConfig, devices } from "@playwright/test";
import { anyPort } from "./dev/ports.ts";
import { chromiumOptions } from "./tests/support/chromium.ts";

// Workers read this file again: they must come to the port that the first reading chose.
process.env.E2E_PORT ??= String(await anyPort());
process.env.TZ = "Asia/Kathmandu";

/** Who must be alone (fixtures.ts), and who needs neither the app nor a turn, and so can go on beside them. */
const ALONE = /(dashboard-statements|story)\.spec\.ts$/;
const BESIDE = /(server|build)\.spec\.ts$/;

export default defineConfig({
  testDir: "tests/e2e",
  globalSetup: "./tests/support/app.global.ts",
  outputDir: "test-results/e2e",
  workers: 2,
  // In this order: those that must be alone come when one worker has nothing else to do, and the other goes on at once.
  projects: [
    { name: "together", testIgnore: [ALONE, BESIDE] },
    { name: "alone", testMatch: ALONE },
    { name: "beside", testMatch: BESIDE },
  ],
  // A test that passes only at the second try has found something.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  // No promise is about speed: a machine that does much else at once must not fail one.
  timeout: 180_000,
  expect: { timeout: 40_000 },
  reporter: "list",
  use: {
    ...devices["Desktop Chrome"],
    baseURL: `http://localhost:${process.env.E2E_PORT}`,
    // A trace of everything doubles what a page takes: `npx playwright test FILE --trace on` records one.
    trace: "off",
    // What moves is waited for by nobody.
    contextOptions: { reducedMotion: "reduce" },
    screenshot: "only-on-failure",
    launchOptions: chromiumOptions(),
  },
});
