import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Postgres, startPostgres } from "@/dev/postgres";
import { signatureHeader } from "@/dev/send/sign";
import { type LocalStripe, startLocalStripe } from "@/dev/stripe/server";
import { createDatabase, withClient } from "@/prisma/migrate/databases";
import { migrate } from "@/prisma/migrate/migrations";
import { type Endpoint, startEndpoint } from "../../support/endpoints";
import { TEST_ENV, WEBHOOK_SECRET } from "../../support/env";
import { anEvent, anItem, aSubscription } from "../../support/events";
import { installWitness } from "../../support/lives/witness";
import { type Mishap, StripeProxy } from "../../support/stripe-proxy";
import { Fuse, Wire } from "../../support/wire";

/** The nightly's outage is a minute at 200 events a second; this one fits between other tests. */
const OUTAGE_MS = Number(process.env.OUTAGE_SECONDS ?? 3) * 1_000;
const PER_SECOND = Number(process.env.EVENTS_PER_SECOND ?? 40);

/** Stripe waits longer from one try to the next, up to hours; here, by the length of the outage. */
const FIRST_WAIT_MS = OUTAGE_MS / 12;
const LONGEST_WAIT_MS = Math.max(5_000, OUTAGE_MS / 3);

vi.setConfig({ testTimeout: 300_000 });

/** A Postgres of this file's own: it is going to be killed, and must keep what it committed. */
let postgres: Postgres;
let folder: string;
let url: string;
let stripe: LocalStripe;
let proxy: StripeProxy;
let endpoints: Endpoint[] = [];

