import { setTimeout as sleep } from "node:timers/promises";
import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { type LocalStripe, startLocalStripe } from "@/dev/stripe/server";
import { linkCustomer } from "@/lib/billing/ownership";
import { recoverEvents } from "@/lib/billing/reconcile/recover";
import { drainDue } from "@/lib/billing/webhook/drain";
import { HANDLED_EVENTS, isHandled } from "@/lib/billing/webhook/events";
import { db } from "@/lib/db";
import { createDatabase, dropDatabase, throwawayName, withClient } from "@/prisma/migrate/databases";
import { setUtc } from "@/prisma/migrate/time-zone";
import { Balancer } from "../../support/balancer";
import { liveLives, wrongRows } from "../../support/connected";
import { skipDelays } from "../../support/deliver";
import { type Endpoint, startEndpoint } from "../../support/endpoints";
import { TEST_ENV, WEBHOOK_SECRET } from "../../support/env";
import { installWitness, readOddEvents, readOverwritten } from "../../support/lives/witness";
import { ensurePgBouncer, type PgBouncer, startPgBouncer } from "../../support/pgbouncer";

/** For so long a server is killed each second. The nightly's storm is a minute. */
const STORM_SECONDS = Number(process.env.STORM_SECONDS ?? 4);

/** Fewer than one server alone would open, so that all of them meet in the same ones. */
const SESSIONS = 4;

const program = ensurePgBouncer();

