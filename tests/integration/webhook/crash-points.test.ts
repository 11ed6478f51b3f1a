import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { signedRequest } from "@/dev/send/sign";
import { type LocalStripe, startLocalStripe } from "@/dev/stripe/server";
import { createDatabase, dropDatabase, throwawayName } from "@/prisma/migrate/databases";
import { type Endpoint, startEndpoint } from "../../support/endpoints";
import { TEST_ENV, WEBHOOK_SECRET } from "../../support/env";
import { anEvent, anInvoice, aSession, aSubscription, T0 } from "../../support/events";
import { installWitness } from "../../support/lives/witness";
import { Fuse, isQuery, Wire } from "../../support/wire";

/**
 * Whatever the endpoint awaits is an answer on one of three wires: Postgres's, Stripe's, or the delivery's own. So it is
 * killed at each message that it sends or gets: before the other side has it, and after the other side answered it.
 */

/** How many endpoints die at the same time, each on a database of its own. */
const LANES = 3;

const named = (type: string, object: object, id: string, created = T0) =>
  anEvent(type, { ...object }, { id: `evt_${id}`, created });

/** Every way that an event can take, in one go. */
const EVENTS = [
  named("customer.subscription.created", aSubscription({ status: "incomplete" }), "begins"),
  named("invoice.paid", anInvoice({ status: "paid", amount_paid: 2000 }), "paid"),
  named("customer.subscription.updated", aSubscription(), "activates"),
  // Of the same second as the one before it: only Stripe can tell, after the answer.
  named("customer.subscription.updated", aSubscription({ status: "paused" }), "contradicts"),
  named("invoice.payment_failed", anInvoice({ attempt_count: 1 }), "late", T0 - 60),
  named("charge.succeeded", { id: "ch_1", object: "charge" }, "ignored"),
  named("customer.subscription.updated", aSubscription({ status: null }), "unreadable"),
  named("checkout.session.completed", aSession({ subscription: "sub_2" }), "bought"),
];

const TRUTH = [aSubscription({ status: "past_due" }), aSubscription({ id: "sub_2", items: { data: [] } })];

const database = throwawayName("crashes");
let stripe: LocalStripe;
let lanes: Lane[] = [];

beforeAll(async () => {
  Object.assign(process.env, TEST_ENV);
  stripe = await startLocalStripe();
  for (const object of TRUTH) stripe.put({ ...object, id: String(object.id), object: String(object.object) });
  const template = await createDatabase(inject("postgresUrl"), database, inject("templateDatabase"));
  await installWitness(template);
  lanes = await Promise.all(Array.from({ length: LANES }, (_, n) => Lane.open(`${database}_${n}`)));
});
afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.close()));
  await stripe.close();
  for (const name of [...lanes.map((lane) => lane.name), database])
    await dropDatabase(inject("postgresUrl"), name);
});

type Wires = Record<"postgres" | "stripe" | "delivery", Wire>;

/** A database with an endpoint that is going to die, and one that takes over. */
class Lane {
  readonly name: string;
  readonly client: Client;
  readonly #wires: Wires;
  readonly #survivor: Endpoint;

  private constructor(name: string, client: Client, wires: Wires, survivor: Endpoint) {
    this.name = name;
    this.client = client;
    this.#wires = wires;
    this.#survivor = survivor;
  }

  static async open(name: string): Promise<Lane> {
    const url = await createDatabase(inject("postgresUrl"), name, database);
    const client = new Client({ connectionString: url });
    await client.connect();
    const wires = {
      postgres: await Wire.lay(Number(new URL(url).port), isQuery),
      stripe: await Wire.lay(stripe.port),
      delivery: await Wire.lay(0),
    };
    const survivor = await startEndpoint({ DATABASE_URL: url, STRIPE_API_BASE: stripe.url });
    return new Lane(name, client, wires, survivor);
  }

