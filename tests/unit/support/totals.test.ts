import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { describeTotals, playwrightTotals, sum, vitestTotals } from "@/tests/support/totals";

const folder = mkdtempSync(join(tmpdir(), "totals-"));
afterAll(() => rmSync(folder, { recursive: true }));

function report(content: object): string {
  const file = join(folder, "report.json");
  writeFileSync(file, JSON.stringify(content));
  return file;
}

test("a test file that broke before its first test is a failure", () => {
  const file = report({
    numPassedTests: 3,
    numFailedTests: 1,
    numPendingTests: 1,
    numTodoTests: 1,
    testResults: [
      {
        name: "a.test.ts",
        status: "failed",
        assertionResults: [
          { status: "failed", fullName: "adds" },
          { status: "passed", fullName: "takes away" },
        ],
      },
      { name: "b.test.ts", status: "failed", assertionResults: [] },
      { name: "c.test.ts", status: "passed", assertionResults: [{ status: "passed", fullName: "divides" }] },
    ],
  });
  const failures = ["a.test.ts adds", "b.test.ts"];
  expect(vitestTotals(file)).toEqual({ passed: 3, failed: 2, skipped: 2, failures });
});

test("a flaky test and an error outside of tests are failures", () => {
  const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 0 };
  const spec = (title: string, ok: boolean) => ({ file: "a.spec.ts", title, ok });
  const suites = [{ specs: [spec("pays", true)], suites: [{ specs: [spec("cancels", false)] }] }];
  expect(playwrightTotals(report({ stats, errors: [{ message: "setup failed" }], suites }))).toEqual({
    passed: 5,
    failed: 3,
    skipped: 0,
    failures: ["a.spec.ts cancels", "setup failed"],
  });
});

test("the last line names the skipped only when there are any", () => {
  const totals = { passed: 2, failed: 0, skipped: 0, failures: [] };
  expect(describeTotals(sum([totals, totals]))).toBe("4 passed, 0 failed");
  expect(describeTotals({ ...totals, skipped: 1 })).toBe("2 passed, 0 failed, 1 skipped");
});
