import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "pg";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer } from "@/lib/billing/mirror";
import { subscriptions } from "@/lib/billing/subscription/store";
import { applyClaimed, readClaimed, type WaitingEvent } from "@/lib/billing/webhook/claimed";
import { drainAndWatch, drainDue, isDrainDue } from "@/lib/billing/webhook/drain";
import {
  claimDue,
  type Disposition,
  delayAfter,
  LEASE_SECONDS,
  MAX_ATTEMPTS,
  putBack,
  recordEvents,
  release,
  settleEvents,
  untilNextDue,
} from "@/lib/billing/webhook/inbox";
import { type Result, receiveEvent } from "@/lib/billing/webhook/receive";
import { settleWithStripe } from "@/lib/billing/webhook/settle";
import { pool, query } from "@/lib/pool";
import { emptyTables, rowOf, rowsOf, verified } from "../../support/core";
import { useDatabase } from "../../support/database";
import { anEvent, anInvoice, aSubscription, T0 } from "../../support/events";

// Each claim here is the test's own: what an earlier test left to do after its response would claim beside it.
vi.mock("@/lib/after", () => ({ afterResponse() {} }));
vi.mock("node:timers/promises", { spy: true });

useDatabase();
beforeEach(async () => {
  await emptyTables();
  vi.spyOn(console, "error").mockImplementation(() => {});
});

const HOUR_MS = 3_600_000;
const failure = { attempts: 0, status: "pending", reason: "x", stack: null, notBefore: 0 } as const;

const updated = (id: string, fields: object = {}, at = 0) =>
  verified(
    anEvent("customer.subscription.updated", aSubscription({ id, items: { data: [] }, ...fields }), {
      created: T0 + at,
    }),
  );

/** Events that wait in the inbox, and can be applied. */
async function waiting(count: number) {
  const events = Array.from({ length: count }, (_, n) => updated(`sub_${n}`));
  const disposition = { status: "pending", reason: "A test." } as const;
  await recordEvents(events.map((event) => ({ event, disposition, needs: null })));
  return events;
}

const inbox = (event: { id: string } | undefined) => rowOf("stripe_events", event?.id);
const settle = async (event: Awaited<ReturnType<typeof waiting>>[0] | undefined, disposition: Disposition) =>
  (await settleEvents(event ? [{ event, disposition, needs: null }] : [])).size;

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
    await query("update stripe_events set locked_until = locked_until - make_interval(secs => $1)", [
      LEASE_SECONDS,
    ]);
    const [again] = await claimDue(5);
    expect(again).toMatchObject({ attempts: 2 });
  });

  it("by another, of what was held too long, stands, whether the first holder fails or gives it back", async () => {
    const [event] = await waiting(1);
    const [first] = await claimDue(5);
    await query("update stripe_events set locked_until = now() - interval '1 second'");
    const [second] = await claimDue(5);
    const heldBySecond = await inbox(event);
    const lease = { id: first?.id ?? "", attempts: first?.attempts ?? 0 };
    await putBack([{ ...failure, ...lease }]);
    await release([lease]);
    expect(second?.attempts).toBe(2);
    expect(await inbox(event)).toEqual(heldBySecond);
  });

  it("leaves alone what is done, parked or not due", async () => {
    const [first, second, third] = await waiting(3);
    await settle(first, { status: "done", outcome: "applied" });
    await putBack([{ ...failure, id: String(second?.id), status: "parked" }]);
    await putBack([{ ...failure, id: String(third?.id) }]);
    expect(await claimDue(5)).toEqual([]);
  });

  it("does not wait for another that is under way", async () => {
    await waiting(2);
    const other = await pool().connect();
    try {
      await other.query("begin");
      await other.query("select id from stripe_events limit 1 for update");
      expect(await claimDue(5)).toHaveLength(1);
    } finally {
      await other.query("rollback");
      other.release();
    }
  });

  /** Copies of an event that waits: tried so often, and due so many seconds ago. */
  async function flood(name: string, count: number, attempts: number, secondsAgo: string): Promise<void> {
    await query(
      `insert into stripe_events (id, type, livemode, payload, status, attempts, next_attempt_at)
      select $1 || n, 'product.updated', false, '{}', 'pending', $2, now() - (${secondsAgo}) * interval '1 second'
      from generate_series(0, $3::int - 1) n`,
      [name, attempts, count],
    );
  }
  const numbered = (name: string, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, n) => `${name}${from + n}`);

  it("in a flood of failing events keeps neither the untried from their turn nor each other", async () => {
    await flood("failing", 500, 3, "9000 - n");
    await flood("new", 3, 0, "1");
    const claimed = (await claimDue(10)).map(({ id }) => id).sort();
    expect(claimed).toEqual([...numbered("failing", 0, 6), ...numbered("new", 0, 2)]);
  });

  it("in a flood of new events goes by age, those first that were never tried for one half", async () => {
    await flood("new", 500, 0, "n + 1");
    await flood("failed", 3, 3, "9000");
    const claimed = (await claimDue(10)).map(({ id }) => id).sort();
    // The youngest were written first.
    expect(claimed).toEqual([...numbered("failed", 0, 2), ...numbered("new", 493, 499)]);
  });
});

