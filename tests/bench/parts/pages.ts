import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Client } from "pg";
import { insertCustomer } from "../../e2e/support/billing-rows.ts";
import { DASHBOARD_STATES, insertPlans } from "../../e2e/support/dashboard-states.ts";
import { TEST_ENV } from "../../support/env.ts";
import { median, show } from "../figures.ts";
import type { Section } from "../report.ts";
import { COMPETITORS } from "../servers.ts";
import { type BenchOptions, onStage } from "../stage.ts";

/** What a page costs: the server's time, the database's statements, and what goes to the browser. */
export function pages({ rounds }: BenchOptions): Promise<Section> {
  return onStage(async ({ database, startApp, startOthers }) => {
    const databaseUrl = await database.create("pages");
    const app = await startApp(databaseUrl);
    const others = await startOthers(await database.create("pages_others"));
    const cookie = await signUp(app.url);
    await subscribe(databaseUrl);
    const framework = scriptBytes(await (await fetch(new URL("/nothing", others.url))).text(), COMPETITORS);
    const row = async (name: string, path: string) => {
      const open = async () => {
        const answer = await fetch(new URL(path, app.url), { headers: { cookie }, redirect: "manual" });
        if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}.`);
        return answer.text();
      };
      const html = await open();
      const times: number[] = [];
      const before = await database.statements("pages");
      for (let time = 0; time < 4 * rounds; time += 1) {
        const begunAt = performance.now();
        await open();
        times.push(performance.now() - begunAt);
      }
      const statements = (await database.statements("pages")) - before;
      return {
        "": name,
        "median, ms": show(median(times), 1),
        statements: show(statements / times.length, 1),
        "HTML, KiB gzipped": show(gzipSync(html).length / 1024, 1),
        "JavaScript, KiB gzipped": show(scriptBytes(html, ".") / 1024, 1),
        "beyond the framework's own": show((scriptBytes(html, ".") - framework) / 1024, 1),
      };
    };
    return {
      title: "Pages",
      text:
        "Each page as the production server answers it to somebody with a plan. The framework's own JavaScript is that of a " +
        `page of Next with nothing on it: ${show(framework / 1024, 1)} KiB.`,
      rows: [await row("landing page", "/"), await row("dashboard", "/dashboard")],
    };
  });
}

const EMAIL = "ada@example.com";

/** A plan that runs, and four invoices. */
async function subscribe(databaseUrl: string): Promise<void> {
  const db = new Client(databaseUrl);
  await db.connect();
  await insertPlans(db);
  const customerId = await insertCustomer(db, EMAIL);
  await DASHBOARD_STATES.find(({ name }) => name === "active")?.insert(db, customerId);
  await db.end();
}

async function signUp(url: URL): Promise<string> {
  const answer = await fetch(new URL("/api/auth/sign-up/email", url), {
    method: "POST",
    headers: { "content-type": "application/json", origin: TEST_ENV.APP_URL },
    body: JSON.stringify({ name: "Ada", email: EMAIL, password: "correct horse battery" }),
  });
  if (answer.status !== 200) throw new Error(`Signing up was answered with ${answer.status}.`);
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}

/** The gzipped size of every script that a page loads, as a server or a platform would send it. */
function scriptBytes(html: string, folder: string): number {
  const names = new Set(
    [...html.matchAll(/\/_next\/(static\/[^"'?\\]+\.js)/g)].map(([, name]) => name ?? ""),
  );
  return [...names].reduce(
    (sum, name) => sum + gzipSync(readFileSync(join(folder, ".next", name))).length,
    0,
  );
}
