import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import Stripe from "stripe";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { signedRequest } from "@/dev/send/sign";
import { type LocalStripe, startLocalStripe } from "@/dev/stripe/server";
import { createDatabase, dropDatabase, throwawayName, withClient } from "@/prisma/migrate/databases";
import { type Endpoint, startEndpoint } from "../../support/endpoints";
import { TEST_ENV, WEBHOOK_SECRET } from "../../support/env";
import { anEvent, anInvoice, aSession, aSubscription, T0 } from "../../support/events";
import { installWitness } from "../../support/lives/witness";
import { type Passage, StripeProxy } from "../../support/stripe-proxy";
import { Fuse, isQuery, Wire } from "../../support/wire";

/**
 * Whatever the endpoint awaits is an answer on one of three wires: Postgres's, Stripe's, or the delivery's own. So it is
 * killed at each message that it sends or gets: before the other side has it, and after the other side answered it.
 */

/** How many endpoints die at the same time, each on a database of its own. */
const LANES = 3;

const named = (type: string, object: object, id: string, created = T0, previous: object = {}) =>
  anEvent(type, {}, { id: `evt_${id}`, created, data: { object, previous_attributes: previous } });

/** Every way that an event can take, in one go. */
const EVENTS = [
  named("customer.subscription.created", aSubscription({ status: "incomplete" }), "begins"),
  named("invoice.paid", anInvoice({ status: "paid", amount_paid: 2000 }), "paid"),
  named("customer.subscription.updated", aSubscription(), "activates", T0, { status: "incomplete" }),
  // Of the same second as the one before it: only Stripe can tell, after the answer.
  named("customer.subscription.updated", aSubscription({ status: "paused" }), "contradicts"),
  named("invoice.payment_failed", anInvoice({ attempt_count: 1 }), "late", T0 - 60),
  named("charge.succeeded", { id: "ch_1", object: "charge" }, "ignored"),
  named("customer.subscription.updated", aSubscription({ status: null }), "unreadable"),
  named("checkout.session.completed", aSession({ subscription: "sub_2" }), "bought"),
];

const updated = (id: string, fields: object) =>
  named(
    "customer.subscription.updated",
    aSubscription({ id: `sub_${id}`, items: { data: [] }, cancel_at_period_end: true, ...fields }),
    id,
    T0,
    { cancel_at_period_end: false },
  );

/** It shows only a part of its object: Stripe must be asked. */
const CUT = { items: { data: [], has_more: true } };

/** What waits in an inbox, and goes wrong for the process that is going to die. */
const ROUGH = [
  // Stripe fails, knows no such object, or answers with what was true before the row changed.
  updated("failing", CUT),
  updated("gone", CUT),
  updated("changing", CUT),
  // The database refuses it, and with it the other one that the same statement writes after it.
  updated("denied", {}),
  // Somebody else writes the row between the look at it and the write.
  updated("raced", {}),
];

const past = (id: string) => aSubscription({ id, status: "past_due", items: { data: [] } });
const TRUTH = [
  aSubscription({ status: "past_due" }),
  aSubscription({ id: "sub_2", items: { data: [] } }),
  ...["sub_failing", "sub_changing", "sub_synced"].map(past),
];

const database = throwawayName("crashes");
let stripe: LocalStripe;
/** What Stripe never delivers. */
let lost: string[] = [];
let lanes: Lane[] = [];

beforeAll(async () => {
  Object.assign(process.env, TEST_ENV, { STRIPE_REQUESTS_PER_SECOND: "100" });
  stripe = await startLocalStripe();
  for (const object of TRUTH) stripe.put({ ...object, id: String(object.id), object: String(object.object) });
  const api = new Stripe("sk_test_local", {
    protocol: "http",
    host: "127.0.0.1",
    port: stripe.port,
    telemetry: false,
  });
  // Hours apart: what is forgotten of the older one is not met again with the newest.
  const { account } = stripe;
  const now = account.realNow();
  for (const [email, hoursAgo] of [["ada@example.com", 2] as const, ["bob@example.com", 0] as const]) {
    account.realNow = () => now - hoursAgo * 3_600;
    await api.customers.create({ email });
  }
  account.realNow = () => Math.floor(Date.now() / 1000);
  lost = stripe.account.events.map(({ id }) => id.slice(4));
  const template = await createDatabase(inject("postgresUrl"), database, inject("templateDatabase"));
  await installWitness(template);
  await withClient(template, (client) => client.query(REFUSE));
  lanes = await Promise.all(Array.from({ length: LANES }, (_, n) => Lane.open(`${database}_${n}`)));
});
afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.close()));
  await stripe.close();
  for (const name of [...lanes.map((lane) => lane.name), database])
    await dropDatabase(inject("postgresUrl"), name);
});

