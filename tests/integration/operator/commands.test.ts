import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundle } from "../../support/bundle";
import { useDatabase } from "../../support/database";

const database = useDatabase();

/** Runs a command of scripts/ as a person does. */
async function run(script: string, args: string[], env: Record<string, string | undefined> = {}, cwd = ".") {
  const program = await bundle(`scripts/${script}.ts`);
  return new Promise<{ code: unknown; words: string }>((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      { cwd, env: { ...process.env, ...env } },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, words: stdout + stderr }),
    );
  });
}

it.each([
  ["billing-reconcile", ["--invoices", "soon"], "--invoices is a whole number above 0"],
  ["billing-reconcile", ["--nope"], "Unknown option '--nope'"],
  ["billing-replay", ["--state", "wrong"], "--state wrong cannot be understood"],
  ["billing-prune", ["--days=-1"], "--days is a whole number above 0"],
  ["operator", ["one@example.com", "two@example.com"], "npm run operator -- ADDRESS"],
  ["operator", ["mallory@example.com"], "is not in OPERATOR_EMAILS"],
])("%s %j says what is wrong with it", async (script, args, words) => {
  const told = await run(script, args);
  expect(told).toEqual({ code: 1, words: expect.stringContaining(words) });
  expect(told.words).not.toMatch(/^\s+at /m);
});

it("a database that does not answer, or a key that is missing, is told in words", async () => {
  const nowhere = new URL(database.url);
  nowhere.port = "1";
  const told = await Promise.all([
    run("billing-reconcile", ["--dry-run"], { DATABASE_URL: nowhere.href }),
    run("billing-prune", [], { DATABASE_URL: nowhere.href }),
    run("billing-reconcile", ["--dry-run"], { STRIPE_SECRET_KEY: "" }),
  ]);
  expect(told.map(({ code }) => code)).toEqual([1, 1, 1]);
  for (const { words } of told.slice(0, 2)) expect(words).toContain("The database could not be asked");
  expect(told[2]?.words).toContain("STRIPE_SECRET_KEY missing");
  for (const { words } of told) expect(words).not.toMatch(/^\s+at |postgres:postgres/m);
});

it("pruning and replaying an empty inbox is no error", async () => {
  expect(await run("billing-prune", [])).toEqual({ code: 0, words: expect.stringContaining("0 payloads") });
  expect(await run("billing-replay", [])).toEqual({ code: 0, words: expect.stringContaining("0 events") });
});

describe("on a laptop", () => {
  const GIVEN = [
    "DATABASE_URL",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "BETTER_AUTH_SECRET",
    "APP_URL",
  ];
  const nothing = Object.fromEntries([...GIVEN, "STRIPE_API_BASE"].map((name) => [name, undefined]));
  const given = () => Object.fromEntries(GIVEN.map((name) => [name, process.env[name]]));

  /** A folder as a running `npm run dev` leaves it. */
  function folder(state: object): string {
    const path = mkdtempSync(join(tmpdir(), "laptop-"));
    mkdirSync(join(path, ".data"));
    writeFileSync(join(path, ".data", "dev.json"), JSON.stringify(state));
    return path;
  }
  const url = "http://localhost:3000";
  const running = () => folder({ pid: process.pid, url, env: given() });
  /** One whose key stands in .env: what it gave itself does not name the account. */
  const withOwnKey = () => {
    const { STRIPE_SECRET_KEY: _, ...rest } = given();
    return folder({ pid: process.pid, url, env: rest });
  };

  it("a command is about the app that `npm run dev` runs, and says so", async () => {
    const told = await run("billing-prune", [], nothing, running());
    expect(told).toEqual({ code: 0, words: expect.stringContaining("0 payloads") });
    expect(told.words).toContain("For the app that `npm run dev` runs at http://localhost:3000.");
  });

  it("one that was called for another database or account has nothing of it, nor has one after the app was stopped", async () => {
    const told = await Promise.all([
      run("billing-prune", [], { ...nothing, DATABASE_URL: "postgresql://elsewhere:5432/app" }, running()),
      run("billing-prune", [], { ...nothing, STRIPE_SECRET_KEY: "sk_test_another" }, running()),
      run("billing-prune", [], { ...nothing, STRIPE_SECRET_KEY: "sk_test_another" }, withOwnKey()),
      run("billing-prune", [], { ...nothing, APP_URL: "https://app.example.com" }, running()),
      run("billing-prune", [], nothing, folder({ pid: 2 ** 22 + 1, url, env: given() })),
    ]);
    for (const { code, words } of told) {
      expect(code).toBe(1);
      expect(words).toContain("BETTER_AUTH_SECRET missing");
    }
  });
});
