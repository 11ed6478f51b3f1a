import { Pool } from "pg";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Write, writeRows } from "@/lib/billing/table";
import { applyEvents, type Ledger } from "@/lib/billing/webhook/apply";
import { type Disposition, recordEvents, settleEvents } from "@/lib/billing/webhook/inbox";
import { receiveEvent } from "@/lib/billing/webhook/receive";
import type { VerifiedEvent } from "@/lib/billing/webhook/verify";
import { hasNewMail } from "@/lib/mail/nudge";
import { query } from "@/lib/pool";
import { countOf, emptyTables, rowOf, rowsOf, verified } from "../../support/core";
import { useDatabase } from "../../support/database";
import { aCustomer, anEvent, anInvoice, anItem, aSubscription, T0 } from "../../support/events";

useDatabase({ SMTP_URL: "smtp://127.0.0.1:1", MAIL_FROM: "billing@example.com" });
beforeEach(emptyTables);

const sub = (n: number, fields: object = {}) =>
  aSubscription({ id: `sub_${n}`, items: { data: [] }, ...fields });
const updated = (n: number, fields: object = {}, at = 0) =>
  anEvent("customer.subscription.updated", sub(n, fields), { created: T0 + at });

/** All at once: the first flies alone, and the others share what follows. */
const receiveAll = (events: readonly object[]) =>
  Promise.all(events.map((event) => receiveEvent(verified(event))));

it("an event is recorded with what became of it, and with the row that it wrote", async () => {
  const event = verified(updated(1, { metadata: { plan: "pro" }, items: { data: [anItem()] } }));
  expect(await receiveEvent(event)).toBe("applied");
  expect(await rowOf("stripe_events", event.id)).toMatchObject({
    type: "customer.subscription.updated",
    api_version: "2026-10-28.endive",
    created: new Date(T0 * 1000),
    account: null,
    object_id: "sub_1",
    customer_id: "cus_1",
    payload: event.payload,
    status: "done",
    outcome: "applied",
    attempts: 0,
    last_error: null,
    next_attempt_at: null,
    processed_at: expect.any(Date),
  });
  expect(await rowsOf("subscriptions")).toMatchObject([
    { id: "sub_1", customer_id: "cus_1", metadata: { plan: "pro" }, stripe_state_at: new Date(T0 * 1000) },
  ]);
  expect(await rowsOf("subscription_items")).toMatchObject([{ id: "si_1", price_id: "price_pro" }]);
});

it("an event that is in the inbox already stays as it is", async () => {
  const event = verified(updated(1));
  const record = (disposition: Disposition) => recordEvents([{ event, disposition, needs: null }]);
  expect(await record({ status: "pending", reason: "A test." })).toEqual(new Set([event.id]));
  expect(await record({ status: "parked", reason: "Another." })).toEqual(new Set());
  expect(await rowOf("stripe_events", event.id)).toMatchObject({ status: "pending", last_error: "A test." });
});

it("an event that is delivered again is a duplicate, for the cost of a look", async () => {
  const event = updated(1);
  await receiveEvent(verified(event));
  const statements = vi.spyOn(Pool.prototype, "query");
  expect(await receiveEvent(verified(event))).toBe("duplicate");
  expect(statements).toHaveBeenCalledTimes(1);
  expect(await rowOf("subscriptions", "sub_1")).toMatchObject({ version: 1 });
});

