import { beforeEach, expect, it, vi } from "vitest";
import { drainDue } from "@/lib/billing/webhook/drain";
import { prunePayloads } from "@/lib/billing/webhook/prune";
import { askForReplay, continueReplay, readReplay, undoReplay } from "@/lib/billing/webhook/replay";
import { db } from "@/lib/db";
import { isDegraded } from "@/lib/operator/alarm";
import { countEvents } from "@/lib/operator/events";
import { viewReplay } from "@/lib/operator/replay-view";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver, inboxRow } from "../../support/deliver";
import { aCustomer, anEvent, aSubscription, T0 } from "../../support/events";

useDatabase();
beforeEach(clearBilling);

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
  const begun = await askForReplay({}, "tests", 2, 0);
  await continueReplay(begun);
  expect(await undoReplay(begun)).toBe(false);
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