/** One row that the database does not take from who is going to die. */
const REFUSE = `
  create function refuse() returns trigger language plpgsql as $$ begin
    if current_setting('application_name') = 'victim' then raise exception 'not now' using errcode = '40001'; end if;
    return new;
  end $$;
  create trigger refuse before insert on subscriptions for each row when (new.id = 'sub_denied')
    execute function refuse()`;

/** What somebody else knows of a subscription, who is a minute behind. */
const WRITE_BEFORE = `insert into subscriptions (id, status, stripe_state_at) values ($1, 'trialing', '${new Date((T0 - 60) * 1000).toISOString()}')
  on conflict do nothing`;

type Wires = Record<"postgres" | "stripe" | "delivery", Wire>;

/** What happens to a process until it dies. */
type Life = {
  /** The moments of a message at which it may die, and which messages those are. */
  moments: readonly ("before" | "after")[];
  isMoment(message: Buffer): boolean;
  live(lane: Lane, victim: Endpoint, fuse: Fuse): Promise<void>;
  /** What a person or a scheduler does once more, beside the drain. */
  goOn(survivor: Endpoint): Promise<void>;
};

/** A database with an endpoint that is going to die, and one that takes over. */
class Lane {
  readonly name: string;
  readonly client: Client;
  readonly survivor: Endpoint;
  readonly #wires: Wires;
  readonly #proxy: StripeProxy;

  private constructor(name: string, client: Client, wires: Wires, proxy: StripeProxy, survivor: Endpoint) {
    this.name = name;
    this.client = client;
    this.survivor = survivor;
    this.#wires = wires;
    this.#proxy = proxy;
    proxy.passage = () => this.#passage();
  }

  static async open(name: string): Promise<Lane> {
    const url = await createDatabase(inject("postgresUrl"), name, database);
    const client = new Client({ connectionString: url });
    await client.connect();
    const proxy = await StripeProxy.start();
    proxy.upstream = stripe.url;
    const wires = {
      postgres: await Wire.lay(Number(new URL(url).port), isQuery),
      stripe: await Wire.lay(Number(new URL(proxy.url).port)),
      delivery: await Wire.lay(0),
    };
    const survivor = await startEndpoint({ DATABASE_URL: url, STRIPE_API_BASE: stripe.url });
    return new Lane(name, client, wires, proxy, survivor);
  }