describe.runIf(program !== null)("behind PgBouncer in transaction mode", () => {
  const name = throwawayName("pooler");
  let direct: string;
  let pooler: PgBouncer;
  let balancer: Balancer;
  let local: LocalStripe;
  let stripe: Stripe;

  beforeAll(async () => {
    direct = await createDatabase(inject("postgresUrl"), name, inject("templateDatabase"));
    await withClient(direct, setUtc); // as migrations leave it, and a copy of a database is not
    await installWitness(direct);
    pooler = await startPgBouncer(program ?? "", direct, { sessions: SESSIONS });
    balancer = await Balancer.open();
    const url = `${balancer.url}/api/webhooks/stripe`;
    const events = Object.keys(HANDLED_EVENTS);
    local = await startLocalStripe({ webhooks: [{ url, secret: WEBHOOK_SECRET, events }] });
    stripe = new Stripe("sk_test_local", {
      protocol: "http",
      host: "127.0.0.1",
      port: local.port,
      telemetry: false,
    });
    Object.assign(process.env, TEST_ENV, {
      DATABASE_URL: pooler.urlOf(direct),
      STRIPE_API_BASE: local.url,
      STRIPE_REQUESTS_PER_SECOND: "100",
    });
  });
  afterAll(async () => {
    await db().$disconnect();
    await local.close();
    balancer.close();
    await pooler.stop();
    await dropDatabase(inject("postgresUrl"), name);
  });

  it("three servers in a storm, of which one is killed each second, lose nothing and apply nothing twice", async () => {
    local.weather.become("storm");
    local.weather.become({ retryMs: 200 });
    const servers = new Servers(balancer);
    await servers.start(3);
    const until = Date.now() + STORM_SECONDS * 1000;
    const living = async () => {
      do await liveLives({ stripe }, 6);
      while (Date.now() < until);
    };
    await Promise.all([servers.killOneEachSecond(until), living(), living(), living()]);
    await vi.waitUntil(() => [...local.account.outbox.all()].length === 0, {
      timeout: 120_000,
      interval: 50,
    });
    await servers.stop();
    local.weather.become("calm");
    await finish();

    const sent = local.account.events.filter(({ type }) => isHandled(type)).map(({ id }) => id);
    const taken = await db().stripeEvent.findMany({ select: { id: true, attempts: true } });
    expect(servers.kills).toBeGreaterThanOrEqual(Math.min(3, STORM_SECONDS));
    expect(sent.length).toBeGreaterThan(50);
    expect(taken.map(({ id }) => id).sort()).toEqual(sent.sort());
    expect(await readOddEvents()).toEqual([]);
    expect(await readOverwritten(local.requests)).toEqual([]);
    expect(await wrongRows({ stripe })).toEqual([]);
    process.stdout.write(
      `${sent.length} events, ${balancer.answered} answers, ${balancer.failed} deliveries that met a dead server, ` +
        `${servers.kills} servers killed in ${STORM_SECONDS} s, ${SESSIONS} sessions behind PgBouncer. ` +
        "0 lost, 0 applied twice, every row as Stripe has it.\n",
    );
  }, 600_000);

  it("a session is in UTC, though the server is not, and moments are written and read as they are", async () => {
    const [zone] = await db().$queryRaw<{ TimeZone: string }[]>`show timezone`;
    expect(zone?.TimeZone).toBe("UTC");
    const server = await withClient(inject("postgresUrl"), (client) => client.query("show timezone"));
    expect(server.rows).not.toEqual([{ TimeZone: "UTC" }]);
    const at = new Date("2026-03-29T01:30:00.123Z");
    await db().progress.create({ data: { name: "moment", state: {}, updatedAt: at } });
    const [row] = await db().$queryRaw<{ ms: number }[]>`
      select (extract(epoch from updated_at) * 1000)::float8 as ms from progress where name = 'moment'`;
    expect(row?.ms).toBe(at.getTime());
    expect(await db().progress.findUnique({ where: { name: "moment" } })).toMatchObject({ updatedAt: at });
  });

  it("nothing is left in a session that the next who gets it would meet", async () => {
    await db().user.createMany({
      data: [1, 2, 3].map((n) => ({ id: `user_${n}`, name: "Ada", email: `${n}@example.com` })),
    });
    // Transactions with locks, tables walked, pages of answers: each of several things at once.
    await Promise.all([
      ...[1, 2, 3].map((n) => linkCustomer({ userId: `user_${n}`, customerId: `cus_of_${n}` })),
      recoverEvents({ deadline: Date.now() + 10_000 }),
      drainDue(),
    ]);
    const left = await db().$queryRaw`
      select name as left from pg_prepared_statements
      union all select 'lock ' || mode from pg_locks
        where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
      union all select pg_listening_channels()
      union all select 'table ' || relname from pg_class where relpersistence = 't'`;
    expect(left).toEqual([]);
  });

  /** What waits for Stripe, or lay in a dead server's lease. No list of events is asked for, which would hide a loss. */
  async function finish(): Promise<void> {
    await vi.waitUntil(
      async () => {
        await db().stripeEvent.updateMany({ data: { lockedUntil: null } });
        await skipDelays();
        await drainDue();
        return (await db().stripeEvent.count({ where: { status: "pending" } })) === 0;
      },
      { timeout: 120_000, interval: 50 },
    );
  }
});

/** Servers behind one address, and their killer. */
class Servers {
  kills = 0;
  readonly #balancer: Balancer;
  #all: Endpoint[] = [];

  constructor(balancer: Balancer) {
    this.#balancer = balancer;
  }

  async start(many: number): Promise<void> {
    this.#use(await Promise.all(Array.from({ length: many }, () => startEndpoint())));
  }

  /** The address knows a dead one until another has its place: what comes to it meanwhile is lost, and comes again. */
  #use(all: Endpoint[]): void {
    this.#all = all;
    this.#balancer.targets = all.map(({ url }) => url);
  }

  /** The one that has lived the longest, without a word; there may be none, for a start takes longer than a second. */
  async killOneEachSecond(until: number): Promise<void> {
    const starting: Promise<void>[] = [];
    while (Date.now() < until) {
      await sleep(1_000);
      const doomed = this.#all.find(({ process: { signalCode } }) => signalCode === null);
      if (!doomed) continue;
      await doomed.kill();
      this.kills += 1;
      starting.push(this.#replace(doomed));
    }
    await Promise.all(starting);
  }

  async #replace(dead: Endpoint): Promise<void> {
    const successor = await startEndpoint();
    this.#use([...this.#all.filter((endpoint) => endpoint !== dead), successor]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map((endpoint) => endpoint.kill()));
  }
}
