import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "@/dev/stripe/account";
import { eventBody } from "@/dev/stripe/delivery/event-body";
import { Post } from "@/dev/stripe/delivery/post";
import { advanceAccount } from "@/dev/stripe/engine/advance";
import type { EventRecord } from "@/dev/stripe/events";
import { random } from "@/dev/stripe/ids";
import { startLocalStripe } from "@/dev/stripe/server";
import { list } from "@/lib/billing/read";
import { compareWithStripe } from "@/lib/billing/reconcile/compare";
import { recoverEvents } from "@/lib/billing/reconcile/recover";
import { isHandled } from "@/lib/billing/webhook/events";
import { db } from "@/lib/db";
import { clientOf } from "@/tests/integration/stripe/support";
import type { Endpoint } from "../endpoints";
import { WEBHOOK_SECRET } from "../env";
import type { Mishap, StripeProxy } from "../stripe-proxy";
import { readFalseFacts } from "./facts";
import { isFalling } from "./forward";
import { act, type Life } from "./life";
import { enter, openShop } from "./shop";
import { Truth } from "./truth";
import { forgetAll, readOddEvents, readOverwritten, readRows, readStatuses, readVersions } from "./witness";

/** Some lives at once on one account, and what goes wrong around them. */
export type Batch = {
  lives: readonly Life[];
  /** Of the order of deliveries, copies and mishaps. */
  seed: number;
  /** The share of the requests to Stripe that fail, and how long the others may take. */
  failing: number;
  slowMs: number;
  /** By how many seconds Stripe's answering machines are ahead of the one that stamps events. */
  skew: number;
  /**
   * By how many seconds an answer may be behind what has happened, as of a machine that has not heard the newest yet. Nothing
   * tells it from a true one, so rows may go back by it, and are made right by the next comparison (decision 0001).
   */
  lag: number;
  /** What the account is set to make of a subscription whose last attempt to be paid failed. */
  whenRetriesEnd: Account["whenRetriesEnd"];
  /** When it begins, in epoch seconds: months and years have ends. */
  begin: number;
};

type World = { endpoints: readonly Endpoint[]; proxy: StripeProxy };

/** What a batch had to be about, and every promise that it found broken. */
export type Findings = {
  events: number;
  deliveries: number;
  requests: number;
  /** Answers that told what was true a moment before. */
  lagging: number;
  /** Objects about which there was such an answer: whether their rows went back could not be judged. */
  unjudged: number;
  /** Events that no delivery brought, and that were recovered. */
  recovered: number;
  results: Map<string, number>;
  /** What became of the deeds, as "subscribe done". */
  deeds: Map<string, number>;
  /** The types of the events that were delivered. */
  types: Set<string>;
  /** The statuses that subscriptions' rows had. */
  statuses: Set<string>;
  lost: string[];
  unsettled: string[];
  appliedTwice: string[];
  staleOverwrites: string[];
  falseFacts: string[];
  /** All of what happened. */
  account: Account;
};

/** The same life in all of these shapes gives the same rows: each delivery draws its own. */
export const VERSIONS = [
  "2024-06-20",
  "2025-03-31.basil",
  "2025-09-30.clover",
  "2026-03-25.dahlia",
  "2026-10-28.endive",
] as const;

const DAY = 86_400;

/** The share of the events that are never delivered, and have to be recovered. */
const UNDELIVERED = 0.02;

