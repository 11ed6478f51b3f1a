import { Pool } from "pg";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { applyEvents, type Ledger } from "@/lib/billing/webhook/apply";
import { recordEvents, settleEvents } from "@/lib/billing/webhook/inbox";
import { receiveEvent } from "@/lib/billing/webhook/receive";
import { type VerifiedEvent, verifyEvent } from "@/lib/billing/webhook/verify";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver, inboxRow, sign } from "../../support/deliver";
import { WEBHOOK_SECRET } from "../../support/env";
import { aCustomer, anEvent, anInvoice, aSubscription, T0 } from "../../support/events";

useDatabase();
beforeEach(clearBilling);

const sub = (n: number, fields: object = {}) =>
  aSubscription({ id: `sub_${n}`, items: { data: [] }, ...fields });
const updated = (n: number, fields: object = {}, at = 0) =>
  anEvent("customer.subscription.updated", sub(n, fields), { created: T0 + at });

function verified(event: object): VerifiedEvent {
  const payload = JSON.stringify(event);
  const verification = verifyEvent({
    payload,
    signature: sign(payload),
    secrets: [WEBHOOK_SECRET],
    now: new Date(),
  });
  if (!verification.ok) throw new Error(verification.error);
  return verification.event;
}

/** All at once: the first flies alone, and the others share what follows. */
const receiveAll = (events: readonly object[]) =>
  Promise.all(events.map((event) => receiveEvent(verified(event))));

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
    expect(await db().subscription.count()).toBe(60);
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
    const row = await db().subscription.findUnique({ where: { id: "sub_1" } });
    expect(row).toMatchObject({ metadata: { n: "19" }, version: 1 });
  });

  it("are taken once, however often they stand in one batch", async () => {
    const event = updated(1);
    const results = await receiveAll([updated(2), event, event, event]);
    expect(results).toEqual(["applied", "applied", "duplicate", "duplicate"]);
    expect(await db().stripeEvent.count()).toBe(2);
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

describe("one bad event", () => {
  const poison = "sub_31";
  beforeEach(() => {
    vi.spyOn(console, "error").mockImplementation(() => {});
  });
  afterEach(() => db().$executeRawUnsafe("drop trigger if exists refuse_one on subscriptions"));

  async function refuseOne(sqlState: string): Promise<void> {
    await db().$executeRawUnsafe(`
      create or replace function refuse_one() returns trigger language plpgsql as $$ begin
        if new.id = '${poison}' then raise exception 'no' using errcode = '${sqlState}'; end if; return new;
      end $$`);
    await db().$executeRawUnsafe(
      "create trigger refuse_one before insert on subscriptions for each row execute function refuse_one()",
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
    expect(await inboxRow(events[31] ?? {})).toMatchObject({
      status,
      lastError: expect.stringContaining(sqlState),
    });
    expect(await db().subscription.count()).toBe(63);
  });

  it("that cannot be read is parked, with the others applied", async () => {
    const results = await receiveAll([updated(1), updated(2, { status: undefined }), updated(3)]);
    expect(results).toEqual(["applied", "parked", "applied"]);
  });
});

const newEvents: Ledger<VerifiedEvent> = {
  isOver: (status) => status !== undefined,
  deferred: (reason) => ({ status: "pending", reason }),
  commit: recordEvents,
};

it("two processes with the same events in opposite orders neither deadlock nor apply one twice", async () => {
  for (let round = 0; round < 10; round += 1) {
    await clearBilling();
    const events = Array.from({ length: 40 }, (_, n) => verified(updated(n, { metadata: { round: "1" } })));
    const [one, other] = await Promise.all([
      applyEvents(events, newEvents),
      applyEvents(events.toReversed(), newEvents),
    ]);
    for (const { id } of events)
      expect([one.get(id)?.outcome, other.get(id)?.outcome].sort()).toEqual(["applied", "duplicate"]);
    expect(await db().subscription.count({ where: { version: 1 } })).toBe(40);
    expect(await db().stripeEvent.count()).toBe(40);
  }
}, 120_000);

it.each([
  ["was not there", []],
  ["was there", [updated(1)]],
])(
  "a row that %s, and that another process writes meanwhile, is decided anew by what it then is",
  async (_, before) => {
    await receiveAll(before);
    const [older, newer] = [
      verified(updated(1, { metadata: { is: "older" } }, 10)),
      verified(updated(1, { metadata: { is: "newer" } }, 20)),
    ];
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
    expect(await db().subscription.findUnique({ where: { id: "sub_1" } })).toMatchObject({
      metadata: { is: "newer" },
      version: before.length + 1,
    });
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
  expect(await inboxRow(older)).toMatchObject({ status: "done", outcome: "superseded" });
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
  const rows = await db().subscription.findMany({ orderBy: { id: "asc" } });
  expect(rows.map(({ stripeStateAt }) => stripeStateAt.getTime() / 1000 - T0)).toEqual(
    [25, 26, 27, 28, 29].map((n) => n * 6 + 5),
  );
});

it("while no event can be committed, the whole batch is answered with 503 and nothing is lost", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await db().$executeRawUnsafe("alter table stripe_events rename to away");
  const events = Array.from({ length: 12 }, (_, n) => updated(n));
  const away = await Promise.all(events.map(deliver));
  await db().$executeRawUnsafe("alter table away rename to stripe_events");
  expect(away.map(({ status }) => status)).toEqual(Array(12).fill(503));
  expect(await db().subscription.count()).toBe(0);
  const back = await Promise.all(events.map(deliver));
  expect(back.map(({ status, result }) => `${status} ${result}`)).toEqual(Array(12).fill("200 applied"));
});