beforeAll(async () => {
  Object.assign(process.env, TEST_ENV);
  folder = await mkdtemp(join(tmpdir(), "tests-outages-"));
  postgres = await start();
  url = await createDatabase(postgres.url, "outages");
  await migrate(url);
  await installWitness(url);
  stripe = await startLocalStripe();
  proxy = await StripeProxy.start();
  proxy.upstream = stripe.url;
});
afterAll(async () => {
  proxy.close();
  await stripe.close();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

const start = (port?: number) =>
  startPostgres({
    dataDir: join(folder, "data"),
    logFile: join(folder, "postgres.log"),
    ...(port ? { port } : {}),
  });

beforeEach(async () => {
  await run(
    "truncate stripe_events, subscriptions, subscription_items, row_versions, finished_events cascade",
  );
  proxy.passage = () => ({ mishap: null, beforeMs: 0, afterMs: 0 });
  proxy.ahead = 0;
  proxy.requests.length = 0;
});
afterEach(async () => {
  await Promise.all(endpoints.map((endpoint) => endpoint.kill()));
  endpoints = [];
});

const run = (sql: string) => withClient(url, (client) => client.query(sql));
const count = async (where: string) =>
  Number((await run(`select count(*)::int as n from ${where}`)).rows[0]?.n ?? -1);

async function open(many: number, env: Record<string, string> = {}, preload: string[] = []): Promise<void> {
  const options = { DATABASE_URL: url, STRIPE_API_BASE: proxy.url, ...env };
  endpoints = await Promise.all(Array.from({ length: many }, () => startEndpoint(options, preload)));
}

/** Where the next event goes. */
let turn = 0;
const anEndpoint = () => endpoints[turn++ % endpoints.length]?.url ?? "";

type Told = {
  event: Record<string, unknown>;
  answers: (number | null)[];
  acknowledgedAt: number | null;
  /** What the last answer said of it. */
  result: unknown;
};

/** Delivers as Stripe does, with its patience of hours made seconds: again and again until it is acknowledged. */
async function deliver(
  event: Record<string, unknown>,
  until = Date.now() + 600_000,
  signedAt?: Date,
): Promise<Told> {
  const told: Told = { event, answers: [], acknowledgedAt: null, result: null };
  const body = JSON.stringify(event);
  for (let tries = 0; Date.now() < until; tries += 1) {
    const answer = await fetch(anEndpoint(), {
      method: "POST",
      body,
      headers: { "stripe-signature": signatureHeader(body, WEBHOOK_SECRET, signedAt) },
      signal: AbortSignal.timeout(30_000),
    }).catch(() => null);
    told.result = (await answer?.json().catch(() => null))?.result;
    told.answers.push(answer?.status ?? null);
    if (answer?.status === 200) return { ...told, acknowledgedAt: Date.now() };
    await sleep(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries) * (0.5 + Math.random() / 2));
  }
  return told;
}

const seconds = () => Math.floor(Date.now() / 1000);
const changed = (id: string, fields: object = {}, created = seconds()) =>
  anEvent("customer.subscription.updated", aSubscription({ id, items: { data: [] }, ...fields }), {
    created,
  });

/** What Stripe says of a subscription of which two events of one second say different things. */
const settled = (id: string, status = "past_due") => ({
  ...aSubscription({ status, items: { data: [] } }),
  id,
  object: "subscription",
});

let born = 0;

/** A stream of events, each about a subscription of its own: but of each twenty, two contradict each other. */
function stream(perSecond: number): { stop(): Promise<Told[]> } {
  const all: Promise<Told>[] = [];
  const begun = Date.now();
  const send = () => {
    const [id, at] = [`sub_${born}`, seconds()];
    all.push(deliver(changed(id, {}, at)));
    if (born++ % 19 !== 0) return;
    stripe.put(settled(id));
    all.push(deliver(changed(id, { status: "paused" }, at)));
  };
  // By the clock: a machine that is busy sends late, not less.
  const timer = setInterval(() => {
    const due = ((Date.now() - begun) / 1_000) * perSecond;
    while (all.length < due) send();
  }, 20);
  return {
    stop() {
      clearInterval(timer);
      return Promise.all(all);
    },
  };
}

const untilNoneWaits = (meanwhile: () => Promise<unknown> = async () => {}) =>
  vi.waitUntil(
    async () => {
      await meanwhile();
      return (await count("stripe_events where status = 'pending'")) === 0;
    },
    { timeout: 180_000, interval: 100 },
  );

/** Delays pass, and a scheduler calls. */
async function drainAll(): Promise<void> {
  await untilDue();
  await Promise.all(endpoints.map((endpoint) => endpoint.drain().catch(() => null)));
}

const untilDue = () => run("update stripe_events set next_attempt_at = 'epoch' where status = 'pending'");

/** All is done and none parked, once each, and each row is there: as its one event tells it, or as Stripe settled it. */
async function expectAllApplied(told: readonly Told[]): Promise<void> {
  const settled = await count(
    "(select from stripe_events group by object_id having count(*) > 1) contradicted",
  );
  expect(told.filter(({ acknowledgedAt }) => acknowledgedAt === null)).toEqual([]);
  expect(await count("stripe_events where status <> 'done'")).toBe(0);
  expect(await count("stripe_events where status = 'done'")).toBe(told.length);
  expect(await count("finished_events")).toBe(told.length);
  expect(await count("(select id from finished_events group by id having count(*) > 1) twice")).toBe(0);
  expect(await count("subscriptions")).toBe(told.length - settled);
  expect(await count("subscriptions where status = 'past_due' and version <= 2")).toBe(settled);
  expect(await count("subscriptions where status <> 'past_due' and version > 1")).toBe(0);
}

async function lastErrorUnlike(words: string): Promise<string | null> {
  const { rows } = await run(
    `select last_error as it from stripe_events where status = 'pending' and last_error not like '%${words}%'`,
  );
  return rows[0]?.it ?? null;
}

/** Somebody else who is connected, has done this much, and holds what that locked until they end. */
async function holding(sql: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  return client;
}

function postmaster(): number {
  const [pid] = readFileSync(join(folder, "data", "postmaster.pid"), "utf8")
    .split("\n")
    .map(Number);
  if (!pid) throw new Error("This file's Postgres does not run.");
  return pid;
}

/** Ends the server as a loss of power does, and with it all that it had not written down. */
async function killPostgres(): Promise<void> {
  process.kill(postmaster(), "SIGKILL");
  await postgres.exited;
}

async function restartPostgres(): Promise<void> {
  // Its children take a moment to notice, and hold the shared memory until then.
  for (let tries = 0; ; tries += 1) {
    try {
      postgres = await start(postgres.port);
      return;
    } catch (error) {
      if (tries === 20) throw error;
      await sleep(200);
    }
  }
}

it("a database that is killed under load and comes back has everything, without a person", async () => {
  await open(2);
  // A second, so that the kill meets questions to Stripe under way, and leases.
  proxy.passage = () => ({ mishap: null, beforeMs: 1_000, afterMs: 0 });
  const load = stream(PER_SECOND);
  await sleep(1_000);
  await vi.waitUntil(async () => (await count(`stripe_events where ${LEASED}`)) > 0, { timeout: 60_000 });
  const killedAt = new Date();
  await killPostgres();
  await sleep(OUTAGE_MS);
  proxy.passage = () => ({ mishap: null, beforeMs: 0, afterMs: 0 });
  await restartPostgres();
  await age(killedAt);
  await sleep(1_000);
  const told = await load.stop();
  // Life goes on, and each delivery looks for what waits.
  const trickle = stream(1);
  await untilNoneWaits();
  told.push(...(await trickle.stop()));
  await untilNoneWaits();
  await expectAllApplied(told);
  const refused = told.filter(({ answers }) => answers.length > 1).length;
  expect(refused).toBeGreaterThan(0);
  const after = await secondsAfterReturn();
  process.stdout.write(
    `${told.length} events, the database away for ${OUTAGE_MS / 1000} s at ${PER_SECOND} a second: ${refused} came again, ` +
      `${proxy.requests.length} questions to Stripe; all applied ${after.toFixed(1)} s after its return. ` +
      "0 lost, 0 applied twice, 0 parked.\n",
  );
  // The nightly's figure: on a machine that does much else at once, an outage of seconds may take as long.
  if (OUTAGE_MS >= 60_000) expect(after).toBeLessThan(60);
}, 900_000);

const LEASED = "status = 'pending' and locked_until > now()";

/** A lease of a minute is over when an outage of a minute is. After a shorter one, it is made to be. */
const age = (killedAt: Date) =>
  run(`update stripe_events set locked_until = now()
    where ${LEASED} and locked_until <= '${killedAt.toISOString()}'::timestamptz + interval '1 minute'`);

/** When the last of what had come until the database's return was applied, by its own clock. */
async function secondsAfterReturn(): Promise<number> {
  const { rows } = await run(`
    select extract(epoch from max(processed_at) - pg_postmaster_start_time())::float8 as it
    from stripe_events where created <= pg_postmaster_start_time()`);
  return Number(rows[0]?.it);
}

describe("a database", () => {
  it("with no connection left answers 503, and takes the event when it is delivered again", async () => {
    // A superuser is not counted, so the app comes as somebody else.
    await run("create role app login password 'app'");
    await run("grant pg_write_all_data, pg_read_all_data to app");
    await run("alter database outages connection limit 0");
    const asApp = new URL(url);
    asApp.username = asApp.password = "app";
    await open(1, { DATABASE_URL: asApp.href });
    const refused = await deliver(changed("sub_refused"), Date.now() + 300);
    expect(refused.answers).toContain(503);
    await run("alter database outages connection limit -1");
    const again = await deliver(refused.event);
    await untilNoneWaits(drainAll);
    await expectAllApplied([again]);
  });

  it("whose every connection this process has taken answers 503 once the wait for one is over", async () => {
    await open(1);
    const holder = await holding("select pg_advisory_lock(1)");
    const held = endpoints[0]?.work("hold");
    await vi.waitUntil(
      async () => (await count("pg_locks where locktype = 'advisory' and not granted")) === 10,
      {
        timeout: 60_000,
        interval: 50,
      },
    );
    const refused = await deliver(changed("sub_refused"), Date.now() + 300);
    expect(refused.answers).toEqual([503]);
    expect(await count("stripe_events")).toBe(0);
    await holder.end();
    await held;
    const again = await deliver(refused.event);
    expect(again).toMatchObject({ answers: [200], result: "applied" });
    await expectAllApplied([again]);
  });

  it("that a lock holds up, longer than anybody waits for a connection, loses nothing", async () => {
    await open(1);
    const warm = await deliver(changed("sub_warm"));
    const holder = await holding("begin; lock table subscriptions in access exclusive mode");
    const waiting = Array.from({ length: 40 }, (_, n) => deliver(changed(`sub_held_${n}`)));
    await sleep(8_000);
    await holder.query("commit");
    await holder.end();
    const told = await Promise.all(waiting);
    await untilNoneWaits(drainAll);
    await expectAllApplied([warm, ...told]);
  });

  it("whose answer is lost has the event all the same, and is told of it once more", async () => {
    const wire = await Wire.lay(postgres.port, (chunk) => chunk.includes("insert into stripe_events"));
    const through = new URL(url);
    through.port = String(wire.port);
    await open(1, { DATABASE_URL: through.href });
    // The statement goes on its way, and its answer does not: the process gives up waiting.
    wire.fuse = new Fuse(1, "after", () => {});
    const unsure = await deliver(changed("sub_unsure"), Date.now() + 300);
    expect(unsure.answers).toEqual([503]);
    expect(await count("stripe_events where status = 'done'")).toBe(1);
    wire.fuse = undefined;
    const again = await deliver(unsure.event);
    wire.close();
    expect(again).toMatchObject({ answers: [200], result: "duplicate" });
    await expectAllApplied([again]);
    expect(await count("row_versions")).toBe(1);
  });

  it("in which two wait for each other in a circle has the event all the same", async () => {
    // The other one never looks whether it waits in a circle, so it is our statement that is ended.
    await run("alter database outages set deadlock_timeout = '5s'");
    await open(1);
    const item = (quantity: number) => ({ items: { data: [anItem({ quantity })] } });
    await deliver(changed("sub_circle", item(1), seconds() - 1));
    const other = await holding(
      `set deadlock_timeout = '10min'; begin; select from subscription_items for update`,
    );
    const event = deliver(changed("sub_circle", item(2)));
    await vi.waitUntil(async () => (await count("pg_stat_activity where wait_event_type = 'Lock'")) > 0, {
      interval: 10,
    });
    // Held by ours, who waits for the item.
    await other.query("select from subscriptions for update");
    expect(await event).toMatchObject({ answers: [200], result: "deferred" });
    expect(await count("stripe_events where status = 'pending' and last_error like '%40P01%'")).toBe(1);
    await other.end();
    await untilNoneWaits(drainAll);
    await run("alter database outages reset deadlock_timeout");
    expect(await count("stripe_events where status = 'done'")).toBe(2);
    expect(await count("finished_events")).toBe(2);
    expect(await count("subscriptions where version = 2")).toBe(1);
    expect(await count("subscription_items where quantity = 2")).toBe(1);
  });

  it.each([
    ["a deadlock", "40P01", [200]],
    ["a statement that took too long", "57014", [200]],
    ["a serialization failure", "40001", [200]],
    // Nothing is written down on a disk without room, so nothing is acknowledged.
    ["want of room", "53100", [503, 503, 200]],
  ])("that rolls back for %s has the event in the end", async (_, sqlState, answers) => {
    await open(1);
    await run("create sequence failures");
    await run(`create function fail() returns trigger language plpgsql as $$
      begin
        if nextval('failures') <= 2 then raise exception 'not now' using errcode = '${sqlState}'; end if;
        return new;
      end $$`);
    await run("create trigger fail before insert on subscriptions for each row execute function fail()");
    const told = [await deliver(changed("sub_unlucky")), await deliver(changed("sub_lucky"))];
    await untilDue();
    await run("drop function fail cascade");
    await run("drop sequence failures");
    expect(told[0]?.answers).toEqual(answers);
    await untilNoneWaits(drainAll);
    await expectAllApplied(told);
  });

  it("whose disk is full refuses what it cannot keep, and has it once there is room", async () => {
    await restartWithin("20971520"); // 20 MB for a file; a segment of the write-ahead log has 16
    await open(1);
    const told: Told[] = [];
    const bulky = (n: number) =>
      changed(`sub_${n}`, { description: randomBytes(300_000).toString("base64") });
    for (let n = 0; n < 200 && !told.at(-1)?.answers.includes(503); n += 1)
      told.push(await deliver(bulky(n), Date.now() + 1_500));
    expect(told.at(-1)?.answers).toContain(503);
    // A disk without room is 53100, which can only be played (above): a limit of its owner's is told apart.
    const big = randomBytes(30_000_000).toString("base64");
    await expect(run(`create table big as select '${big}' as it`)).rejects.toMatchObject({
      code: "XX000",
      message: expect.stringContaining("File too large"),
    });
    await restartWithin("unlimited");
    const again = await deliver(told.pop()?.event ?? {});
    await untilNoneWaits(drainAll);
    await expectAllApplied([...told, again]);
  });
});

/**
 * Kills Postgres, and starts it as on a disk where no file has room to grow beyond so many bytes. A server inherits the
 * limit of who starts it, so for that moment it is ours.
 */
async function restartWithin(bytes: string): Promise<void> {
  await killPostgres();
  limitFiles(bytes);
  await restartPostgres();
  limitFiles("unlimited");
}

function limitFiles(bytes: string): void {
  const { status, stderr } = spawnSync("prlimit", ["--pid", String(process.pid), `--fsize=${bytes}:`]);
  if (status !== 0) throw new Error(`prlimit failed: ${stderr}`);
}

describe("Stripe's API", () => {
  /** In seconds: for so long Stripe wants quiet. */
  const QUIET = 4;
  const mishaps: [string, Mishap | null, number, RegExp][] = [
    ["down", { kind: "hangs up" }, 0, /StripeConnectionError/],
    // The client gives up long before that.
    ["slow", null, 30_000, /timeout being reached \(10000ms\)/],
    [
      "counting requests",
      { kind: "status", status: 429, retryAfter: QUIET },
      0,
      /StripeRateLimitError .*429/,
    ],
    ["answering nonsense", { kind: "nonsense", body: "<html>It works!</html>" }, 0, /Invalid JSON/],
    [
      "answering with another kind",
      { kind: "nonsense", body: '{"id":"cus_1","object":"customer"}' },
      0,
      /not the subscription sub_odd/,
    ],
    [
      "answering with another one",
      { kind: "nonsense", body: JSON.stringify(aSubscription({ id: "sub_other" })) },
      0,
      /not the subscription sub_odd/,
    ],
    [
      "answering with half an object",
      { kind: "nonsense", body: '{"id":"sub_odd","object":"subscription","items":{"data":[]}}' },
      0,
      /not the subscription sub_odd/,
    ],
  ];
  it.each(mishaps)(
    "%s hurts only what must ask it, until it is back",
    async (_, mishap, beforeMs, why) => {
      stripe.put(settled("sub_odd"));
      const askedAt: number[] = [];
      const passage = (mishap: Mishap | null, beforeMs: number) => () => {
        askedAt.push(Date.now());
        return { mishap, beforeMs, afterMs: 0 };
      };
      proxy.passage = passage(mishap, beforeMs);
      await open(1);
      const at = seconds();
      const told = [
        await deliver(changed("sub_odd", { status: "active" }, at)),
        await deliver(changed("sub_odd", { status: "paused" }, at)),
      ];
      await vi.waitUntil(() => proxy.requests.length > 0, { timeout: 30_000 });
      const others = await Promise.all(Array.from({ length: 20 }, (_, n) => deliver(changed(`sub_${n}`))));
      expect(await count("stripe_events where status = 'done'")).toBe(21);
      // That it waits for Stripe is the error of one that nobody has tried.
      const reason = await vi.waitUntil(() => lastErrorUnlike("asking Stripe"), {
        timeout: 60_000,
        interval: 200,
      });
      expect(reason).toMatch(why);
      expect(await count("stripe_events where status = 'parked'")).toBe(0);
      proxy.passage = passage(null, 0);
      await untilNoneWaits(drainAll);
      expect(await count("stripe_events where status = 'done'")).toBe(told.length + others.length);
      expect(await count("finished_events")).toBe(told.length + others.length);
      expect(await count("subscriptions where id = 'sub_odd' and status = 'past_due'")).toBe(1);
      expect(askedAt.length).toBeGreaterThan(1);
      if (mishap?.kind !== "status") return;
      for (const [n, at] of askedAt.slice(1).entries())
        expect(at - (askedAt[n] ?? at)).toBeGreaterThanOrEqual(QUIET * 1_000);
    },
    180_000,
  );

  it("slow to answer with what was true when it was asked hides nothing that happened meanwhile", async () => {
    const clock = seconds();
    vi.spyOn(stripe.account, "realNow").mockReturnValue(clock);
    const says = (status: string) => stripe.put(settled("sub_odd", status));
    says("past_due");
    // The machine that answers is as far ahead as it may be, and dates what it says when it has said it.
    proxy.ahead = 5_000 + 2_000;
    proxy.passage = () => ({ mishap: null, beforeMs: 0, afterMs: 2_000 });
    await open(1);
    await deliver(changed("sub_odd", { status: "unpaid" }, clock));
    await deliver(changed("sub_odd", { status: "paused" }, clock));
    await vi.waitUntil(async () => (await count("subscriptions where status = 'past_due'")) === 1, {
      timeout: 30_000,
      interval: 100,
    });
    says("active");
    proxy.passage = () => ({ mishap: null, beforeMs: 0, afterMs: 0 });
    await deliver(changed("sub_odd", { status: "active" }, clock + 1));
    await vi.waitUntil(async () => (await count("stripe_events where status = 'done'")) === 3, {
      timeout: 30_000,
      interval: 100,
    });
    expect(await count("subscriptions where status = 'active'")).toBe(1);
  });
});

describe("a server whose clock is an hour off", () => {
  it.each([3_600_000, -3_600_000])("by %i ms refuses what Stripe signs, and stores nothing", async (ms) => {
    await open(1, { CLOCK_SHIFT_MS: String(ms) }, ["./tests/support/clock-shift.mjs"]);
    const told = await deliver(changed("sub_1"), Date.now() + 200);
    expect(told.answers).toContain(400);
    expect(await count("stripe_events")).toBe(0);
  });

  it.each([3_600_000, -3_600_000])("by %i ms puts events into the same order as any other", async (ms) => {
    await open(1, { CLOCK_SHIFT_MS: String(ms) }, ["./tests/support/clock-shift.mjs"]);
    stripe.put(settled("sub_odd"));
    const at = seconds();
    const signedAt = new Date(Date.now() + ms);
    const told = [
      await deliver(changed("sub_new", { status: "past_due" }, at), undefined, signedAt),
      await deliver(changed("sub_new", { status: "active" }, at - 1), undefined, signedAt),
      await deliver(changed("sub_odd", { status: "active" }, at), undefined, signedAt),
      await deliver(changed("sub_odd", { status: "paused" }, at), undefined, signedAt),
    ];
    await vi.waitUntil(async () => (await count("stripe_events where status = 'done'")) === told.length, {
      timeout: 60_000,
      interval: 200,
    });
    expect(await count("subscriptions where status = 'past_due'")).toBe(2);
    expect(await count("finished_events")).toBe(told.length);
  });
});
