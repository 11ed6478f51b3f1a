import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { signedRequest } from "@/dev/send/sign";
import { createDatabase, dropDatabase, throwawayName } from "@/prisma/migrate/databases";
import { migrate } from "@/prisma/migrate/migrations";
import { TEST_ENV, WEBHOOK_SECRET } from "../support/env";
import { anEvent, aProduct } from "../support/events";
import { type BuiltFunction, buildForVercel, layOut, readFunction } from "./vercel-output";

const root = fileURLToPath(new URL("../..", import.meta.url));
let clone: string;
let webhook: BuiltFunction;

beforeAll(() => {
  clone = buildForVercel(root);
  webhook = readFunction(clone, "api/webhooks/stripe");
}, 600_000);

afterAll(() => rmSync(join(clone, ".."), { recursive: true, force: true }), 120_000);

test("the webhook is a Node.js function with time to drain", () => {
  expect(webhook.config).toMatchObject({ runtime: "nodejs24.x", maxDuration: 60 });
});

test("nothing of dev/ or tests/ is deployed, and the function stays small", () => {
  const names = webhook.files.map(([name]) => name);
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter((name) => /^(dev|tests|\.data)\//.test(name))).toEqual([]);
  expect(webhook.bytes).toBeLessThan(20 * 1024 * 1024);
});

test("the schedule is one that the smallest plan allows: once a day", () => {
  const { crons } = JSON.parse(readFileSync(join(clone, ".vercel/output/config.json"), "utf8"));
  expect(crons.length).toBeGreaterThan(0);
  for (const { schedule } of crons) expect(schedule).toMatch(/^\d+ \d+ \* \* \*$/);
});

test("the webhook's function takes a signed event on Node 24 and refuses a forged one", async () => {
  const name = throwawayName("vercel");
  const database = await createDatabase(inject("postgresUrl"), name);
  await migrate(database);
  const { port, child } = await serve(layOut(webhook), database);
  try {
    const url = `http://127.0.0.1:${port}/api/webhooks/stripe`;
    const body = JSON.stringify(anEvent("product.updated", aProduct()));
    const answer = await fetch(signedRequest(body, WEBHOOK_SECRET, { url }));
    expect([answer.status, await answer.json()]).toEqual([200, { received: true, result: "applied" }]);
    expect((await fetch(signedRequest(body, "whsec_of_somebody_else", { url }))).status).toBe(400);
    const client = new Client(database);
    await client.connect();
    const { rows } = await client.query("select status, outcome from stripe_events");
    await client.end();
    expect(rows).toEqual([{ status: "done", outcome: "applied" }]);
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
    await dropDatabase(inject("postgresUrl"), name);
  }
}, 180_000);

async function serve(folder: string, database: string): Promise<{ port: number; child: ChildProcess }> {
  const node = execFileSync("npx", ["--yes", "-p", "node@24", "-c", "command -v node"], {
    encoding: "utf8",
  }).trim();
  expect(existsSync(node)).toBe(true);
  const child = spawn(node, [join(root, "tests/deploy/function.server.cjs"), folder], {
    env: { ...TEST_ENV, DATABASE_URL: database, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  return { port: Number(line), child };
}
