import { afterResponse } from "@/lib/after";
import { log } from "@/lib/log";
import { query } from "@/lib/pool";
import type { WhyRefused } from "./verify";

/**
 * How many deliveries were accepted, and how many refused and why: the delivery_counts table. Nothing else writes it. What
 * nobody signed costs a process a number in memory. Written are sums, once a minute at the most, whatever comes.
 */
type Kind = "accepted" | WhyRefused;

const EVERY_MS = 60_000;

let counts = new Map<Kind, number>();
let isResting = false;

/** The first one is written beside its answer; those of the minute after it together. */
export function countDelivery(kind: Kind): void {
  add(kind, 1);
  if (!isResting) afterResponse("counting deliveries", writeCounts);
}

const add = (kind: Kind, more: number) => counts.set(kind, (counts.get(kind) ?? 0) + more);

async function writeCounts(): Promise<void> {
  const taken = counts;
  const counted = Object.fromEntries(taken);
  counts = new Map();
  isResting = true;
  setTimeout(goOn, EVERY_MS).unref();
  const { accepted: _, ...refused } = counted;
  if (Object.keys(refused).length > 0) log("warn", "deliveries refused", refused);
  // By kind, so that processes which write the same rows cannot wait for each other in a circle.
  await query(
    `insert into delivery_counts as c (hour, kind, count, last_at)
    select date_trunc('hour', now()), kind, count::int, now() from json_each_text($1::json) as given (kind, count)
    order by kind
    on conflict (hour, kind) do update set count = c.count + excluded.count, last_at = excluded.last_at`,
    [JSON.stringify(counted)],
  ).catch((error) => {
    // They are written with those of the next minute.
    for (const [kind, count] of taken) add(kind, count);
    throw error;
  });
}

function goOn(): void {
  isResting = false;
  if (counts.size > 0) afterResponse("counting deliveries", writeCounts);
}

export type DeliveryCount = {
  kind: string;
  /** Over 24 hours. */
  count: number;
  /** In this hour and the one before it. */
  recent: number;
  lastAt: Date;
};

export function readDeliveryCounts(): Promise<DeliveryCount[]> {
  return query<DeliveryCount>(`
    select kind, sum(count)::int as count, max(last_at) as "lastAt",
      coalesce(sum(count) filter (where hour >= date_trunc('hour', now()) - interval '1 hour'), 0)::int as recent
    from delivery_counts where hour > now() - interval '24 hours'
    group by kind order by kind`);
}

/** Removes the counts of hours that nobody asks for any more. */
export async function pruneDeliveryCounts(): Promise<void> {
  await query("delete from delivery_counts where hour < now() - interval '90 days'");
}
