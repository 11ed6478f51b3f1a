import { beforeEach, describe, expect, it, vi } from "vitest";
import { drainDue } from "@/lib/billing/webhook/drain";
import { type EventFilter, eventFilterSchema } from "@/lib/billing/webhook/filter";
import { prunePayloads } from "@/lib/billing/webhook/prune";
import {
  askForReplay,
  continueReplay,
  readReplay,
  undoReplay,
  unfinishedReplays,
} from "@/lib/billing/webhook/replay";
import { db } from "@/lib/db";
import { isDegraded } from "@/lib/operator/alarm";
import { countEvents, listEvents } from "@/lib/operator/events";
import { viewReplay } from "@/lib/operator/replay-view";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver, inboxRow } from "../../support/deliver";
import { aCustomer, anEvent, anInvoice, aSubscription, T0 } from "../../support/events";

useDatabase();
beforeEach(async () => {
  await clearBilling();
  await db().replay.deleteMany();
  await db().progress.deleteMany();
});

const DAY_MS = 86_400_000;

/** Events that are in, each a second after the one before. */
async function deliverCustomers(count: number): Promise<string[]> {
  const events = Array.from({ length: count }, (_, at) =>
    anEvent("customer.updated", aCustomer({ id: `cus_${at}` }), { created: T0 + at }),
  );
  for (const event of events) await deliver(event);
  return events.map(({ id }) => String(id));
}

async function finish(id: string): Promise<void> {
  for (let state = await continueReplay(id); state?.status !== "done"; state = await continueReplay(id))
    await drainDue();
  await drainDue();
}

it("what a filter finds is replayed, each event once, and rows that were lost are there again", async () => {
  await deliverCustomers(5);
  await deliver(anEvent("customer.subscription.updated", aSubscription()));
  await db().customer.deleteMany();
  const filter = { type: "customer.updated" };
  const id = await askForReplay(filter, "tests", await countEvents(filter), 0);
  await finish(id);
  expect(await readReplay(id)).toMatchObject({ status: "done", total: 5, replayed: 5 });
  expect(await db().customer.count()).toBe(5);
  expect(await db().stripeEvent.count({ where: { status: "done", outcome: "applied" } })).toBe(6);
});

it("a replayed event waits from then on, not since it came, and one that has waited all the while is not hidden", async () => {
  const [replayed, waiting] = await deliverCustomers(2);
  const old = new Date(Date.now() - DAY_MS);
  await db().stripeEvent.updateMany({ data: { receivedAt: old } });
  const id = await askForReplay({ ids: [String(replayed)] }, "tests", 1, 0);
  await continueReplay(id);
  expect(await inboxRow({ id: replayed })).toMatchObject({ status: "pending" });
  expect(await isDegraded()).toBe(false);
  expect(await isDegraded(Date.now() + 31 * 60_000)).toBe(true);
  // What fails again and again is due later each time, and waits all the same.
  await db().stripeEvent.update({
    where: { id: String(waiting) },
    data: { status: "pending", outcome: null, nextAttemptAt: new Date(Date.now() + 3_600_000) },
  });
  expect(await isDegraded()).toBe(true);
});

it("what parks again is told, and what does not is not", async () => {
  const told = vi.spyOn(console, "error").mockImplementation(() => {});
  await deliverCustomers(1);
  await deliver(anEvent("customer.subscription.updated", { ...aSubscription(), status: 5 }));
  // One whose payload is gone stays as it is: it was parked before, and not again.
  const [emptied] = await deliverCustomers(1);
  await db().stripeEvent.update({
    where: { id: String(emptied) },
    data: { status: "parked", outcome: null, payload: "" },
  });
  const id = await askForReplay({}, "tests", 3, 0);
  await finish(id);
  // That it is parked is logged each time.
  expect(told).toHaveBeenCalled();
  told.mockRestore();
  const state = await readReplay(id);
  expect(state && (await viewReplay(state))).toMatchObject({ status: "done", replayed: 2, parked: 1 });
});

it("what is ignored again when it is replayed alone is done again, and does not wait for ever", async () => {
  const event = anEvent("coupon.created", { object: "coupon", id: "co_1" });
  await deliver(event);
  await finish(await askForReplay({ ids: [String(event.id)] }, "tests", 1, 0));
  expect(await inboxRow(event)).toMatchObject({ status: "done", outcome: "ignored", attempts: 1 });
});