describe("the next look", () => {
  const setTimes = (id: unknown, dueInHours: number, heldForHours: number | null) =>
    query(
      `update stripe_events set next_attempt_at = now() + make_interval(hours => $2),
        locked_until = now() + make_interval(hours => $3) where id = $1`,
      [id, dueInHours, heldForHours],
    );

  it("is when the first event falls due that nobody holds, and never while none waits", async () => {
    expect(await untilNextDue()).toBe(Number.POSITIVE_INFINITY);
    const [first, second] = await waiting(2);
    expect(await untilNextDue()).toBe(100);
    await setTimes(first?.id, 1, 2);
    await setTimes(second?.id, 3, null);
    expect((await untilNextDue()) / HOUR_MS).toBeCloseTo(2, 1);
    await setTimes(first?.id, 4, 2);
    expect((await untilNextDue()) / HOUR_MS).toBeCloseTo(3, 1);
  });

  it("comes by itself, so a first retry needs neither another event nor a scheduler", async () => {
    // One that has ended stands in no other's way.
    await drainAndWatch();
    const [event] = await waiting(1);
    await query("update stripe_events set next_attempt_at = now() + interval '300 ms'");
    const watch = drainAndWatch();
    expect(await inbox(event)).toMatchObject({ status: "pending" });
    await watch;
    expect(await inbox(event)).toMatchObject({ status: "done" });
    // A server that is told to end waits for what goes on beside its responses, but not for this.
    expect(sleep).toHaveBeenLastCalledWith(expect.any(Number), undefined, { ref: false });
  });

  it("is asked for by one of those that watch at once", async () => {
    const statements = vi.spyOn(Pool.prototype, "query");
    await Promise.all([drainAndWatch(), drainAndWatch()]);
    expect(statements.mock.calls.filter(([text]) => String(text).includes("extract(epoch"))).toHaveLength(1);
  });

  it("is waited for, also where the watch of another is about to end", async () => {
    const [event] = await waiting(1);
    await query("update stripe_events set next_attempt_at = now() + interval '2 seconds'");
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
    expect(await inbox(event)).toMatchObject({ status: "done" });
  });
});

