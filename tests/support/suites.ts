import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensurePrismaClient } from "../../dev/prisma-client.ts";
import { ensureChromium } from "./chromium.ts";
import { root, runAside, runProgram } from "./programs.ts";
import { describeTotals, playwrightTotals, sum, type Totals, vitestTotals } from "./totals.ts";

const reports = join(root, "test-results");

export const SUITES = ["unit", "integration", "e2e"] as const;
export type Suite = (typeof SUITES)[number];

/** The projects of vitest.config.ts that belong to each. */
const PROJECTS: Record<Suite, readonly string[]> = {
  unit: ["unit"],
  integration: ["local-stripe", "integration"],
  e2e: [],
};

/**
 * Runs test suites on a machine that may have nothing but Node and npm, and ends with one line of totals.
 * @param beforeTotals writes what else there is to say: the totals are the last line
 * @returns whether at least one test ran and none failed
 */
export async function runSuites(
  suites: readonly Suite[],
  beforeTotals: () => Promise<void> | void = () => {},
): Promise<boolean> {
  ensurePrismaClient(root);
  const totals: Totals[] = [];
  // Beside the other suites: those wait for their databases as often as they compute.
  const app = suites.includes("e2e") ? prepareEndToEnd() : null;
  const projects = suites.flatMap((suite) => PROJECTS[suite]).flatMap((project) => ["--project", project]);
  if (projects.length > 0) totals.push(await runVitest(projects));
  if (app) totals.push(await runEndToEnd(await app));
  const all = sum(totals);
  if (all.passed + all.failed === 0) console.log("No test ran.");
  for (const name of all.failures) console.log(`Failed: ${name}`);
  await beforeTotals();
  console.log(describeTotals(all));
  return all.failed === 0 && all.passed > 0;
}

async function runVitest(projects: readonly string[]): Promise<Totals> {
  const report = newReport("vitest.json");
  const code = await runProgram("vitest", [
    "run",
    ...projects,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  return counted("Vitest", code, report, vitestTotals);
}

type Prepared = {
  /** What is not there, so that nothing can be tested. */
  missing: string | null;
  said: string;
};

async function prepareEndToEnd(): Promise<Prepared> {
  try {
    await ensureChromium();
  } catch (error) {
    return { missing: "there is no Chromium", said: error instanceof Error ? error.message : String(error) };
  }
  const { code, said } = await buildWithoutEnvironment();
  return { missing: code === 0 ? null : "next build", said };
}

async function runEndToEnd({ missing, said }: Prepared): Promise<Totals> {
  console.log(said);
  if (missing) return failure(missing);
  const report = newReport("playwright.json");
  const env = { ...process.env, E2E_IS_BUILT: "1", PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  const code = await runProgram("playwright", ["test", "--reporter=list,json"], env);
  return counted("Playwright", code, report, playwrightTotals);
}

/** A build needs no database and no secret: a variable that the app reads is not there, so one that it needs fails. */
function buildWithoutEnvironment(): Promise<{ code: number; said: string }> {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(DATABASE_URL|STRIPE_|BETTER_AUTH_|APP_URL|CHECKOUT_|CRON_|OPERATOR_|PAST_DUE_)/.test(name),
  );
  const env = { ...Object.fromEntries(kept), NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" } as const;
  return runAside("next", ["build"], env);
}

function newReport(name: string): string {
  const file = join(reports, name);
  rmSync(file, { force: true });
  return file;
}

/** A runner that failed although no test did, by an error outside of tests or without a report, counts as a failure. */
function counted(runner: string, code: number, report: string, totalsOf: (file: string) => Totals): Totals {
  const totals = existsSync(report) ? totalsOf(report) : sum([]);
  if (code === 0 || totals.failed > 0) return totals;
  return sum([totals, failure(`${runner} ended with exit code ${code}, though no test failed`)]);
}

const failure = (what: string): Totals => ({ passed: 0, failed: 1, skipped: 0, failures: [what] });
