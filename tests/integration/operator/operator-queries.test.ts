import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fill } from "../../load/fill";
import { PAGE_READS, statementsOf, tablesScanned } from "../../load/page-queries";
import { useDatabase } from "../../support/database";

const database = useDatabase();
let db: Client;

beforeAll(async () => {
  db = new Client(database.url);
  await db.connect();
  await fill(db, { events: 20_000, subscriptions: 2_000 });
  // Small tables are quicker read from end to end, and Postgres knows. Told not to, it still does where no index answers.
  await db.query("set enable_seqscan = off");
});
afterAll(() => db.end());

describe("every operator page's queries have an index, and the dashboard's", () => {
  it.each(Object.entries(PAGE_READS))("%s", async (_, read) => {
    const statements = await statementsOf(read);
    expect(statements.length).toBeGreaterThan(0);
    for (const statement of statements)
      expect(await tablesScanned(db, statement), statement.text).toEqual([]);
  });

  it("a query without one is noticed", async () => {
    expect(
      await tablesScanned(db, { text: "select from stripe_events where payload = 'x'", values: [] }),
    ).toEqual(["stripe_events"]);
  });
});
