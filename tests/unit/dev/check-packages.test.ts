import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

vi.setConfig({ testTimeout: 60_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "packages-"));
  mkdirSync(join(folder, "node_modules"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const NEXT = { "node_modules/next": { version: "16.4.6" } };
const FOR_WINDOWS = { "node_modules/@img/sharp-win32-x64": { version: "0.35.5", optional: true } };

const write = (file: string, packages: object) =>
  writeFileSync(join(folder, file), JSON.stringify({ packages: { "": { version: "0.1.0" }, ...packages } }));

/** Starts as `npm run dev` does: loaded ahead of a program, here of one that only says that it began. */
function start() {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const check = pathToFileURL(join(process.cwd(), "dev/check-packages.ts")).href;
  const args = ["--import", tsx, "--import", check, "--eval", "console.log('It began.')"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  return { status, says: `${stdout}${stderr}` };
}

test("packages that came with a pull, or changed with it, stop npm run dev with what to run", () => {
  write("package-lock.json", { ...NEXT, "node_modules/new": { version: "1.0.0" }, ...FOR_WINDOWS });
  write("node_modules/.package-lock.json", { "node_modules/next": { version: "16.4.5" } });
  const { status, says } = start();
  expect(says).toBe(
    "node_modules is not what package-lock.json asks for (next and 1 more): run npm install, then this again.\n",
  );
  expect(status).toBe(1);
});

test("what is installed is enough without what is for other machines, and where npm did not install it", () => {
  write("package-lock.json", { ...NEXT, ...FOR_WINDOWS });
  expect(start()).toEqual({ status: 0, says: "It began.\n" });
  write("node_modules/.package-lock.json", NEXT);
  expect(start()).toEqual({ status: 0, says: "It began.\n" });
});
