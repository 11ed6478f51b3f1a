import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { applyClaimed, readClaimed } from "@/lib/billing/webhook/claimed";
import { drainAndWatch, drainDue } from "@/lib/billing/webhook/drain";
import { parseEvent } from "@/lib/billing/webhook/event";
import {
  claimDue,
  type Disposition,
  delayAfter,
  LEASE_SECONDS,
  MAX_ATTEMPTS,
  putBack,
  settleEvents,
} from "@/lib/billing/webhook/inbox";
import { replayEvent } from "@/lib/billing/webhook/replay";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver, inboxRow, skipDelays } from "../../support/deliver";
import { anEvent, aSubscription, T0 } from "../../support/events";
import { useStripe } from "../../support/stripe";

// A platform may put a process to sleep once it has answered, and here each claim is the test's own: a watch left by an
// earlier delivery would wake and claim beside it.
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

const failure = { attempts: 0, status: "pending", reason: "x", stack: null, notBefore: 0 } as const;

async function settle(event: object | undefined, disposition: Disposition): Promise<number> {
  const parsed = parseEvent(JSON.stringify(event));
  if (typeof parsed === "string") throw new Error(parsed);
  return (await settleEvents([{ event: parsed, disposition, needs: null }])).size;
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

  it("by another, of what was held too long, stands: the failure of the first holder changes nothing", async () => {
    const [event] = await waiting(1);
    const [first] = await claimDue(5);
    await db().$executeRaw`update stripe_events set locked_until = now() - interval '1 second'`;
    const [second] = await claimDue(5);
    const heldBySecond = await inboxRow(event ?? {});
    await putBack([{ ...failure, id: first?.id ?? "", attempts: first?.attempts ?? 0 }]);
    expect(second?.attempts).toBe(2);
    expect(await inboxRow(event ?? {})).toEqual(heldBySecond);
  });

  it("leaves alone what is done, parked or not due", async () => {
    const [first, second, third] = await waiting(3);
    await settle(first, { status: "done", outcome: "applied" });
    await putBack([{ ...failure, id: String(second?.id), status: "parked" }]);
    await putBack([{ ...failure, id: String(third?.id) }]);
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
    expect(await settle(event, { status: "done", outcome: "applied" })).toBe(1);
    expect(await settle(event, { status: "done", outcome: "superseded" })).toBe(0);
    await putBack([{ ...failure, id: String(event?.id), status: "parked" }]);
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
    await drainDue();
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

it.each([
  ["looks for the last time", 30_000],
  ["has no more time of its own", 500],
])("a drain that is asked for while one %s finds what came in between", async (_when, time) => {
  await refuseSubscriptions("40001");
  const event = anEvent("customer.subscription.created", aSubscription());
  await deliver(event);
  await drainDue();
  await allowSubscriptions();
  // A claim sees what there is when it begins, and takes a moment to come back.
  await db().$executeRawUnsafe(`
    create or replace function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(1); return null; end $$`);
  await db().$executeRawUnsafe(
    "create trigger dawdle after update on stripe_events for each statement execute function dawdle()",
  );
  const first = drainDue(Date.now() + time);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { id: _, ...columns } = await inboxRow(event);
  await db().stripeEvent.create({
    data: { ...columns, id: "evt_between", nextAttemptAt: new Date(0), attempts: 0 },
  });
  await Promise.all([first, drainDue()]);
  await db().$executeRawUnsafe("drop trigger dawdle on stripe_events");
  expect(await inboxRow({ id: "evt_between" })).toMatchObject({ status: "done" });
});

it("a first retry is waited for, also where the watch of another is about to end", async () => {
  await refuseSubscriptions("40001");
  const event = anEvent("customer.subscription.created", aSubscription());
  await deliver(event);
  await drainDue();
  await allowSubscriptions();
  await db().$executeRaw`update stripe_events set next_attempt_at = now() + interval '2 seconds'`;
  const begun = Date.now();
  const aMoment = () => new Promise((resolve) => setTimeout(resolve, 300));
  vi.useFakeTimers({ toFake: ["Date"], now: begun });
  try {
    const first = drainAndWatch();
    await aMoment();
    vi.setSystemTime(begun + 27_000);
    const second = drainAndWatch();
    await aMoment();
    vi.setSystemTime(begun + 31_000);
    await Promise.all([first, second]);
  } finally {
    vi.useRealTimers();
  }
  expect(await inboxRow(event)).toMatchObject({ status: "done" });
});

it("what two processes hold, for a lease ended too early, is applied once", async () => {
  await refuseSubscriptions("40001");
  const event = anEvent("customer.subscription.created", aSubscription());
  await deliver(event);
  await drainDue();
  await allowSubscriptions();
  await skipDelays();
  // Both have read the row, which is not there, before either writes it: the first one that does holds the other up.
  await db().$executeRawUnsafe(`
    create function dawdle_first() returns trigger language plpgsql as
    $$ begin perform pg_sleep(0.5); return new; end $$`);
  await db().$executeRawUnsafe(
    "create trigger dawdle_first before insert on subscriptions for each row execute function dawdle_first()",
  );
  const [one] = await claimDue(5);
  await db().$executeRaw`update stripe_events set locked_until = null`;
  const [other] = await claimDue(5);
  expect([one?.id, other?.id]).toEqual([event.id, event.id]);
  const left = await Promise.all(
    [one, other].map(async (claim) => applyClaimed(await readClaimed(claim ? [claim] : []))),
  );
  await db().$executeRawUnsafe("drop trigger dawdle_first on subscriptions");
  expect(left).toEqual([[], []]);
  expect(await db().subscription.findMany()).toMatchObject([{ id: "sub_1", version: 1 }]);
  expect(await inboxRow(event)).toMatchObject({ status: "done", outcome: "applied" });
});

it("a parked event that is replayed goes by the same rules of order", async () => {
  const parked = anEvent("customer.subscription.updated", aSubscription({ status: "paused" }));
  await refuseSubscriptions("22003");
  expect(await deliver(parked)).toMatchObject({ result: "parked" });
  expect(await inboxRow(parked)).toMatchObject({ lastStack: expect.stringMatching(/^error\n\s+at /) });
  await allowSubscriptions();
  await deliver(anEvent("customer.subscription.updated", aSubscription(), { created: T0 + 1 }));
  expect(await replayEvent(String(parked.id))).toBe(true);
  await drainDue();
  expect(await inboxRow(parked)).toMatchObject({ status: "done", outcome: "superseded", lastStack: null });
  expect(await db().subscription.findMany()).toMatchObject([{ status: "active" }]);
});

it("a flood of failing events keeps neither the untried from their turn nor each other", async () => {
  const [event] = await waiting(1);
  const row = await inboxRow(event ?? {});
  await db().stripeEvent.deleteMany({ where: { id: row.id } });
  const copy = (id: string, attempts: number, at: number) => ({
    ...row,
    id,
    attempts,
    nextAttemptAt: new Date(at),
  });
  await db().stripeEvent.createMany({
    data: [
      ...Array.from({ length: 500 }, (_, n) => copy(`evt_flood_${n}`, 3, n)),
      ...Array.from({ length: 3 }, (_, n) => copy(`evt_new_${n}`, 0, Date.now() - 1_000)),
    ],
  });
  const claimed = (await claimDue(10)).map(({ id }) => id).sort();
  expect(claimed).toEqual([
    ...Array.from({ length: 7 }, (_, n) => `evt_flood_${n}`),
    ...Array.from({ length: 3 }, (_, n) => `evt_new_${n}`),
  ]);
});

it("a flood of new events keeps those that failed before from their turn no longer than their age", async () => {
  const [event] = await waiting(1);
  const row = await inboxRow(event ?? {});
  await db().stripeEvent.deleteMany({ where: { id: row.id } });
  const copy = (id: string, attempts: number, at: number) => ({
    ...{ ...row, id, attempts },
    nextAttemptAt: new Date(at),
  });
  await db().stripeEvent.createMany({
    data: [
      ...Array.from({ length: 500 }, (_, n) => copy(`evt_new_${n}`, 0, Date.now() - 1_000)),
      ...Array.from({ length: 3 }, (_, n) => copy(`evt_failed_${n}`, 3, n)),
    ],
  });
  const claimed = (await claimDue(10)).map(({ id }) => id);
  expect(claimed).toHaveLength(10);
  expect(claimed).toEqual(expect.arrayContaining(["evt_failed_0", "evt_failed_1", "evt_failed_2"]));
});
