import { Pool } from "pg";
import { expect, it, vi } from "vitest";
import { claimDue, untilNextDue } from "@/lib/billing/webhook/inbox";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";

useDatabase();

it("what a claim and a look cost does not grow with the events that are settled", async () => {
  await db().$executeRaw`
    insert into stripe_events (id, type, livemode, payload, status, next_attempt_at, attempts)
    select 'evt_' || n, 'invoice.paid', false, '{}', case when n % 5000 = 0 then 'pending' else 'done' end,
      case when n % 5000 = 0 then now() end, n % 2
    from generate_series(1, 50000) n`;
  await db().$executeRaw`analyze stripe_events`;
  const sent = vi.spyOn(Pool.prototype, "query");
  await untilNextDue();
  await claimDue(100);
  const statements = sent.mock.calls.map(([text, values]) => ({ text: String(text), values }));
  sent.mockRestore();
  expect(statements).toHaveLength(2);
  const pool = new Pool({ connectionString: String(process.env.DATABASE_URL), max: 1 });
  try {
    for (const { text, values } of statements) {
      const { rows } = await pool.query(`explain ${text}`, Array.isArray(values) ? values : []);
      const plan = rows.map((row) => String(row["QUERY PLAN"])).join("\n");
      // Where few events wait, an index by status costs as little, and the planner may take it.
      expect(plan).toMatch(/stripe_events_(pending|untried)_idx|Index Cond: \(\(?status = 'pending'/);
      expect(plan).not.toContain("Seq Scan on stripe_events");
    }
  } finally {
    await pool.end();
  }
});