/** Lives a batch of lives through, delivers what they send, and compares what is left with what Stripe says. */
export async function liveThrough(batch: Batch, world: World): Promise<Findings> {
  await forgetAll();
  const local = await startLocalStripe({ seed: batch.seed });
  const { proxy } = world;
  try {
    const { account } = local;
    let clock = batch.begin;
    account.realNow = () => clock;
    account.whenRetriesEnd = batch.whenRetriesEnd;
    const truth = new Truth(account);
    // Requests come as the machine has time for them: what they draw must not move what the lives draw.
    const [chance, chanceOnTheWay] = [random(batch.seed), random(~batch.seed)];
    proxy.requests.length = 0;
    proxy.forget();
    proxy.upstream = local.url;
    proxy.ahead = batch.skew * 1000;
    proxy.passage = () => badWeather(batch, chanceOnTheWay);
    const post = new Postman(account, world.endpoints, { chance, chanceOnTheWay });

    const shop = await openShop(clientOf(local), account);
    const people = batch.lives.map((_, n) => enter(shop, `person${n}`));
    const deeds = new Map<string, number>();
    const longest = Math.max(...batch.lives.map((life) => life.length));
    let delivering = post.deliver(0);
    for (let round = 0; round < longest; round += 1) {
      if (batch.lag > 0) await proxy.remember(statesOf(account), batch.lag * 1000, clock * 1000);
      for (const [n, person] of people.entries())
        for (const deed of batch.lives[n]?.[round] ?? []) {
          const { what, came } = await act(person, deed);
          count(deeds, `${what} ${came}`);
        }
      post.collect(round);
      await delivering;
      delivering = post.deliver(round);
      clock += pick([0, 0, 1, 1, 2, 30], chance());
      const pause = pick([0, 0, 0, 3700, 4 * DAY, 31 * DAY], chance());
      await advanceAccount(account, account.now() + pause);
      clock += pick([0, 1, 10], chance());
      await advanceAccount(account, account.now());
    }
    await delivering;
    clock += pick([0, 1, 60], chance());
    await advanceAccount(account, account.now());
    post.collect(longest);
    await post.deliver(Number.POSITIVE_INFINITY);

    proxy.passage = () => ({ mishap: null, beforeMs: 0, afterMs: 0 });
    const { missed: recovered } = await recoverEvents({ deadline: Number.POSITIVE_INFINITY });
    await drainUntilSettled(world.endpoints);
    const falseFacts = await readFalseFacts(account, VERSIONS[4]);
    const late = new Set(proxy.late.map((path) => path.slice(path.lastIndexOf("/") + 1)));
    const isLate = (key: string) => late.has(key.slice(key.indexOf(" ") + 1));
    const found = await compare(truth, await truth.now(shop.stripe), proxy.requests, isLate);
    const figures = { lagging: proxy.late.length, unjudged: late.size, recovered, deeds, ...post.figures() };
    const more = { ...figures, falseFacts, account };
    if (late.size === 0) return { ...found, ...more };
    // Later by the answers alone: in the account an hour would bring bills.
    proxy.ahead = 3_600_000;
    await compareAll();
    const { lost } = await compare(truth, await truth.now(shop.stripe), proxy.requests, () => false);
    return { ...found, ...more, lost: [...found.lost, ...lost] };
  } finally {
    proxy.upstream = null;
    await local.close();
  }
}

const count = (of: Map<string, number>, key: string) => of.set(key, (of.get(key) ?? 0) + 1);

const pick = <T>(from: readonly [T, ...T[]], chance: number): T =>
  from[Math.floor(chance * from.length)] ?? from[0];

const MISHAPS: readonly [Mishap, ...Mishap[]] = [
  { kind: "status", status: 500 },
  { kind: "status", status: 403 },
  { kind: "status", status: 429, retryAfter: 0 },
  { kind: "hangs up" },
  { kind: "nonsense", body: "<html>Bad gateway</html>" },
  { kind: "nonsense", body: '{"object":"subscription"}' },
  { kind: "nonsense", body: '{"id":"sub_of_another","object":"subscription","status":"active"}' },
];

/** What the app may ask about, of what changes most, by its path. */
const statesOf = ({ store }: Account) => [
  ...store.all("subscription").map((object) => [`/v1/subscriptions/${object.id}`, object] as const),
  ...store.all("invoice").map((object) => [`/v1/invoices/${object.id}`, object] as const),
];

const badWeather = ({ failing, slowMs, lag }: Batch, chance: () => number) => ({
  lagMs: chance() < 0.5 ? lag * 1000 : 0,
  mishap: chance() < failing ? pick(MISHAPS, chance()) : null,
  beforeMs: chance() < 0.5 ? chance() * slowMs : 0,
  afterMs: chance() < 0.5 ? chance() * slowMs : 0,
});

/** What is sent goes by these connections. An answer may take its time: a busy machine must not fail. */
const wires = new Post(300_000);

type Parcel = { event: EventRecord; id: string; version: string; due: number };

/** Takes events from the account to the endpoints, as they come: late, twice, two for one change, several at once. */
class Postman {
  readonly #account: Account;
  readonly #endpoints: readonly Endpoint[];
  readonly #chance: () => number;
  readonly #chanceOnTheWay: () => number;
  #seen = 0;
  #waiting: Parcel[] = [];
  readonly #sent = new Set<string>();
  readonly #types = new Set<string>();
  readonly #results = new Map<string, number>();
  #deliveries = 0;

  constructor(
    account: Account,
    endpoints: readonly Endpoint[],
    { chance, chanceOnTheWay }: Record<"chance" | "chanceOnTheWay", () => number>,
  ) {
    this.#account = account;
    this.#endpoints = endpoints;
    this.#chance = chance;
    this.#chanceOnTheWay = chanceOnTheWay;
  }

