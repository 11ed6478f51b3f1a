import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { drainDue } from "@/lib/billing/webhook/drain";
import {
  claimDue,
  delayAfter,
  LEASE_SECONDS,
  MAX_ATTEMPTS,
  retryLater,
  settleEvent,
} from "@/lib/billing/webhook/inbox";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver, inboxRow, skipDelays } from "../../support/deliver";
import { anEvent, aSubscription, T0 } from "../../support/events";
import { useStripe } from "../../support/stripe";

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

describe("claiming", () => {
  it("gives each event to one claimant only", async () => {
    await waiting(12);
    const claims = await Promise.all([claimDue(5), claimDue(5), claimDue(5)]);
    const ids = claims.flat().map(({ id }) => id);
    expect(ids).toHaveLength(12);
    expect(new Set(ids).size).toBe(12);
    expect(await claimDue(5)).toEqual([]);
  });

  it("takes over what a dead process held, once its lease is over", async () => {
    await waiting(1);
    expect(await claimDue(5)).toHaveLength(1);
    expect(await claimDue(5)).toHaveLength(0);
    await db()
      .$executeRaw`update stripe_events set locked_until = locked_until - make_interval(secs => ${LEASE_SECONDS})`;
    const [again] = await claimDue(5);
    expect(again).toMatchObject({ attempts: 2 });
  });

  it("leaves alone what is done, parked or not due", async () => {
    const [first, second, third] = await waiting(3);
    await settleEvent(db(), String(first?.id), { status: "done", outcome: "applied" });
    await settleEvent(db(), String(second?.id), { status: "parked", reason: "x" });
    await retryLater({ id: String(third?.id), payload: "", attempts: 0 }, "x");
    expect(await claimDue(5)).toEqual([]);
  });
});

describe("trying again", () => {
  it("waits longer each time, by chance up to half less, and never more than six hours", () => {
    const hours = (ms: number) => ms / 3_600_000;
    expect(delayAfter(1, 0)).toBe(5_000);
    expect(delayAfter(2, 0)).toBe(10_000);
    expect(delayAfter(2, 1)).toBe(5_000);
    expect(hours(delayAfter(50, 0))).toBe(6);
    const all = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, n) => delayAfter(n + 1, 0.5)).reduce(
      (a, b) => a + b,
    );
    expect(hours(all) / 24).toBeGreaterThan(1.5);
    expect(hours(all) / 24).toBeLessThan(3.5);
  });

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

  it("an event that somebody else settled meanwhile changes nothing a second time", async () => {
    const [event] = await waiting(1);
    expect(await settleEvent(db(), String(event?.id), { status: "done", outcome: "applied" })).toBe(true);
    expect(await settleEvent(db(), String(event?.id), { status: "parked", reason: "x" })).toBe(false);
    expect(await inboxRow(event ?? {})).toMatchObject({ status: "done", outcome: "applied" });
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
    await refuseSubscriptions("22003");
    await skipDelays();
    await drainDue();
    expect(await inboxRow(later)).toMatchObject({ status: "parked" });
  });
});

it("a claim does not wait for another that is under way", async () => {
  await waiting(2);
  await db().$transaction(async (tx) => {
    await tx.$queryRaw`select id from stripe_events where status = 'pending' limit 1 for update`;
    expect(await claimDue(5)).toHaveLength(1);
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

it("a drain that is asked for while one looks for the last time finds what came in between", async () => {
  await refuseSubscriptions("40001");
  const event = anEvent("customer.subscription.created", aSubscription());
  await deliver(event);
  await drainDue();
  await allowSubscriptions();
  // A claim sees what there is when it begins, and takes a moment to come back.
  await db().$executeRawUnsafe(`
    create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return null; end $$`);
  await db().$executeRawUnsafe(
    "create trigger dawdle after update on stripe_events for each statement execute function dawdle()",
  );
  const first = drainDue();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { id: _, ...columns } = await inboxRow(event);
  await db().stripeEvent.create({
    data: { ...columns, id: "evt_between", nextAttemptAt: new Date(0), attempts: 0 },
  });
  await Promise.all([first, drainDue()]);
  await db().$executeRawUnsafe("drop trigger dawdle on stripe_events");
  expect(await inboxRow({ id: "evt_between" })).toMatchObject({ status: "done" });
});

it("what another process settled in the meantime is not applied a second time", async () => {
  await refuseSubscriptions("40001");
  const event = anEvent("customer.subscription.created", aSubscription());
  await deliver(event);
  await allowSubscriptions();
  // The other process: by the time this one wants to settle the event, it is no longer there to be settled.
  await db().$executeRawUnsafe(`
    create function elsewhere() returns trigger language plpgsql as
    $$ begin if new.status = 'done' then return null; end if; return new; end $$`);
  await db().$executeRawUnsafe(
    "create trigger elsewhere before update on stripe_events for each row execute function elsewhere()",
  );
  await skipDelays();
  await drainDue();
  expect(await db().subscription.count()).toBe(0);
});