  async close(): Promise<void> {
    await this.#survivor.kill();
    for (const wire of Object.values(this.#wires)) wire.close();
    await this.client.end();
  }

  /** Delivers everything to an endpoint that dies at a message, and then to the one that takes over. */
  async dieAt(message: number, when: "before" | "after"): Promise<Fuse> {
    await this.client.query(
      "truncate stripe_events, subscriptions, subscription_items, invoices, row_versions, finished_events cascade",
    );
    const { postgres, stripe, delivery } = this.#wires;
    const through = new URL(`postgresql://postgres:postgres@127.0.0.1:${postgres.port}/${this.name}`);
    const victim = await startEndpoint({
      DATABASE_URL: through.href,
      STRIPE_API_BASE: `http://127.0.0.1:${stripe.port}`,
    });
    delivery.target = Number(new URL(victim.url).port);
    const fuse = new Fuse(message, when, () => victim.process.kill("SIGKILL"));
    for (const wire of Object.values(this.#wires)) wire.fuse = fuse;
    const dying = `http://127.0.0.1:${delivery.port}/api/webhooks/stripe`;
    for (const event of EVENTS) await deliver(event, () => (fuse.hasBlown ? this.#survivor.url : dying));
    // What the victim does after its answers, until it is dead or has nothing left to do.
    while (!fuse.hasBlown && (await this.#waiting()) > 0) await sleep(20);
    await victim.kill();
    for (const wire of Object.values(this.#wires)) wire.cut();
    await this.#takeOver();
    return fuse;
  }

  /** A dead process's leases end, and delays pass. */
  async #takeOver(): Promise<void> {
    for (let round = 0; round < 20 && (await this.#waiting()) > 0; round += 1) {
      await this.client.query(
        "update stripe_events set locked_until = null, next_attempt_at = 'epoch' where status = 'pending'",
      );
      await this.#survivor.drain();
    }
  }

  async #waiting(): Promise<number> {
    const { rows } = await this.client.query("select from stripe_events where status = 'pending'");
    return rows.length;
  }

  async read() {
    const one = async (sql: string) =>
      (await this.client.query<{ it: string }>(sql)).rows.map(({ it }) => it);
    return {
      events: await one("select substr(id, 5) || ' ' || status as it from stripe_events order by 1"),
      finished: await one("select substr(id, 5) as it from finished_events order by 1"),
      rows: await one(
        "select id || ' ' || status as it from subscriptions union all select id || ' ' || status from invoices order by 1",
      ),
      versions: await one(
        `select id || ' ' || coalesce(state->>'status', '') as it from row_versions order by id, seq`,
      ),
    };
  }
}

/** Delivers as Stripe does: again, to whatever process listens by then, until it is acknowledged. */
async function deliver(event: object, endpoint: () => string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const signal = AbortSignal.timeout(20_000);
    const request = signedRequest(JSON.stringify(event), WEBHOOK_SECRET, { url: endpoint(), signal });
    const response = await fetch(request).catch(() => null);
    if (response?.status === 200) return;
    await sleep(20);
  }
  throw new Error("An event was never acknowledged.");
}

const ids = EVENTS.map(({ id }) => String(id).slice(4)).sort();

/** Where everything ends, whoever died when. */
const END = {
  events: ids.map((id) => `${id} ${id === "unreadable" ? "parked" : "done"}`),
  finished: ids.filter((id) => id !== "unreadable"),
  rows: ["in_1 paid", "sub_1 past_due", "sub_2 active"],
};

/** Nothing is written that is not among these, and none of it twice. */
const VERSIONS = ["in_1 paid", "sub_1 incomplete", "sub_1 active", "sub_1 past_due", "sub_2 active"];

it("a process that dies at any step loses nothing that it acknowledged, and nothing is applied twice", async () => {
  let next = 0;
  const deaths = { before: 0, after: 0 };
  const walk = async (lane: Lane) => {
    for (let isOver = false; !isOver; ) {
      const turn = next++;
      const when = turn % 2 === 0 ? "before" : "after";
      const message = Math.floor(turn / 2) + 1;
      const fuse = await lane.dieAt(message, when);
      const { versions, ...end } = await lane.read();
      expect(end, `killed ${when} message ${message}`).toEqual(END);
      expect(new Set(versions).size, `killed ${when} message ${message}`).toBe(versions.length);
      expect(VERSIONS).toEqual(expect.arrayContaining(versions));
      isOver = !fuse.hasBlown;
      if (fuse.hasBlown) deaths[when] += 1;
    }
  };
  await Promise.all(lanes.map(walk));
  expect(deaths.before).toBeGreaterThan(EVENTS.length * 4);
  process.stdout.write(
    `Killed before ${deaths.before} messages and after ${deaths.after}: 0 lost, 0 applied twice.\n`,
  );
}, 3_600_000);
