import { readAckLatency } from "../billing/webhook/ack";
import { readDeliveryCounts } from "../billing/webhook/deliveries";
import { HANDLED_EVENTS } from "../billing/webhook/events";
import type { EventState } from "../billing/webhook/filter";
import { db } from "../db";
import { env } from "../env";
import { stripe } from "../stripe";
import { readStanding } from "./standing";

export type Percentiles = { p50: number; p95: number; p99: number; of: number };

/** How the inbox is doing. Each figure is of a bounded number of rows, however many there are. */
export async function readHealth() {
  const [standing, hours, apply, types, versions, deliveries] = await Promise.all([
    readStanding(),
    readHours(),
    readApplyLatency(),
    readLastOfEachType(),
    readVersions(),
    readDeliveryCounts(),
  ]);
  return { standing, hours, apply, ack: readAckLatency(), types, versions, deliveries };
}

export type Hour = { hour: Date } & Record<EventState, number>;

const HOURS = 48;

/** Events by the hour of their receipt, for two days, from the index alone. */
async function readHours(): Promise<Hour[]> {
  const found = await db().$queryRaw<{ hour: Date; state: EventState; count: number }[]>`
    select date_trunc('hour', received_at) as hour, state, count(*)::int as count
    from (
      select s.state, e.received_at from (values ('applied'), ('superseded'), ('ignored')) as s (state)
      cross join lateral (
        select received_at from stripe_events
        where status = 'done' and outcome = s.state and received_at > now() - make_interval(hours => ${HOURS})
      ) e
      union all
      select s.state, e.received_at from (values ('pending'), ('parked')) as s (state)
      cross join lateral (
        select received_at from stripe_events
        where status = s.state and outcome is null and received_at > now() - make_interval(hours => ${HOURS})
      ) e
    ) each
    group by 1, 2`;
  const now = Math.floor(Date.now() / 3_600_000);
  return Array.from({ length: HOURS }, (_, index) => {
    const hour = new Date((now - HOURS + 1 + index) * 3_600_000);
    const counts = { pending: 0, parked: 0, applied: 0, superseded: 0, ignored: 0 };
    for (const { hour: at, state, count } of found)
      if (at.getTime() === hour.getTime()) counts[state] = count;
    return { hour, ...counts };
  });
}

/** From the receipt of an event to its rows, in milliseconds, over the newest thousand that are done. */
async function readApplyLatency(): Promise<Percentiles | null> {
  const [row] = await db().$queryRaw<{ p: number[] | null; of: number }[]>`
    select percentile_cont(array[0.5, 0.95, 0.99]) within group (order by greatest(ms, 0)) as p, count(*)::int as of
    from (
      select (extract(epoch from processed_at - received_at) * 1000)::float8 as ms from stripe_events
      where status = 'done' and outcome = 'applied' order by received_at desc limit 1000
    ) newest`;
  const [p50, p95, p99] = row?.p ?? [];
  if (!row || p50 === undefined || p95 === undefined || p99 === undefined) return null;
  return { p50, p95, p99, of: row.of };
}

export type LastOfType = { type: string; lastAt: Date | null };

async function readLastOfEachType(): Promise<LastOfType[]> {
  return db().$queryRaw<LastOfType[]>`
    select t.type, e.received_at as "lastAt"
    from unnest(${Object.keys(HANDLED_EVENTS)}::text[]) as t (type)
    left join lateral (
      select received_at from stripe_events where type = t.type order by received_at desc limit 1
    ) e on true
    order by e.received_at desc nulls last, t.type`;
}

/** The API versions in which the newest thousand events came. */
async function readVersions(): Promise<{ version: string | null; count: number }[]> {
  return db().$queryRaw<{ version: string | null; count: number }[]>`
    select api_version as version, count(*)::int as count
    from (select api_version from stripe_events order by received_at desc limit 1000) newest
    group by 1 order by 2 desc`;
}

/** Our endpoint as Stripe has it, or why that is not known. */
export type EndpointState =
  | {
      kind: "known";
      url: string;
      status: string;
      version: string | null;
      missing: string[];
      needless: string[];
    }
  | { kind: "none"; url: string }
  | { kind: "unknown"; why: string };

/** https://docs.stripe.com/api/webhook_endpoints/list */
export async function readEndpoint(): Promise<EndpointState> {
  const url = `${env().APP_URL}/api/webhooks/stripe`;
  try {
    const { data } = await (await stripe()).webhookEndpoints.list({ limit: 100 });
    const ours =
      data.find((endpoint) => endpoint.url === url) ??
      data.find(({ url }) => url.endsWith("/api/webhooks/stripe"));
    if (!ours) return { kind: "none", url };
    const handled: string[] = Object.keys(HANDLED_EVENTS);
    const asked = ours.enabled_events;
    return {
      kind: "known",
      url: ours.url,
      status: ours.status,
      version: ours.api_version,
      missing: asked.includes("*") ? [] : handled.filter((type) => !asked.includes(type)),
      needless: asked.filter((type) => type !== "*" && !handled.includes(type)),
    };
  } catch (error) {
    return { kind: "unknown", why: error instanceof Error ? error.name : "Stripe did not answer." };
  }
}