describe("trying again", () => {
  it("waits longer each time, by chance up to half less, never more than six hours, and gives up after three days", () => {
    const hours = (ms: number) => ms / HOUR_MS;
    expect(delayAfter(1, 0)).toBe(5_000);
    expect(delayAfter(2, 0)).toBe(10_000);
    expect(delayAfter(2, 1)).toBe(5_000);
    expect(hours(delayAfter(50, 0))).toBe(6);
    const all = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, n) => delayAfter(n + 1, 0.5)).reduce(
      (a, b) => a + b,
    );
    expect(hours(all) / 24).toBeCloseTo(3, 1);
  });

  it.each([1, 10])(
    "after attempt %i waits by chance from half of its delay to the whole",
    async (attempts) => {
      const [last, ...tried] = await waiting(21);
      await query("update stripe_events set attempts = $1", [attempts]);
      await query("update stripe_events set attempts = $2 where id = $1", [last?.id, MAX_ATTEMPTS]);
      await putBack([
        { ...failure, id: String(last?.id), attempts: MAX_ATTEMPTS, reason: "Why.", stack: "at" },
        ...tried.map(({ id }) => ({ ...failure, id, attempts })),
      ]);
      // That was the last time for it, in the same moment.
      const { processed_at: putBackAt, ...parked } = await inbox(last);
      expect(parked).toMatchObject({
        status: "parked",
        last_error: "Why.",
        last_stack: "at",
        next_attempt_at: null,
      });
      const found = await query<{ ms: number }>(
        "select (extract(epoch from next_attempt_at - $1) * 1000)::float8 as ms from stripe_events where status = 'pending'",
        [putBackAt],
      );
      const waits = found.map(({ ms }) => ms);
      expect(waits).toHaveLength(20);
      // To the millisecond, as the column is.
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(delayAfter(attempts, 1) - 1);
      expect(Math.max(...waits)).toBeLessThanOrEqual(delayAfter(attempts, 0) + 1);
      expect(new Set(waits).size).toBeGreaterThan(1);
    },
  );

  it("an event that somebody else settled meanwhile changes nothing a second time", async () => {
    const [event] = await waiting(1);
    expect(await settle(event, { status: "done", outcome: "applied" })).toBe(1);
    expect(await settle(event, { status: "done", outcome: "superseded" })).toBe(0);
    await putBack([{ ...failure, id: String(event?.id), status: "parked" }]);
    await release([{ id: String(event?.id), attempts: 0 }]);
    expect(await inbox(event)).toMatchObject({ status: "done", outcome: "applied", attempts: 0 });
  });

  it("an event that somebody else settled after it was claimed writes no row any more", async () => {
    const [event] = await waiting(1);
    const held = await readClaimed(await claimDue(5));
    await settle(event, { status: "done", outcome: "superseded" });
    expect(await applyClaimed(held)).toEqual([]);
    expect(await rowsOf("subscriptions")).toEqual([]);
    expect(console.error).not.toHaveBeenCalled();
  });

  it("leaves what is tried again later, or parked, with its reason and in nobody's hands", async () => {
    const [first, second, third] = await waiting(3);
    const [one, two, last] = (await claimDue(5)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    if (!one || !two || !last) throw new Error("Three wait.");
    await query("update stripe_events set attempts = $2 where id = $1", [last.id, MAX_ATTEMPTS]);
    await putBack([
      { ...failure, ...one, reason: "Why.", stack: "at", notBefore: HOUR_MS },
      { ...failure, ...two, status: "parked" },
      { ...failure, ...last, attempts: MAX_ATTEMPTS },
    ]);
    const rows = await rowsOf("stripe_events");
    expect(rows).toMatchObject([
      {
        id: one.id,
        status: "pending",
        last_error: "Why.",
        last_stack: "at",
        locked_until: null,
        processed_at: null,
      },
      {
        id: two.id,
        status: "parked",
        locked_until: null,
        next_attempt_at: null,
        processed_at: expect.any(Date),
      },
      { id: last.id, status: "parked", attempts: MAX_ATTEMPTS },
    ]);
    const { next_attempt_at: next } = rows[0] ?? {};
    expect(next instanceof Date && (next.getTime() - Date.now()) / HOUR_MS).toBeCloseTo(1, 1);
    expect([first, second, third].map((event) => event?.id).sort()).toEqual([one.id, two.id, last.id]);
  });
});