describe("events that arrive together", () => {
  it("share their statements, and each has an outcome of its own", async () => {
    const statements = vi.spyOn(Pool.prototype, "query");
    const results = await receiveAll([
      ...Array.from({ length: 60 }, (_, n) => updated(n)),
      anEvent("customer.updated", aCustomer()),
      anEvent("invoice.paid", anInvoice()),
      anEvent("radar.early_fraud_warning.created", { id: "issfr_1" }),
    ]);
    expect(results).toEqual([...Array(62).fill("applied"), "ignored"]);
    // Two for the first, two for the others.
    expect(statements).toHaveBeenCalledTimes(4);
    expect(await countOf("subscriptions")).toBe(60);
  });

  it("are a hundred at the most in one batch, or four megabytes", async () => {
    const commits = async (events: readonly object[]) => {
      const statements = vi.spyOn(Pool.prototype, "query");
      await receiveAll(events);
      const writes = statements.mock.calls.filter(([text]) => String(text).includes("insert into"));
      statements.mockRestore();
      return writes.length;
    };
    // The first flies alone; a hundred; the rest.
    expect(await commits(Array.from({ length: 102 }, (_, n) => updated(n)))).toBe(3);
    const bulky = (n: number, bytes: number) => ({ ...updated(n), padding: "x".repeat(bytes) });
    // One that alone is over the limit, and one that is not taken beside it.
    expect(await commits([0, 4.1, 0].map((millions, n) => bulky(200 + n, millions * 1024 ** 2)))).toBe(3);
    expect(await countOf("stripe_events")).toBe(105);
  });

  it.each([
    ["the older first", false],
    ["the newer first", true],
  ])("of one object leave the newest state, written once: %s", async (_, isReversed) => {
    const life = Array.from({ length: 20 }, (_, n) => updated(1, { metadata: { n: String(n) } }, n));
    await receiveEvent(verified(updated(2)));
    // The first of them flies with the queue's first batch, beside which the others gather.
    const results = await receiveAll([updated(3), ...(isReversed ? life.toReversed() : life)]);
    expect(results.slice(1).sort()).toEqual(["applied", ...Array(19).fill("superseded")]);
    expect(await rowOf("subscriptions", "sub_1")).toMatchObject({ metadata: { n: "19" }, version: 1 });
  });

  it("are taken once, however often they stand in one batch", async () => {
    const event = updated(1);
    const results = await receiveAll([updated(2), event, event, event]);
    expect(results).toEqual(["applied", "applied", "duplicate", "duplicate"]);
    expect(await countOf("stripe_events")).toBe(2);
  });

  it("with a completed Checkout among them: the subscription beside it is enough", async () => {
    const session = { id: "cs_1", object: "checkout.session", mode: "subscription", payment_status: "paid" };
    const completed = anEvent(
      "checkout.session.completed",
      { ...session, subscription: "sub_1" },
      { created: T0 + 2 },
    );
    expect(await receiveAll([updated(2), completed, updated(1)])).toEqual(["applied", "applied", "applied"]);
  });
});

describe("rows that belong to a row", () => {
  const holding = (n: number, ids: readonly string[], at = 0) =>
    updated(n, { items: { data: ids.map((id) => anItem({ id })) } }, at);
  const items = async () =>
    (await rowsOf("subscription_items")).map(
      (item) => `${item.id} is ${item.subscription_id}'s ${item.position}`,
    );

  it("are replaced together with it, in their order, and only with it", async () => {
    await receiveAll([holding(1, ["si_b", "si_a"]), holding(2, ["si_c"])]);
    expect(await items()).toEqual(["si_a is sub_1's 1", "si_b is sub_1's 0", "si_c is sub_2's 0"]);
    await receiveAll([holding(1, ["si_d", "si_a"], 1)]);
    const after = ["si_a is sub_1's 1", "si_c is sub_2's 0", "si_d is sub_1's 0"];
    expect(await items()).toEqual(after);
    // The same in the same second: read back in the order in which it was written.
    expect(await receiveAll([holding(1, ["si_d", "si_a"], 1), holding(1, ["si_b"])])).toEqual([
      "applied",
      "superseded",
    ]);
    expect(await items()).toEqual(after);
  });

  it("that another row has already stay with that one", async () => {
    await receiveAll([holding(1, ["si_a"]), holding(3, ["si_b"]), holding(2, ["si_b", "si_a"])]);
    expect(await items()).toEqual(["si_a is sub_1's 0", "si_b is sub_2's 0"]);
  });
});

describe("what events tell", () => {
  const NOW = Math.floor(Date.now() / 1000);
  const failed = (attempt_count: number, created: number, fields: object = {}) =>
    anEvent("invoice.payment_failed", anInvoice({ attempt_count }), { created, ...fields });
  const facts = () =>
    query<Record<string, unknown>>(
      "select *, extract(epoch from next_attempt_at - now())::float8 as wait from facts order by key",
    );

  const paid = (id: string) =>
    anEvent("invoice.paid", anInvoice({ id, status: "paid", amount_paid: 2000 }), { created: NOW });

  // First: nobody has been told of a mail yet.
  it("is mailed a moment later, where it is news that a mail tells, and somebody is told of it", async () => {
    await receiveAll([paid("in_2")]);
    expect(hasNewMail()).toBe(false);
    await receiveAll([updated(1), paid("in_3"), failed(1, NOW - 2 * 86_400), failed(2, NOW - 3_600)]);
    expect(hasNewMail()).toBe(true);
    const told = (await facts()).map(({ key, mail, wait }) => [key, mail, wait]);
    expect(told).toEqual([
      ["paid:in_2", null, null],
      ["paid:in_3", null, null],
      ["payment_failed:in_1:1", null, null],
      ["payment_failed:in_1:2", "pending", expect.any(Number)],
    ]);
    expect(told[3]?.[2]).toBeGreaterThan(0);
    expect(told[3]?.[2]).toBeLessThanOrEqual(10);
  });

  it("is recorded with them, once, by the earliest, whatever comes first", async () => {
    const first = failed(1, T0, { id: "evt_a" });
    const told = [{ key: "payment_failed:in_1:1", event_id: "evt_a", at: new Date(T0 * 1000) }];
    const [same, later] = [failed(1, T0, { id: "evt_b" }), failed(1, T0 + 9)];
    for (const events of [
      [first, same, later],
      [later, same, first],
      [updated(1), same, first, later],
    ]) {
      await emptyTables();
      await receiveAll(events);
      expect(await facts()).toMatchObject(told);
    }
  });

  it("is not recorded of what is ignored, or waits", async () => {
    const [ignored, waits] = [failed(1, T0, { livemode: true }), failed(2, T0)];
    expect(await receiveAll([ignored])).toEqual(["ignored"]);
    await recordEvents([
      { event: verified(waits), disposition: { status: "pending", reason: "A test." }, needs: null },
    ]);
    expect(await facts()).toEqual([]);
  });

  it("is not recorded of an event that the statement did not take", async () => {
    const event = verified(failed(1, T0));
    const done = { status: "done", outcome: "applied" } as const;
    expect(await recordEvents([{ event, disposition: done, needs: "invoices in_1" }])).toEqual(new Set());
    expect(await facts()).toEqual([]);
  });
});

