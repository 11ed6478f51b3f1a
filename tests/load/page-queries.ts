import { Client } from "pg";
import { openFindings } from "@/lib/billing/findings";
import { readBilling } from "@/lib/billing/queries";
import { readRevenue } from "@/lib/billing/revenue";
import { readReplay } from "@/lib/billing/webhook/replay";
import { listActs } from "@/lib/operator/acts";
import { isDegraded } from "@/lib/operator/alarm";
import { listCustomers, readCustomer } from "@/lib/operator/customers";
import { readEventChange } from "@/lib/operator/event-change";
import { countEvents, listEvents, readEvent } from "@/lib/operator/events";
import { readHealth } from "@/lib/operator/health";

const deep = { at: new Date(Date.now() - 40 * 86_400_000), id: "evt_1" };

/** What each operator page reads, and with which filters; and the dashboard. */
export const PAGE_READS: Record<string, () => Promise<unknown>> = {
  health: readHealth,
  "health: findings": () => openFindings(["parked", "orphan", "duplicate"]),
  "/api/health": () => isDegraded(),
  events: () => listEvents({}, null),
  "events, a deep page": () => listEvents({}, deep),
  "events by type": () => listEvents({ type: "invoice.paid" }, deep),
  "events by state": () => listEvents({ state: "superseded" }, deep),
  "events that are parked": () => listEvents({ state: "parked" }, null),
  "events by object": () => listEvents({ object: "sub_7" }, null),
  "events by customer": () => listEvents({ customer: "cus_7" }, null),
  "events by time": () => listEvents({ from: "2026-01-01", to: "2030-01-01" }, deep),
  "events by type and state": () => listEvents({ type: "invoice.paid", state: "ignored" }, null),
  "events, how many are parked": () => countEvents({ state: "parked" }),
  "one event": () => readEvent("evt_7"),
  "one event, what it changed": async () => readEventChange((await readEvent("evt_7"))?.payload ?? ""),
  customers: () => listCustomers("", ""),
  "customers, a deep page": () => listCustomers("", "cus_5"),
  "customers by id": () => listCustomers("cus_7", ""),
  "customers by subscription": () => listCustomers("sub_7", ""),
  "customers by address": () => listCustomers("person77", ""),
  "one customer": () => readCustomer("cus_7"),
  revenue: readRevenue,
  record: () => listActs(null),
  replay: () => readReplay("none"),
  dashboard: () => readBilling("user_7", new Date()),
};

type Statement = { text: string; values: unknown[] };

/** The statements that some work sends to the database, whoever builds them. */
export async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = [];
  const original = Client.prototype.query;
  const spy = function (this: Client, ...args: unknown[]): unknown {
    const [first, second] = args;
    const text = typeof first === "string" ? first : isQuery(first) ? first.text : "";
    const values = isQuery(first) ? first.values : second;
    if (/^\s*\(?(select|with)/i.test(text))
      statements.push({ text, values: Array.isArray(values) ? values : [] });
    return Reflect.apply(original, this, args);
  };
  Reflect.set(Client.prototype, "query", spy);
  try {
    await work();
  } finally {
    Reflect.set(Client.prototype, "query", original);
  }
  return statements;
}

function isQuery(value: unknown): value is { text: string; values?: unknown } {
  return typeof value === "object" && value !== null && "text" in value && typeof value.text === "string";
}

const LARGE = new Set([
  "stripe_events",
  "subscriptions",
  "subscription_items",
  "customers",
  "invoices",
  "facts",
  "users",
]);

/** The large tables that a statement would read from end to end. */
export async function tablesScanned(db: Client, { text, values }: Statement): Promise<string[]> {
  const { rows } = await db.query<{ "QUERY PLAN": unknown }>(`explain (format json) ${text}`, values);
  return scans(rows[0]?.["QUERY PLAN"]);
}

function scans(plan: unknown): string[] {
  if (Array.isArray(plan)) return plan.flatMap(scans);
  if (typeof plan !== "object" || plan === null) return [];
  const table = String(Reflect.get(plan, "Relation Name"));
  const here = Reflect.get(plan, "Node Type") === "Seq Scan" && LARGE.has(table) ? [table] : [];
  return [...here, ...Object.values(plan).flatMap(scans)];
}