it("a replay of old events takes no row back", async () => {
  const [old] = await deliverCustomers(1);
  await deliver(
    anEvent("customer.updated", aCustomer({ id: "cus_0", email: "new@example.com" }), { created: T0 + 60 }),
  );
  const id = await askForReplay({ ids: [String(old)] }, "tests", 1, 0);
  await finish(id);
  expect(await db().customer.findUnique({ where: { id: "cus_0" } })).toMatchObject({
    email: "new@example.com",
  });
  expect(await inboxRow({ id: old })).toMatchObject({ status: "done", outcome: "superseded" });
});

it("taken back before it begins, it changes nothing; once begun it cannot be", async () => {
  await deliverCustomers(2);
  const id = await askForReplay({}, "tests", 2, 60);
  expect(await continueReplay(id)).toMatchObject({ status: "waiting", replayed: 0 });
  expect(await undoReplay(id)).toBe(true);
  expect(await continueReplay(id)).toMatchObject({ status: "undone" });
  expect(await db().stripeEvent.count({ where: { status: "pending" } })).toBe(0);
  const [begun, other] = [await askForReplay({}, "tests", 2, 0), await askForReplay({}, "tests", 2, 60)];
  await continueReplay(begun);
  expect(await undoReplay(begun)).toBe(false);
  expect(await readReplay(begun)).toMatchObject({ status: "running", finishedAt: null });
  expect(await readReplay(other)).toMatchObject({ status: "waiting", finishedAt: null });
  expect((await unfinishedReplays()).sort()).toEqual([begun, other].sort());
  await finish(begun);
  expect(await readReplay(begun)).toMatchObject({ status: "done", finishedAt: expect.any(Date) });
  expect(await unfinishedReplays()).toEqual([other]);
  expect(await continueReplay("none")).toBeNull();
});

it("many events of one moment are replayed a batch at a time, each once, and none that came after it was asked for", async () => {
  const insert = (prefix: string, count: number) => db().$executeRaw`
    insert into stripe_events (id, type, livemode, payload, status, outcome)
    select ${prefix} || n, 'invoice.created', false, '{}', 'done', 'ignored' from generate_series(1, ${count}::int) n`;
  await insert("evt_", 450);
  const id = await askForReplay({ type: "invoice.created" }, "tests", 450, 0);
  await insert("evt_late_", 1);
  const steps = [];
  for (let n = 0; n < 4; n += 1) steps.push(await continueReplay(id));
  expect(steps.map((step) => [step?.status, step?.replayed])).toEqual([
    ["running", 200],
    ["running", 400],
    ["running", 450],
    ["done", 450],
  ]);
  expect(await db().stripeEvent.count({ where: { status: "pending" } })).toBe(450);
});

describe("a filter", () => {
  it("means the events that it says, and all of what it says at once", async () => {
    const customer = anEvent("customer.updated", aCustomer({ id: "cus_1" }));
    const late = anEvent("customer.updated", aCustomer({ id: "cus_1" }), { created: T0 - 60 });
    const bill = anEvent("invoice.paid", anInvoice({ status: "paid", customer: "cus_2" }));
    const other = anEvent("radar.early_fraud_warning.created", { id: "issfr_1" });
    const bad = anEvent("customer.subscription.updated", { object: "subscription", id: "sub_1" });
    vi.spyOn(console, "error").mockImplementation(() => {});
    for (const event of [customer, late, bill, other, bad]) await deliver(event);
    await db().stripeEvent.update({
      where: { id: String(bill.id) },
      data: { status: "pending", outcome: null, receivedAt: new Date("2026-11-24T09:30:00Z") },
    });
    const found = async (filter: EventFilter) =>
      (await listEvents(filter, null)).events.map(({ id }) => id).sort();
    const ids = (...events: { id?: unknown }[]) => events.map(({ id }) => String(id)).sort();
    const all = ids(customer, late, bill, other, bad);
    expect(await found({})).toEqual(all);
    expect(await found({ ids: [String(bad.id), "evt_none"] })).toEqual(ids(bad));
    expect(await found({ state: "pending" })).toEqual(ids(bill));
    expect(await found({ state: "parked" })).toEqual(ids(bad));
    expect(await found({ state: "applied" })).toEqual(ids(customer));
    expect(await found({ state: "superseded" })).toEqual(ids(late));
    expect(await found({ state: "ignored" })).toEqual(ids(other));
    expect(await found({ type: "customer.updated" })).toEqual(ids(customer, late));
    expect(await found({ type: "customer.updated", state: "superseded" })).toEqual(ids(late));
    expect(await found({ object: "in_1" })).toEqual(ids(bill));
    expect(await found({ customer: "cus_1" })).toEqual(ids(customer, late));
    expect(await found({ from: "2026-11-24T09:30", to: "2026-11-24T09:31" })).toEqual(ids(bill));
    expect(await found({ from: "2026-11-24", to: "2026-11-24T09:30" })).toEqual([]);
    expect(await found({ from: "2026-11-24", to: "2026-11-25" })).toEqual(ids(bill));
    expect(await found({ to: "2026-11-24" })).toEqual([]);
    expect(await found({ from: "2026-11-24T09:31" })).toEqual(ids(customer, late, other, bad));
  });

  it("leaves out of an address what cannot be understood, and of picks that cannot be it means none", () => {
    const read = (given: object) => eventFilterSchema.parse(given);
    expect(read({ state: "gone", type: "a\u0000b", object: "", from: "soon", to: "2026-13-01" })).toEqual({});
    expect(read({ type: " invoice.paid ", customer: "x".repeat(256) })).toEqual({ type: "invoice.paid" });
    expect(read({ from: "2026-11-24", to: "2026-11-24T09:30" })).toEqual({
      from: "2026-11-24",
      to: "2026-11-24T09:30",
    });
    expect(read({ ids: ["evt_1"] })).toEqual({ ids: ["evt_1"] });
    for (const ids of [Array(501).fill("evt_1"), ["x".repeat(256)], "evt_1", []])
      expect(read({ ids })).toEqual({ ids: [] });
  });

  it("that picks none replays none", async () => {
    await deliverCustomers(1);
    const id = await askForReplay({ ids: [] }, "tests", 0, 0);
    await finish(id);
    expect(await readReplay(id)).toMatchObject({ status: "done", replayed: 0 });
  });
});

