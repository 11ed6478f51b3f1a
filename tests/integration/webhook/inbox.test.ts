import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { drainDue } from "@/lib/billing/webhook/drain";
import { MAX_ATTEMPTS } from "@/lib/billing/webhook/inbox";
import { askForReplay, continueReplay } from "@/lib/billing/webhook/replay";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver, inboxRow, skipDelays } from "../../support/deliver";
import { anEvent, aSubscription, T0 } from "../../support/events";
import { useStripe } from "../../support/stripe";

// A platform may put a process to sleep once it has answered, and here each drain is the test's own: a watch left by an
// earlier delivery would wake and drain beside it.
vi.mock("@/lib/after", () => ({ afterResponse() {} }));

useDatabase();
const stripe = useStripe();
beforeEach(async () => {
  await clearBilling();
  vi.spyOn(console, "error").mockImplementation(() => {});
});

/** Events that wait: each contradicts another of its second while Stripe cannot be asked. */
async function waiting(count: number) {
  stripe.api.failWith(403);
  const events = Array.from({ length: count }, (_, n) =>
    anEvent(
      "customer.subscription.updated",
      aSubscription({ id: `sub_${n}`, items: { data: [] }, status: "paused" }),
    ),
  );
  for (const [n, event] of events.entries()) {
    await deliver(
      anEvent("customer.subscription.updated", aSubscription({ id: `sub_${n}`, items: { data: [] } })),
    );
    await deliver(event);
  }
  await drainDue();
  await db().stripeEvent.updateMany({
    where: { status: "pending" },
    data: { attempts: 0, lockedUntil: null },
  });
  await skipDelays();
  return events;
}

it("after the last attempt the event is parked with its reason", async () => {
  const [event] = await waiting(1);
  await db().stripeEvent.updateMany({ where: { status: "pending" }, data: { attempts: MAX_ATTEMPTS - 1 } });
  await drainDue();
  expect(await inboxRow(event ?? {})).toMatchObject({
    status: "parked",
    attempts: MAX_ATTEMPTS,
    lastError: expect.stringContaining("403"),
  });
});

/** Makes the database refuse new subscriptions with an error of this SQLSTATE. */
async function refuseSubscriptions(sqlState: string): Promise<void> {
  await db().$executeRawUnsafe(`
    create or replace function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'not now' using errcode = '${sqlState}'; end $$`);
  await db().$executeRawUnsafe(
    "create or replace trigger refuse before insert on subscriptions execute function refuse()",
  );
}

const allowSubscriptions = () => db().$executeRawUnsafe("drop trigger if exists refuse on subscriptions");

describe("a handler that fails", () => {
  afterEach(allowSubscriptions);

  it("leaves the event in the inbox, and the next drain applies it", async () => {
    await refuseSubscriptions("40001");
    const event = anEvent("customer.subscription.created", aSubscription(), { created: T0 });
    expect(await deliver(event)).toMatchObject({ status: 200, result: "deferred" });
    await drainDue();
    expect(await inboxRow(event)).toMatchObject({ status: "pending" });
    expect(await db().subscription.count()).toBe(0);
    await allowSubscriptions();
    await skipDelays();
    await drainDue();
    expect(await inboxRow(event)).toMatchObject({ status: "done", outcome: "applied", lastError: null });
    expect(await db().subscription.count()).toBe(1);
  });

  it("because the database will never take the values parks the event, at once or at the next try", async () => {
    await refuseSubscriptions("22003");
    const event = anEvent("customer.subscription.created", aSubscription());
    expect(await deliver(event)).toMatchObject({ status: 200, result: "parked" });
    expect(await inboxRow(event)).toMatchObject({
      status: "parked",
      lastError: expect.stringContaining("22003"),
    });

    await refuseSubscriptions("40001");
    const later = anEvent("customer.subscription.created", aSubscription());
    await deliver(later);
    await drainDue();
    await refuseSubscriptions("22003");
    await skipDelays();
    await drainDue();
    expect(await inboxRow(later)).toMatchObject({ status: "parked" });
  });
});

describe("while Stripe is slow", () => {
  const pending = () => db().stripeEvent.count({ where: { status: "pending" } });

  it("what the database alone decides does not wait for it", async () => {
    await waiting(8);
    await refuseSubscriptions("40001");
    const local = anEvent("customer.subscription.created", aSubscription({ id: "sub_local" }));
    await deliver(local);
    await drainDue();
    await allowSubscriptions();
    await skipDelays();
    stripe.api.delayMs = 1_500;
    const draining = drainDue();
    await vi.waitUntil(async () => (await inboxRow(local)).status === "done", { timeout: 20_000 });
    expect(await pending()).toBeGreaterThan(0);
    await draining;
  });

  it("who joins a drain waits no longer than they have time, and it goes on", async () => {
    const events = await waiting(3);
    stripe.api.delayMs = 2_500;
    const first = drainDue();
    await vi.waitUntil(() => stripe.api.requests.length > 0, { timeout: 20_000 });
    const came = await Promise.race([
      first.then(() => "the drain"),
      drainDue(Date.now() + 100).then(() => "who joined"),
    ]);
    expect(came).toBe("who joined");
    await first;
    for (const event of events) expect(await inboxRow(event)).toMatchObject({ attempts: 1 });
  });

  it("what there was no time for is given back as it was", async () => {
    await waiting(8);
    stripe.api.delayMs = 2_500;
    await drainDue(Date.now() + 2_000);
    const rows = await db().stripeEvent.findMany({
      where: { status: "pending" },
      orderBy: { attempts: "asc" },
    });
    expect(rows.map(({ attempts }) => attempts)).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
    expect(rows.every(({ lockedUntil }) => lockedUntil === null)).toBe(true);
  });
});

it("a parked event that is replayed goes by the same rules of order", async () => {
  const parked = anEvent("customer.subscription.updated", aSubscription({ status: "paused" }));
  await refuseSubscriptions("22003");
  expect(await deliver(parked)).toMatchObject({ result: "parked" });
  expect(await inboxRow(parked)).toMatchObject({ lastStack: expect.stringMatching(/^error\n\s+at /) });
  await allowSubscriptions();
  await deliver(anEvent("customer.subscription.updated", aSubscription(), { created: T0 + 1 }));
  const replay = await askForReplay({ ids: [String(parked.id)] }, "tests", 1, 0);
  expect(await continueReplay(replay)).toMatchObject({ replayed: 1 });
  await drainDue();
  expect(await inboxRow(parked)).toMatchObject({ status: "done", outcome: "superseded", lastStack: null });
  expect(await db().subscription.findMany()).toMatchObject([{ status: "active" }]);
});