describe("one bad event", () => {
  const poison = "sub_31";
  beforeEach(() => {
    vi.spyOn(console, "error").mockImplementation(() => {});
  });
  afterEach(() => query("drop trigger if exists refuse_one on subscriptions"));

  async function refuseOne(sqlState: string): Promise<void> {
    await query(`
      create or replace function refuse_one() returns trigger language plpgsql as $$ begin
        if new.id = '${poison}' then raise exception 'no' using errcode = '${sqlState}'; end if; return new;
      end $$`);
    await query(
      "create or replace trigger refuse_one before insert on subscriptions for each row execute function refuse_one()",
    );
  }

  it.each([
    ["22003", "parked", "parked"],
    ["40001", "deferred", "pending"],
  ])("that the database refuses with %s hurts only itself", async (sqlState, result, status) => {
    await refuseOne(sqlState);
    const events = Array.from({ length: 64 }, (_, n) => updated(n));
    const results = await receiveAll(events);
    expect(results.map((one, n) => (n === 31 ? "bad" : one))).toEqual(
      Array.from({ length: 64 }, (_, n) => (n === 31 ? "bad" : "applied")),
    );
    expect(results[31]).toBe(result);
    expect(await rowOf("stripe_events", events[31]?.id)).toMatchObject({
      status,
      last_error: expect.stringContaining(sqlState),
      last_stack: expect.stringContaining(" at "),
    });
    expect(vi.mocked(console.error).mock.calls).toEqual([
      [expect.stringMatching(`event not applied.*${events[31]?.id}.*${status}.*${sqlState}`)],
    ]);
    expect(await countOf("subscriptions")).toBe(63);
  });

  it("that cannot be read is parked, with the others applied, and is a duplicate after that", async () => {
    const unreadable = updated(2, { status: undefined });
    expect(await receiveAll([updated(1), unreadable, updated(3)])).toEqual(["applied", "parked", "applied"]);
    expect(await receiveAll([unreadable])).toEqual(["duplicate"]);
    // Its row says so: no line of it beside that.
    expect(console.error).not.toHaveBeenCalled();
  });
});

const newEvents: Ledger<VerifiedEvent> = {
  isOver: (status) => status !== undefined,
  deferred: (reason) => ({ status: "pending", reason }),
  commit: recordEvents,
};

it("two processes with the same events in opposite orders neither deadlock nor apply one twice", async () => {
  for (let round = 0; round < 10; round += 1) {
    await emptyTables();
    const events = Array.from({ length: 40 }, (_, n) => verified(updated(n, { metadata: { round: "1" } })));
    const [one, other] = await Promise.all([
      applyEvents(events, newEvents),
      applyEvents(events.toReversed(), newEvents),
    ]);
    for (const { id } of events)
      expect([one.get(id)?.outcome, other.get(id)?.outcome].sort()).toEqual(["applied", "duplicate"]);
    const versions = (await rowsOf("subscriptions")).map(({ version }) => version);
    expect(versions).toEqual(Array(40).fill(1));
    expect(await countOf("stripe_events")).toBe(40);
  }
}, 120_000);

