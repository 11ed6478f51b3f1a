import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePrismaClient } from "../../dev/prisma-client.ts";
import { ensureChromium } from "./chromium.ts";
import { describeTotals, playwrightTotals, sum, type Totals, vitestTotals } from "./totals.ts";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
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
export function runSuites(suites: readonly Suite[], beforeTotals = () => {}): boolean {
  ensurePrismaClient(root);
  const totals: Totals[] = [];
  const projects = suites.flatMap((suite) => PROJECTS[suite]).flatMap((project) => ["--project", project]);
  if (projects.length > 0) totals.push(runVitest(projects));
  if (suites.includes("e2e")) totals.push(runEndToEnd());
  const all = sum(totals);
  if (all.passed + all.failed === 0) console.log("No test ran.");
  for (const name of all.failures) console.log(`Failed: ${name}`);
  beforeTotals();
  console.log(describeTotals(all));
  return all.failed === 0 && all.passed > 0;
}

function runVitest(projects: readonly string[]): Totals {
  const report = newReport("vitest.json");
  const code = runProgram("vitest", [
    "run",
    ...projects,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  return counted("Vitest", code, report, vitestTotals);
}

function runEndToEnd(): Totals {
  try {
    ensureChromium();
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    return failure("there is no Chromium");
  }
  if (buildWithoutEnvironment() !== 0) {
    console.log("`next build` failed, so there is nothing to test end to end.");
    return failure("next build");
  }
  const report = newReport("playwright.json");
  const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  const code = runProgram("playwright", ["test", "--reporter=list,json"], env);
  return counted("Playwright", code, report, playwrightTotals);
}

/** A build needs no database and no secret: a variable that the app reads is not there, so one that it needs fails. */
function buildWithoutEnvironment(): number {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(DATABASE_URL|STRIPE_|BETTER_AUTH_|APP_URL|CHECKOUT_|CRON_|OPERATOR_|PAST_DUE_)/.test(name),
  );
  const env = { ...Object.fromEntries(kept), NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" } as const;
  return runProgram("next", ["build"], env);
}

/** Runs a program that a package brought, with our own output. Returns its exit code. */
export function runProgram(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): number {
  const program = join(root, "node_modules/.bin", name);
  const { status } = spawnSync(program, args, { cwd: root, env, stdio: "inherit" });
  return status ?? 1;
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
