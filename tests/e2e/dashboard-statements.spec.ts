import type { Client } from "pg";
import { insertCustomer } from "./support/billing-rows.ts";
import { DASHBOARD_STATES, insertPlans } from "./support/dashboard-states.ts";
import { expect, test } from "./support/fixtures.ts";

test.use({ isAlone: true });

const TIMES = 10;

/** The statements that some work sends each time it is done. What the app does besides is less than one for each time. */
async function statementsOf(db: Client, work: () => Promise<unknown>): Promise<string[]> {
  const callsSoFar = async () => {
    const { rows } = await db.query<{ query: string; calls: string }>(
      `select query, sum(calls) as calls from pg_stat_statements
      where dbid = (select oid from pg_database where datname = current_database()) group by query`,
    );
    return new Map(rows.map(({ query, calls }) => [query, Number(calls)]));
  };
  await work();
  const before = await callsSoFar();
  for (let time = 0; time < TIMES; time += 1) await work();
  return [...(await callsSoFar())].flatMap(([query, calls]) =>
    Array.from({ length: Math.floor((calls - (before.get(query) ?? 0)) / TIMES) }, () => query),
  );
}

const STATES = ["none", "active", "past due, in grace", "two that charge"];

test("the dashboard asks the database two things: who looks, and how their billing stands", async ({
  page,
  db,
  signUp,
}) => {
  await db.query("create extension if not exists pg_stat_statements");
  await insertPlans(db);
  const open = (path: string) =>
    statementsOf(db, async () => expect((await page.request.get(path)).status()).toBe(200));
  await signUp(page);
  expect(await open("/dashboard"), "without a customer").toHaveLength(2);
  for (const { name, insert } of DASHBOARD_STATES.filter(({ name }) => STATES.includes(name))) {
    const { email } = await signUp(page);
    await insert(db, await insertCustomer(db, email));
    expect(await open("/dashboard"), name).toHaveLength(2);
  }
  expect(await open("/api/billing/version"), "what an open one asks for").toHaveLength(2);
});
