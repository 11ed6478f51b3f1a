import { readFileSync } from "node:fs";
import * as z from "zod";

export type Totals = {
  passed: number;
  failed: number;
  skipped: number;
  /** The tests that failed, by name: what a long log hides. */
  failures: readonly string[];
};

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

/** Counts Vitest's JSON report. A file that failed before its first test counts as one failure. */
export function vitestTotals(file: string): Totals {
  const report = vitestReport.parse(JSON.parse(readFileSync(file, "utf8")));
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((assertion) => assertion.status !== "failed"),
  );
  const failedTests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.flatMap(({ status, fullName }) => (status === "failed" ? [`${name} ${fullName}`] : [])),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: [...failedTests, ...brokenFiles.map(({ name }) => name)],
  };
}

const playwrightSuite = z.object({
  specs: z.array(z.object({ file: z.string(), title: z.string(), ok: z.boolean() })),
  get suites() {
    return z.array(playwrightSuite).optional();
  },
});

const playwrightReport = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
  errors: z.array(z.object({ message: z.string().optional() })),
  suites: z.array(playwrightSuite),
});

/** Counts Playwright's JSON report. An error outside of any test counts as one failure. */
export function playwrightTotals(file: string): Totals {
  const { stats, errors, suites } = playwrightReport.parse(JSON.parse(readFileSync(file, "utf8")));
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
    failures: [
      ...suites.flatMap(failedSpecs),
      ...errors.map(({ message }) => message ?? "an error outside of tests"),
    ],
  };
}

function failedSpecs({ specs, suites = [] }: z.infer<typeof playwrightSuite>): string[] {
  const failed = specs.filter(({ ok }) => !ok).map(({ file, title }) => `${file} ${title}`);
  return [...failed, ...suites.flatMap(failedSpecs)];
}

/** Adds up what several runners counted. */
export function sum(totals: readonly Totals[]): Totals {
  const add = (field: "passed" | "failed" | "skipped") =>
    totals.reduce((total, part) => total + part[field], 0);
  const failures = totals.flatMap((part) => part.failures);
  return { passed: add("passed"), failed: add("failed"), skipped: add("skipped"), failures };
}

/** The last line of a run, for people and for machines. */
export function describeTotals({ passed, failed, skipped }: Omit<Totals, "failures">): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
