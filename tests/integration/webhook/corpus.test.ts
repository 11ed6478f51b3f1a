import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { POST } from "@/app/api/webhooks/stripe/route";
import { drainDue } from "@/lib/billing/webhook/drain";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, delivery } from "../../support/deliver";
import { useStripe } from "../../support/stripe";

/** A folder of real events of many API versions, with EXPECTED.tsv beside them. It is not part of the repository. */
const corpus = process.env.STRIPE_EVENT_CORPUS;

const TABLES = ["subscriptions", "invoices", "products", "prices"] as const;

/** The list was made when no schedule was followed. Now they tell the change that waits: docs/decisions/0010. */
const FOLLOWED_SINCE = /^subscription_schedule\./;

if (!corpus)
  console.log("STRIPE_EVENT_CORPUS is not set: the events of a real account's history are NOT tested.");

describe.skipIf(!corpus)("real events of twelve years", () => {
  useDatabase();
  useStripe();
  beforeEach(clearBilling);

  const lines = corpus ? readFileSync(join(corpus, "EXPECTED.tsv"), "utf8").trim().split("\n").slice(1) : [];
  const expectations = lines.map((line) => {
    const [file = "", result = "", table = "", id = "", columns = ""] = line.split("\t");
    const expected = FOLLOWED_SINCE.test(file) ? "applied" : result;
    return { file, result: expected, table, id, columns: columns ? columns.split(";") : [] };
  });
  const send = async (file: string) => {
    const response = await POST(delivery(readFileSync(join(corpus ?? "", file), "utf8")));
    return { status: response.status, body: await response.json() };
  };

  it.each(expectations)("$file", async ({ file, result, table, id, columns }) => {
    const { status, body } = await send(file);
    expect({ status, received: body.received }).toEqual({ status: 200, received: true });
    if (result) expect(body.result).toBe(result);
    if (table) expect(await columnsOf(table, id, columns)).toEqual(columns);
    await drainDue();
    for (const event of await db().stripeEvent.findMany()) {
      expect(event.status).not.toBe("pending");
      if (event.status === "parked") expect(event.lastError).toMatch(/ should be .* but it is /);
    }
  });

  it("all into one database, twice: nothing is left pending", async () => {
    for (const { file } of [...expectations, ...expectations]) expect((await send(file)).status).toBe(200);
    await drainDue();
    expect(await db().stripeEvent.count({ where: { status: "pending" } })).toBe(0);
  }, 120_000);
});

/** The row's columns as EXPECTED.tsv writes them: times in UTC without fractions, empty for null. */
async function columnsOf(table: string, id: string, columns: readonly string[]): Promise<string[]> {
  const name = TABLES.find((known) => known === table);
  const [row] = await db().$queryRawUnsafe<Record<string, unknown>[]>(
    `select * from ${name} where id = $1`,
    id,
  );
  return columns.map((column) => {
    const key = column.slice(0, column.indexOf("="));
    const value = row?.[key];
    return `${key}=${value instanceof Date ? value.toISOString().replace(".000Z", "Z") : (value ?? "")}`;
  });
}
