import { setTimeout as sleep } from "node:timers/promises";
import { TEST_ENV } from "../support/env.ts";
import { cpuSeconds } from "./cpu.ts";
import type { BenchDatabase } from "./database.ts";
import { type Renewals, sign } from "./events.ts";
import { percentile } from "./figures.ts";
import { type Load, press, requestOf } from "./load.ts";
import type { Server } from "./servers.ts";

export type Contender = { name: string; server: Server; path: string; database: string };

/** What one contender did in one round, an event. Times in milliseconds, processor times in microseconds. */
export type Round = {
  perSecond: number;
  p50: number;
  p99: number;
  serverCpu: number;
  databaseCpu: number;
  clientCpu: number;
  statements: number;
  /** Requests to Stripe's API. */
  calls: number;
};

const CONNECTIONS = 32;

/**
 * Presses every contender once in each round, every round beginning with another, so that what the machine does at the
 * same time meets all of them alike.
 * @returns the rounds by the contender's name
 */
export async function runRounds(
  contenders: readonly Contender[],
  renewals: Renewals,
  database: BenchDatabase,
  { rounds, seconds }: { rounds: number; seconds: number },
  callsSoFar = () => 0,
): Promise<Map<string, Round[]>> {
  const found = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders)
    await pressOnce(contender, renewals, database, WARM_UP_S, WARM_UP_EVENTS / WARM_UP_S);
  for (let round = 0; round < rounds; round += 1)
    for (const place of contenders.keys()) {
      const contender = contenders[(place + round) % contenders.length];
      if (!contender) continue;
      const fastest = Math.max(1_500, ...(found.get(contender.name) ?? []).map(({ perSecond }) => perSecond));
      const before = callsSoFar();
      const one = await pressOnce(contender, renewals, database, seconds, fastest * 2);
      one.calls = (callsSoFar() - before) / (one.perSecond * seconds);
      found.get(contender.name)?.push(one);
      console.log(`round ${round + 1} ${contender.name.padEnd(28)} ${JSON.stringify(one, rounded)}`);
    }
  return found;
}

/** Node compiles what it runs often: the first thousands of events tell nothing. */
const WARM_UP_EVENTS = 5_000;
const WARM_UP_S = 25;

const rounded = (_: string, value: unknown) =>
  typeof value === "number" ? Math.round(value * 100) / 100 : value;

async function pressOnce(
  { name, server, path, database: databaseName }: Contender,
  renewals: Renewals,
  database: BenchDatabase,
  seconds: number,
  mostPerSecond: number,
): Promise<Round> {
  const url = new URL(path, server.url);
  const requests = renewals
    .take(Math.round(mostPerSecond * seconds))
    .map((body) => requestOf(url, body, { "stripe-signature": sign(body, TEST_ENV.STRIPE_WEBHOOK_SECRET) }));
  const count = () => database.statements(databaseName);
  const before = {
    server: cpuSeconds(server.pid),
    database: cpuSeconds(database.pid),
    statements: await count(),
  };
  const client = process.cpuUsage();
  const load = await press(url, requests, { connections: CONNECTIONS, seconds });
  const { user, system } = process.cpuUsage(client);
  await sleep(100);
  const answered = countAnswered(name, load);
  const microseconds = (from: number, to: number) => ((to - from) * 1e6) / answered;
  return {
    perSecond: answered / load.seconds,
    p50: percentile(load.latencies, 0.5),
    p99: percentile(load.latencies, 0.99),
    serverCpu: microseconds(before.server, cpuSeconds(server.pid)),
    databaseCpu: microseconds(before.database, cpuSeconds(database.pid)),
    clientCpu: (user + system) / answered,
    statements: ((await count()) - before.statements) / answered,
    calls: 0,
  };
}

/** @throws unless every answer was 200: what is refused quickly must not look fast */
function countAnswered(name: string, { answers }: Load): number {
  const others = [...answers].filter(([status]) => status !== 200);
  if (others.length > 0)
    throw new Error(
      `${name} answered ${others.map(([status, count]) => `${count} × ${status}`).join(", ")}.`,
    );
  return answers.get(200) ?? 0;
}