it("two processes that write the same rows or events in opposite orders meet in one order", async () => {
  await query(`
    create or replace function dawdle() returns trigger language plpgsql as
    $$ begin perform pg_sleep(0.03); return new; end $$`);
  for (const table of ["stripe_events", "subscriptions"])
    await query(
      `create or replace trigger dawdle before insert or update on ${table} for each row execute function dawdle()`,
    );
  const events = Array.from({ length: 4 }, (_, n) => verified(updated(n)));
  const all = (disposition: Disposition) => events.map((event) => ({ event, disposition, needs: null }));
  const waits = all({ status: "pending", reason: "A test." });
  const done = all({ status: "done", outcome: "applied" });
  const rows: Write[] = [];
  const commit = async (_decided: unknown, writes: readonly Write[]) => {
    rows.push(...writes);
    return new Set(events.map(({ id }) => id));
  };
  await applyEvents(events, { ...newEvents, commit });
  const recorded = await Promise.all([recordEvents(waits), recordEvents(waits.toReversed())]);
  const settled = await Promise.all([settleEvents(done), settleEvents(done.toReversed())]);
  const written = await Promise.all([writeRows(rows), writeRows(rows.toReversed())]);
  for (const table of ["stripe_events", "subscriptions"]) await query(`drop trigger dawdle on ${table}`);
  for (const [one, other] of [recorded, settled, written]) expect(one.size + other.size).toBe(4);
});

it("a row that others write again and again is left for later, after ten tries", async () => {
  const event = verified(updated(1));
  const commit = vi.fn(async () => new Set<string>());
  const verdicts = await applyEvents([event], { ...newEvents, commit });
  expect(commit).toHaveBeenCalledTimes(10);
  expect(verdicts.get(event.id)).toMatchObject({
    outcome: "failed",
    error: { message: expect.stringContaining("Others wrote the same rows") },
  });
});

it.each([
  ["was not there", []],
  ["was there", [updated(1)]],
])(
  "a row that %s, and that another process writes meanwhile, is decided anew by what it then is",
  async (_, before) => {
    await receiveAll(before);
    const is = (id: string) => ({ metadata: { is: id }, items: { data: [anItem({ id: `si_${id}` })] } });
    const [older, newer] = [verified(updated(1, is("older"), 10)), verified(updated(1, is("newer"), 20))];
    const commits = vi.fn(recordEvents);
    const overtaken: Ledger<VerifiedEvent> = {
      ...newEvents,
      async commit(decided, writes) {
        if (commits.mock.calls.length === 0) await applyEvents([newer], newEvents);
        return commits(decided, writes);
      },
    };
    const verdicts = await applyEvents([older], overtaken);
    expect(verdicts.get(older.id)).toMatchObject({ outcome: "superseded" });
    // Not at the first attempt, and with the second nothing was left to write.
    expect(commits.mock.calls.map(([, writes]) => writes?.length)).toEqual([1, 0]);
    expect(await rowOf("subscriptions", "sub_1")).toMatchObject({
      metadata: { is: "newer" },
      version: before.length + 1,
    });
    expect(await rowsOf("subscription_items")).toMatchObject([{ id: "si_newer" }]);
  },
);

it("an event that waits in the inbox is not settled by a row that another process wrote first", async () => {
  await receiveAll([updated(1)]);
  const [older, newer] = [updated(1, { metadata: { is: "older" } }, 10), updated(1, {}, 20)].map(verified);
  if (!older || !newer) throw new Error("Two events are two events.");
  await recordEvents([{ event: older, disposition: { status: "pending", reason: "A test." }, needs: null }]);
  const commits = vi.fn(settleEvents);
  const verdicts = await applyEvents([older], {
    isOver: (status) => status !== "pending",
    deferred: () => null,
    async commit(decided, writes) {
      if (commits.mock.calls.length === 0) await applyEvents([newer], newEvents);
      return commits(decided, writes);
    },
  });
  expect(verdicts.get(older.id)).toMatchObject({ outcome: "superseded" });
  expect(await rowOf("stripe_events", older.id)).toMatchObject({ status: "done", outcome: "superseded" });
});

it("many processes that write the same rows end in the newest state", async () => {
  const lives = Array.from({ length: 6 }, (_, process) =>
    Array.from({ length: 30 }, (_, n) =>
      verified(updated(n % 5, { metadata: { at: String(n) } }, n * 6 + process)),
    ),
  );
  vi.spyOn(console, "error").mockImplementation(() => {});
  const verdicts = await Promise.all(lives.map((events) => applyEvents(events, newEvents)));
  expect(verdicts.flatMap((all) => [...all.values()]).filter(({ outcome }) => outcome === "failed")).toEqual(
    [],
  );
  const rows = await rowsOf("subscriptions");
  expect(rows.map((row) => row.stripe_state_at)).toEqual(
    [25, 26, 27, 28, 29].map((n) => new Date((T0 + n * 6 + 5) * 1000)),
  );
});

it("while no event can be committed, the whole batch is refused, and nothing is lost", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await query("alter table stripe_events rename to away");
  const events = Array.from({ length: 12 }, (_, n) => updated(n));
  const away = await Promise.allSettled(events.map((event) => receiveEvent(verified(event))));
  await query("alter table away rename to stripe_events");
  expect(away.map(({ status }) => status)).toEqual(Array(12).fill("rejected"));
  expect(await countOf("subscriptions")).toBe(0);
  expect(await receiveAll(events)).toEqual(Array(12).fill("applied"));
});
