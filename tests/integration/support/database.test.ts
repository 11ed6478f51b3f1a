import { afterAll, describe, expect, inject, test } from "vitest";
import { db } from "@/lib/db";
import { withClient } from "@/prisma/migrate/databases";
import { useDatabase } from "@/tests/support/database";

let used = "";

describe("useDatabase", () => {
  const database = useDatabase();

  test("gives a migrated database of one's own", async () => {
    used = new URL(database.url).pathname.slice(1);
    expect(used).not.toBe(inject("templateDatabase"));
    expect(await db().stripeEvent.count()).toBe(0);
    await db().user.create({ data: { id: "u_1", name: "Ann", email: "ann@example.com" } });
    expect(await db().user.count()).toBe(1);
  });
});

afterAll(async () => {
  const rows = await withClient(inject("postgresUrl"), async (client) => {
    return (await client.query("select 1 from pg_database where datname = $1", [used])).rows;
  });
  expect(rows, "the database is dropped after the describe that used it").toEqual([]);
});