  async close(): Promise<void> {
    await this.survivor.kill();
    for (const wire of Object.values(this.#wires)) wire.close();
    this.#proxy.close();
    await this.client.end();
  }

  /** What the victim meets when it asks Stripe; the survivor asks without this way. */
  async #passage(): Promise<Passage> {
    const asked = this.#proxy.requests.at(-1) ?? "";
    const isFailing = asked.includes("sub_failing");
    if (asked.includes("sub_changing")) await this.client.query(WRITE_BEFORE, ["sub_changing"]);
    return { mishap: isFailing ? { kind: "status", status: 500 } : null, beforeMs: 0, afterMs: 0 };
  }

  /** A life for a process that dies at a message, and then for the one that takes over. */
  async dieAt(life: Life, message: number, moment: "before" | "after"): Promise<Fuse> {
    await this.client.query(`truncate stripe_events, subscriptions, subscription_items, invoices, customers, facts, progress,
      row_versions, finished_events cascade`);
    const { postgres, stripe, delivery } = this.#wires;
    const through = `postgresql://postgres:postgres@127.0.0.1:${postgres.port}/${this.name}?application_name=victim`;
    const victim = await startEndpoint({
      DATABASE_URL: through,
      STRIPE_API_BASE: `http://127.0.0.1:${stripe.port}`,
    });
    delivery.target = Number(new URL(victim.url).port);
    const fuse = new Fuse(message, moment, () => victim.process.kill("SIGKILL"), life.isMoment);
    for (const wire of Object.values(this.#wires)) wire.fuse = fuse;
    await life.live(this, victim, fuse);
    await victim.kill();
    for (const wire of Object.values(this.#wires)) wire.cut();
    await this.#takeOver();
    await life.goOn(this.survivor);
    return fuse;
  }

  /** Delivers as Stripe does: again, to whatever process listens by then, until it is acknowledged. */
  async deliver(event: object, fuse: Fuse): Promise<void> {
    const dying = `http://127.0.0.1:${this.#wires.delivery.port}/api/webhooks/stripe`;
    for (let tries = 0; tries < 100; tries += 1) {
      const url = fuse.hasBlown ? this.survivor.url : dying;
      const signal = AbortSignal.timeout(20_000);
      const request = signedRequest(JSON.stringify(event), WEBHOOK_SECRET, { url, signal });
      const response = await fetch(request).catch(() => null);
      if (response?.status === 200) return;
      await sleep(20);
    }
    throw new Error("An event was never acknowledged.");
  }

  /** Events that were acknowledged before, and wait. */
  async wait(events: readonly object[]): Promise<void> {
    const payloads = events.map((event) => JSON.stringify(event));
    await this.client.query(
      `insert into stripe_events (id, type, livemode, payload, status, next_attempt_at)
      select payload::json->>'id', payload::json->>'type', false, payload, 'pending', now() from unnest($1::text[]) payload`,
      [payloads],
    );
  }

  /** Another process writes the row, and commits it as soon as the victim waits for it. */
  async race(id: string, work: Promise<unknown>): Promise<void> {
    let isOver = false;
    void work.finally(() => {
      isOver = true;
    });
    await this.client.query("begin");
    await this.client.query(WRITE_BEFORE, [id]);
    while (!isOver && !(await this.#holdsSomebodyUp())) await sleep(5);
    await this.client.query("commit");
    await work;
  }

  async #holdsSomebodyUp(): Promise<boolean> {
    const { rows } = await this.client.query(
      "select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))",
    );
    return rows.length > 0;
  }

  /** A dead process's leases end, and delays pass. */
  async #takeOver(): Promise<void> {
    for (let round = 0; round < 20 && (await this.waiting()) > 0; round += 1) {
      await this.client.query(
        "update stripe_events set locked_until = null, next_attempt_at = 'epoch' where status = 'pending'",
      );
      await this.survivor.drain();
    }
  }

  async waiting(): Promise<number> {
    const { rows } = await this.client.query("select from stripe_events where status = 'pending'");
    return rows.length;
  }

  async read() {
    const one = async (sql: string) =>
      (await this.client.query<{ it: string }>(sql)).rows.map(({ it }) => it);
    return {
      events: await one("select substr(id, 5) || ' ' || status as it from stripe_events order by 1"),
      finished: await one("select substr(id, 5) as it from finished_events order by 1"),
      rows: await one(`
        select id || ' ' || status as it from subscriptions union all select id || ' ' || status from invoices
        union all select email from customers order by 1`),
      facts: await one("select key || ' ' || substr(event_id, 5) as it from facts order by 1"),
      versions: await one(
        "select id || ' ' || coalesce(state->>'status', '') as it from row_versions order by id, seq",
      ),
    };
  }
}

/** Every way that a delivery can take. */
const deliveries: Life = {
  moments: ["before", "after"],
  isMoment: () => true,
  async live(lane, _, fuse) {
    for (const event of EVENTS) await lane.deliver(event, fuse);
    // What the victim does after its answers, until it is dead or has nothing left to do.
    while (!fuse.hasBlown && (await lane.waiting()) > 0) await sleep(20);
  },
  async goOn() {},
};

/** What goes wrong on the way of events that wait, and what finds those that never came. */
const roughWays: Life = {
  // Before a write, and whatever is read after it, all is as the write before it left it.
  moments: ["after"],
  isMoment: (message) => /(insert into|update) /i.test(message.toString("latin1")),
  async live(lane, victim, fuse) {
    // A machine that does much else may fail one for want of time.
    const work = async (path: string) => {
      const isDone = async () => fuse.hasBlown || (await victim.work(path).catch(() => false));
      for (let tries = 0; tries < 5 && !(await isDone()); tries += 1) await sleep(50);
    };
    await lane.wait(ROUGH.slice(0, 3));
    // They are given back, for there is no time to ask.
    await work("drain/10");
    await lane.wait(ROUGH.slice(3));
    await lane.race("sub_raced", work("drain"));
    await work("recover");
    await work("sync/sub_synced");
  },
  async goOn(survivor) {
    await survivor.work("recover");
    await survivor.work("sync/sub_synced");
  },
};

const idsOf = (events: readonly object[]) =>
  events.map((event) => String("id" in event && event.id).slice(4));
const ids = idsOf(EVENTS).sort();

/** Where everything ends, whoever died when. */
const END = {
  events: ids.map((id) => `${id} ${id === "unreadable" ? "parked" : "done"}`),
  finished: ids.filter((id) => id !== "unreadable"),
  rows: ["in_1 paid", "sub_1 past_due", "sub_2 active"],
  facts: ["paid:in_1 paid", "payment_failed:in_1:1 late", "started:sub_1 activates"],
};

/** Nothing is written that is not among these, and none of it twice. */
const VERSIONS = ["in_1 paid", "sub_1 incomplete", "sub_1 active", "sub_1 past_due", "sub_2 active"];

/** Kills a process at one message after another, and looks each time at what is there after another took over. */
async function walk(life: Life, expectEnd: (lane: Lane, words: string) => Promise<void>) {
  const { moments } = life;
  const [first] = lanes;
  if (!first) throw new Error("There is no lane.");
  const { messages } = await first.dieAt(life, Number.POSITIVE_INFINITY, "before");
  await expectEnd(first, "not killed");
  let next = 0;
  const deaths = { messages, before: 0, after: 0 };
  const walkIn = async (lane: Lane) => {
    for (let turn = next++; turn < messages * moments.length; turn = next++) {
      const moment = moments[turn % moments.length] ?? "after";
      const message = Math.floor(turn / moments.length) + 1;
      const fuse = await lane.dieAt(life, message, moment);
      await expectEnd(lane, `killed ${moment} message ${message}`);
      if (fuse.hasBlown) deaths[moment] += 1;
    }
  };
  await Promise.all(lanes.map(walkIn));
  return deaths;
}

it("a process that dies at any step loses nothing that it acknowledged, and nothing is applied twice", async () => {
  const deaths = await walk(deliveries, async (lane, words) => {
    const { versions, ...end } = await lane.read();
    expect(end, words).toEqual(END);
    expect(new Set(versions).size, words).toBe(versions.length);
    expect(VERSIONS).toEqual(expect.arrayContaining(versions));
  });
  // Who takes another way than the first did may have fewer steps.
  expect(deaths.messages).toBeGreaterThan(EVENTS.length * 4);
  expect(deaths.before).toBeGreaterThan(deaths.messages * 0.8);
  expect(deaths.after).toBeGreaterThan(deaths.messages * 0.8);
  process.stdout.write(
    `Killed before ${deaths.before} messages and after ${deaths.after}: 0 lost, 0 applied twice.\n`,
  );
}, 3_600_000);

it("nor does one that dies while Stripe fails, the database refuses, others write, or what was lost is looked for", async () => {
  const all = [...idsOf(ROUGH), ...lost].sort();
  const { messages, after } = await walk(roughWays, async (lane, words) => {
    const { versions, ...end } = await lane.read();
    // To be made equal to what Stripe says once more is no harm.
    const once = versions.filter((version) => !version.startsWith("sub_synced"));
    expect(end, words).toEqual({
      events: all.map((id) => `${id} done`),
      finished: all,
      rows: [
        ...["ada@example.com", "bob@example.com", "sub_changing past_due", "sub_denied active"],
        ...["sub_failing past_due", "sub_raced active", "sub_synced past_due"],
      ],
      facts: idsOf(ROUGH)
        .filter((id) => id !== "gone")
        .map((id) => `cancelled:sub_${id}:${T0} ${id}`)
        .sort(),
    });
    expect(new Set(once).size, words).toBe(once.length);
  });
  expect(messages).toBeGreaterThan(ROUGH.length * 3);
  expect(after).toBeGreaterThan(messages * 0.8);
  process.stdout.write(`Killed after ${after} more writes where all goes wrong: 0 lost, 0 applied twice.\n`);
}, 3_600_000);