it("a payload that cannot be read is parked with its reason, and holds up none of the others", async () => {
  const [bad, good] = await waiting(2);
  await query("update stripe_events set payload = '[]' where id = $1", [bad?.id]);
  const read = await readClaimed(await claimDue(5));
  expect(read).toMatchObject([{ id: good?.id, attempts: 1 }]);
  expect(await inbox(bad)).toMatchObject({ status: "parked", attempts: 1, last_error: expect.any(String) });
});

it("one that the database refuses is put back with its reason, and holds up none of the others", async () => {
  const [bad, ...others] = await waiting(3);
  await query(`
    create or replace function refuse_one() returns trigger language plpgsql as $$ begin
      if new.id = 'sub_0' then raise exception 'not now' using errcode = '40001'; end if; return new;
    end $$`);
  await query(
    "create or replace trigger refuse_one before insert on subscriptions for each row execute function refuse_one()",
  );
  await drainDue();
  await query("drop trigger refuse_one on subscriptions");
  const reason = expect.stringContaining("40001");
  expect(await inbox(bad)).toMatchObject({ status: "pending", attempts: 1, last_error: reason });
  for (const event of others) expect(await inbox(event)).toMatchObject({ status: "done" });
  expect(vi.mocked(console.error).mock.calls).toEqual([
    [expect.stringMatching(`event not applied.*${bad?.id}.*"attempts":1.*pending.*40001`)],
  ]);
});

describe("a drain", () => {
  it.each([
    ["looks for the last time", 30_000],
    ["has no more time of its own", 300],
  ])("that is asked for while one %s finds what came in between", async (_when, time) => {
    const [event] = await waiting(1);
    // A claim sees what there is when it begins, and takes a moment to come back.
    await query(`
      create or replace function dawdle() returns trigger language plpgsql as
      $$ begin perform pg_sleep(0.5); return null; end $$`);
    await query(
      "create or replace trigger dawdle after update on stripe_events for each statement execute function dawdle()",
    );
    const first = drainDue(Date.now() + time);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await query(
      `insert into stripe_events (id, type, livemode, payload, status, next_attempt_at)
      select 'evt_between', type, livemode, payload, 'pending', now() from stripe_events where id = $1`,
      [event?.id],
    );
    await Promise.all([first, drainDue()]);
    await query("drop trigger dawdle on stripe_events");
    expect(await rowOf("stripe_events", "evt_between")).toMatchObject({ status: "done" });
  });

  it("works off more than a batch, and begins no other once its time is over", async () => {
    const left = async () => (await query("select from stripe_events where status = 'pending'")).length;
    await waiting(201);
    await drainDue();
    expect(await left()).toBe(0);
    await query("update stripe_events set status = 'pending', outcome = null, next_attempt_at = now()");
    await query(`
      create or replace function dawdle_a_moment() returns trigger language plpgsql as
      $$ begin perform pg_sleep(0.1); return null; end $$`);
    await query(
      "create or replace trigger dawdle_a_moment after update on stripe_events for each statement execute function dawdle_a_moment()",
    );
    await drainDue(Date.now() + 50);
    await query("drop trigger dawdle_a_moment on stripe_events");
    expect(await left()).toBe(1);
  });

  it("that is asked for beside another looks for nothing itself before that one is through", async () => {
    const [event] = await waiting(1);
    const first = drainDue();
    const statements = vi.spyOn(Pool.prototype, "query");
    const second = drainDue();
    expect(statements).not.toHaveBeenCalled();
    await Promise.all([first, second]);
    expect(await inbox(event)).toMatchObject({ status: "done" });
  });

  it("of another process, that holds the same for a lease ended too early, applies it once with this", async () => {
    const [event] = await waiting(1);
    // Both have read the row, which is not there, before either writes it: the first one that does holds the other up.
    await query(`
      create or replace function dawdle_first() returns trigger language plpgsql as
      $$ begin perform pg_sleep(0.5); return new; end $$`);
    await query(
      "create or replace trigger dawdle_first before insert on subscriptions for each row execute function dawdle_first()",
    );
    const [one] = await claimDue(5);
    await query("update stripe_events set locked_until = null");
    const [other] = await claimDue(5);
    expect([one?.id, other?.id]).toEqual([event?.id, event?.id]);
    const left = await Promise.all(
      [one, other].map(async (claim) => applyClaimed(await readClaimed(claim ? [claim] : []))),
    );
    await query("drop trigger dawdle_first on subscriptions");
    expect(left).toEqual([[], []]);
    expect(await rowsOf("subscriptions")).toMatchObject([{ id: "sub_0", version: 1 }]);
    expect(await inbox(event)).toMatchObject({
      status: "done",
      outcome: "applied",
      last_error: null,
      locked_until: null,
      next_attempt_at: null,
      processed_at: expect.any(Date),
    });
  });
});