it("payloads past the retention go, their ids stay for duplicates, and what waits for a person keeps its own", async () => {
  const [first, second, third] = await deliverCustomers(3);
  const long = new Date(Date.now() - 100 * DAY_MS);
  await db().stripeEvent.updateMany({
    where: { id: { in: [String(first), String(second)] } },
    data: { receivedAt: long },
  });
  await db().stripeEvent.update({ where: { id: String(second) }, data: { status: "parked", outcome: null } });
  expect(await prunePayloads({ retentionDays: 90, deadline: Date.now() + 10_000 })).toBe(1);
  expect((await inboxRow({ id: first })).payload).toBe("");
  for (const id of [second, third]) expect((await inboxRow({ id })).payload).not.toBe("");
  expect(await deliver(anEvent("customer.updated", aCustomer({ id: "cus_0" }), { id: first }))).toMatchObject(
    { result: "duplicate" },
  );

  // An empty payload says nothing: it is not replayed, and stays done.
  await finish(await askForReplay({ ids: [String(first)] }, "tests", 1, 0));
  expect(await inboxRow({ id: first })).toMatchObject({ status: "done", outcome: "applied" });
});

it("an event that is replayed when its time is over is emptied once it is settled", async () => {
  const [old, young] = await deliverCustomers(2);
  const age = (id = "", days: number) => db().$executeRaw`
    update stripe_events set received_at = now() - make_interval(days => ${days}) where id = ${id}`;
  await age(old, 120);
  await age(young, 100);
  await db().stripeEvent.update({ where: { id: String(old) }, data: { status: "parked", outcome: null } });
  expect(await prunePayloads({ retentionDays: 90, deadline: Date.now() + 10_000 })).toBe(1);
  await finish(await askForReplay({ ids: [String(old)] }, "tests", 1, 0));
  expect(await inboxRow({ id: old })).toMatchObject({ status: "done", outcome: "applied" });
  expect(await db().stripeEvent.count({ where: { payload: { not: "" } } })).toBe(0);
});

it("payloads go in batches that go on where the last run ended, however many came at one moment", async () => {
  const insert = (prefix: string, count: number, days: number) => db().$executeRaw`
    insert into stripe_events (id, type, livemode, payload, status, outcome, received_at)
    select ${prefix} || n, 'invoice.created', false, '{}', 'done', 'ignored', now() - make_interval(days => ${days}::int)
    from generate_series(1, ${count}::int) n`;
  const prune = (given: Partial<Parameters<typeof prunePayloads>[0]> = {}) =>
    prunePayloads({ retentionDays: 90, deadline: Date.now() + 10_000, ...given });
  await insert("evt_", 2_100, 100);
  expect(await prune({ deadline: Date.now() - 1 })).toBe(0);
  const steps: number[] = [];
  expect(await prune({ onBatch: (pruned) => steps.push(pruned) })).toBe(2_100);
  expect(steps).toEqual([1_000, 2_000, 2_100]);
  // What comes in by another way, with a time from before that, only a look at everything finds.
  await insert("evt_restored_", 1, 120);
  expect(await prune()).toBe(0);
  expect(await prune({ fromStart: true })).toBe(1);
});