  /** What has happened since: each event is due now, some rounds later, or only at the end. */
  collect(round: number): void {
    const chance = this.#chance;
    for (const event of this.#account.events.slice(this.#seen)) {
      if (!isHandled(event.type) || chance() < UNDELIVERED) continue;
      const copies = chance() < 0.15 ? 2 : 1;
      const ids = chance() < 0.05 ? [event.id, `${event.id}_again`] : [event.id];
      for (const id of ids.flatMap((id) => Array.from({ length: copies }, () => id))) {
        const delay = pick([0, 0, 0, 1, 2, 99], chance());
        this.#waiting.push({ event, id, version: pick(VERSIONS, chance()), due: round + delay });
      }
    }
    this.#seen = this.#account.events.length;
  }

  async deliver(round: number): Promise<void> {
    const due = this.#waiting
      .filter((parcel) => parcel.due <= round)
      .map((parcel) => ({ parcel, key: this.#chance() }))
      .sort((a, b) => a.key - b.key)
      .map(({ parcel }) => parcel);
    this.#waiting = this.#waiting.filter((parcel) => parcel.due > round);
    const carrier = async () => {
      for (let parcel = due.pop(); parcel; parcel = due.pop()) await this.#carry(parcel);
    };
    await Promise.all(Array.from({ length: 12 }, carrier));
  }

  async #carry({ event, id, version }: Parcel): Promise<void> {
    this.#sent.add(id);
    this.#types.add(event.type);
    const shape = hasSeveralPeriods(event.object) ? VERSIONS[4] : version;
    const body = JSON.stringify({ ...eventBody(this.#account, event, shape), id });
    for (;;) {
      this.#deliveries += 1;
      const url = this.#endpoints[Math.floor(this.#chanceOnTheWay() * this.#endpoints.length)]?.url ?? "";
      const answer = await wires.send(url, body, [WEBHOOK_SECRET]);
      if (answer.status === null) throw new Error(answer.why);
      const { result } = JSON.parse(answer.body);
      const word = answer.status === 200 ? String(result) : String(answer.status);
      count(this.#results, word);
      if (answer.status === 200) return;
      await sleep(50);
    }
  }

  figures() {
    const { size: events } = this.#sent;
    return { events, deliveries: this.#deliveries, results: this.#results, types: this.#types };
  }
}

/**
 * A subscription whose items have periods of their own. There was none before items had periods, and since then the
 * old shapes show both places; the local Stripe's show the old one only.
 */
const hasSeveralPeriods = (object: object) =>
  "items" in object &&
  new Set(list(object.items).map((item) => `${item.current_period_start} ${item.current_period_end}`)).size >
    1;

/** Until nothing waits: what failed is due again at once. */
async function drainUntilSettled(endpoints: readonly Endpoint[]): Promise<void> {
  for (let round = 0; round < 60; round += 1) {
    if ((await db().stripeEvent.count({ where: { status: "pending" } })) === 0) return;
    await db().$executeRaw`
      update stripe_events set next_attempt_at = 'epoch' where status = 'pending' and locked_until is null`;
    await Promise.all(endpoints.map((endpoint) => endpoint.drain()));
    await sleep(50);
  }
}

/** The weekly comparison with Stripe. */
async function compareAll(): Promise<void> {
  const everything = { name: "lives", since: null, invoicesSince: new Date(0), isDry: false };
  await compareWithStripe({ ...everything, deadline: Number.POSITIVE_INFINITY });
}

/** @param isLate whether there was a late answer about an object: then its row may be behind, and have gone back */
async function compare(
  truth: Truth,
  expected: Map<string, string>,
  asked: readonly string[],
  isLate: (key: string) => boolean,
) {
  const [rows, versions, odd] = [await readRows(), [...(await readVersions())], await readOddEvents()];
  const keys = new Set([...expected.keys(), ...rows.keys()]);
  return {
    requests: asked.length,
    statuses: await readStatuses(),
    lost: [...keys].flatMap((key) =>
      isLate(key) || truth.isOfNobody(key) || rows.get(key) === expected.get(key)
        ? []
        : [`${key} is ${rows.get(key)}, Stripe says ${expected.get(key)}`],
    ),
    unsettled: odd.flatMap(({ id, status, last_error }) =>
      status === "done" ? [] : [`${id} is ${status}: ${last_error}`],
    ),
    appliedTwice: [
      ...odd.flatMap(({ id, status }) => (status === "done" ? [id] : [])),
      ...(await readOverwritten(asked)),
    ],
    staleOverwrites: versions.flatMap(([key, states]) =>
      isFalling(states) || !(isLate(key) || truth.isForward(key, states)) ? [truth.explain(key, states)] : [],
    ),
  };
}