describe("what only Stripe can settle", () => {
  /** Two events of each subscription that say less than all, `later` seconds after the row: they wait for Stripe. */
  async function cut(ids: readonly string[], later = 60): Promise<void> {
    await Promise.all(ids.map((id) => receiveEvent(updated(id))));
    const items = { data: [], has_more: true };
    // The newest of them comes first for one, and last for the next.
    for (const [n, id] of ids.entries())
      for (const at of n % 2 === 0 ? [later, later - 10] : [later - 10, later])
        await receiveEvent(updated(id, { items }, at));
  }
  async function claimCut(ids: readonly string[]): Promise<WaitingEvent[]> {
    await cut(ids);
    return applyClaimed(await readClaimed(await claimDue(100)));
  }

  const ask = (answerTo: (id: string) => Promise<Answer>) =>
    vi.spyOn(subscriptions, "ask").mockImplementation(answerTo);

  const answer = (id: string, versionBefore = 1): Answer => ({
    object: aSubscription({ id, status: "past_due", items: { data: [] } }),
    askedAt: new Date((T0 + 20) * 1000),
    answeredAt: new Date((T0 + 20) * 1000),
    versionBefore,
  });

  it("is asked once for each object, of five at a time, and the answer holds all that was heard before", async () => {
    const ids = Array.from({ length: 7 }, (_, n) => `sub_${n}`);
    let [now, most] = [0, 0];
    const asked = ask(async (id) => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 50));
      now -= 1;
      return answer(id);
    });
    const waiting = await claimCut(ids);
    expect(waiting).toHaveLength(14);
    await settleWithStripe(waiting, Date.now() + HOUR_MS);
    expect(asked.mock.calls.flat().sort()).toEqual(ids);
    expect(most).toBe(5);
    for (const row of await rowsOf("subscriptions"))
      expect(row).toMatchObject({
        status: "past_due",
        stripe_state_at: new Date((T0 + 60) * 1000),
        version: 2,
      });
    const events = await rowsOf("stripe_events");
    expect(events.filter(({ status, outcome }) => status === "done" && outcome === "applied")).toHaveLength(
      21,
    );
  });

  it("is asked again where the row changed meanwhile, five times at the most", async () => {
    const asked = ask(async (id) => answer(id, 99));
    const waiting = await claimCut(["sub_1"]);
    await settleWithStripe(waiting, Date.now() + HOUR_MS);
    expect(asked).toHaveBeenCalledTimes(5);
    for (const { event } of waiting)
      expect(await inbox(event)).toMatchObject({
        status: "pending",
        attempts: 1,
        locked_until: null,
        last_error: expect.stringContaining("sub_1 changed during each of several fetches"),
      });
  });

  it("waits as long as Stripe wants after an error, and the others do not", async () => {
    ask(async (id) => {
      if (id === "sub_2") return answer(id);
      throw Object.assign(new Error("slow down"), { headers: { "retry-after": "3600" } });
    });
    await settleWithStripe(await claimCut(["sub_1", "sub_2"]), Date.now() + HOUR_MS);
    expect(await rowOf("subscriptions", "sub_1")).toMatchObject({ status: "active" });
    expect(await rowOf("subscriptions", "sub_2")).toMatchObject({ status: "past_due" });
    const left = (await rowsOf("stripe_events")).filter(({ status }) => status === "pending");
    expect(left).toHaveLength(2);
    for (const row of left) {
      expect(row).toMatchObject({ object_id: "sub_1", last_error: expect.stringContaining("slow down") });
      const next = row.next_attempt_at;
      expect(next instanceof Date && (next.getTime() - Date.now()) / HOUR_MS).toBeCloseTo(1, 1);
    }
  });

  it("is given back as it was where there is no time left to ask", async () => {
    const asked = ask(async (id) => answer(id));
    await settleWithStripe(await claimCut(["sub_1", "sub_2"]), Date.now() - 1);
    expect(asked).not.toHaveBeenCalled();
    const left = (await rowsOf("stripe_events")).filter(({ status }) => status === "pending");
    expect(left).toHaveLength(4);
    for (const row of left) expect(row).toMatchObject({ attempts: 0, locked_until: null });
  });

  it("is settled for who joined a drain that found it, and had no time left for it", async () => {
    await cut(["sub_1"]);
    await query(
      "update stripe_events set next_attempt_at = now() + interval '1 hour' where status = 'pending'",
    );
    // The first look finds nothing, and then all of it falls due.
    await query(`
      create or replace function hasten() returns trigger language plpgsql as $$ begin
        if pg_trigger_depth() = 1 then
          update stripe_events set next_attempt_at = now() where status = 'pending';
        end if; return null;
      end $$`);
    await query(
      "create or replace trigger hasten after update on stripe_events for each statement execute function hasten()",
    );
    const begun = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: begun });
    const asked = ask(async (id) => {
      vi.setSystemTime(begun + 30_001);
      return answer(id, asked.mock.calls.length === 1 ? 99 : 1);
    });
    try {
      await Promise.all([drainDue(begun + 30_000), drainDue(begun + 60_000)]);
    } finally {
      vi.useRealTimers();
      await query("drop trigger hasten on stripe_events");
    }
    expect(asked).toHaveBeenCalledTimes(2);
    expect((await rowsOf("stripe_events")).map(({ status }) => status)).toEqual(["done", "done", "done"]);
  });

  it("is settled by a drain, which asks nobody where it has no time", async () => {
    const asked = ask(async (id) => answer(id));
    await cut(["sub_1"]);
    await drainDue(Date.now() - 1);
    expect(asked).not.toHaveBeenCalled();
    await drainDue();
    expect(asked).toHaveBeenCalledTimes(1);
    expect((await rowsOf("stripe_events")).map(({ status }) => status)).toEqual(["done", "done", "done"]);
  });
});

it("a delivery drains if its own event waits, and else if nobody has looked for a second", () => {
  const now = Date.now();
  const isDueAt = (ms: number, result: Result) => {
    vi.setSystemTime(now + ms);
    return isDrainDue(result);
  };
  vi.useFakeTimers({ toFake: ["Date"], now });
  try {
    expect(isDueAt(0, "applied")).toBe(true);
    expect(isDueAt(500, "applied")).toBe(false);
    expect(isDueAt(500, "deferred")).toBe(true);
    expect(isDueAt(1_499, "superseded")).toBe(false);
    expect(isDueAt(1_500, "applied")).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

it("where there is no mail server, no mail waits", async () => {
  const now = Math.floor(Date.now() / 1000);
  const failed = anEvent("invoice.payment_failed", anInvoice({ attempt_count: 1 }), { created: now });
  expect(await receiveEvent(verified(failed))).toBe("applied");
  expect(await query("select mail from facts")).toEqual([{ mail: null }]);
});
