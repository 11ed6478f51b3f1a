import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { refuseStaleBuild } from "@/tests/support/build-age";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "build-age-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, second: number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), "");
  utimesSync(join(root, path), second, second);
}

test("a build that has every source in it is tested, whatever lies beside the sources", () => {
  write("app/dashboard/page.tsx", 1);
  write(".next/BUILD_ID", 2);
  write("lib/generated/prisma/client.ts", 3);
  write("tests/e2e/smoke.spec.ts", 3);
  refuseStaleBuild(root);
});

test.each([
  "app/dashboard/page.tsx",
  "lib/db.ts",
  "prisma/schema.prisma",
  "next.config.mjs",
  "package-lock.json",
])("a build that is older than %s is refused, with what to do", (path) => {
  write(".next/BUILD_ID", 2);
  write(path, 3);
  expect(() => refuseStaleBuild(root)).toThrow(
    `is older than ${path}, so it would be tested without it. Run \`npm run build\``,
  );
});

test("where nothing was built, it is said what to do", () => {
  expect(() => refuseStaleBuild(root)).toThrow("There is no production build to test. Run `npm run build`");
});
