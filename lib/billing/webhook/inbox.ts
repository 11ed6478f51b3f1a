import { env } from "@/lib/env";
import { query } from "@/lib/pool";
import { type Companion, type Write, writeRows } from "../table";
import { withFacts } from "../timeline/record";
import type { StripeEvent } from "./event";
import type { VerifiedEvent } from "./verify";

/**
 * The stripe_events table: every verified event, once. Nothing else writes it. An event is `pending` until it is `done`,
 * or `parked` for a person to look at. A claim is a lease: if its holder dies, the next drain takes the event over.
 */

/** What an event's row says of it. Reasons are sentences for an operator. */
export type Disposition =
  | { status: "done"; outcome: "applied" | "superseded" }
  | { status: "done"; outcome: "ignored"; reason: string }
  | { status: "pending"; reason: string; stack?: string | null }
  | { status: "parked"; reason: string; stack?: string | null };

/** An event, what became of it, and the key of the row that must have been written for that to be true. */
export type Decided<Event extends StripeEvent = StripeEvent> = {
  event: Event;
  disposition: Disposition;
  needs: string | null;
};

/** As long as a drain works at the most: a lease that ends too early does no harm, one that ends late costs time. */
export const LEASE_SECONDS = 60;

/** 5 s, 10 s, 20 s … 6 hours, each cut by up to half at random: 28 tries take about three days, as Stripe's own do. */
export const MAX_ATTEMPTS = 28;
const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 6 * 3_600_000;

/**
 * Writes new events with what became of them, in one statement with the rows that they changed and the facts that they
 * tell. One that needs a row that somebody else wrote first is left out, as is one that is there already.
 * @returns the ids of those that are in the inbox by this
 */
export function recordEvents(
  decided: readonly Decided<VerifiedEvent>[],
  writes: readonly Write[] = [],
): Promise<Set<string>> {
  const value = decided.toSorted(byId).map(({ event, disposition, needs }) => ({
    id: event.id,
    type: event.type,
    api_version: event.apiVersion,
    created: event.created,
    livemode: event.livemode,
    account: event.account,
    object_id: event.objectId,
    customer_id: event.customerId,
    payload: event.payload,
    ...columnsOf(disposition),
    needs,
  }));
  return withFacts(counting(decided), (step) => writeRows(writes, { sql: insertEvents, value, ...step }));
}

const insertEvents: Companion["sql"] = (given) => `
  insert into stripe_events (id, type, api_version, created, livemode, account, object_id, customer_id, payload,
    status, outcome, last_error, last_stack, next_attempt_at, processed_at)
  select id, type, api_version, created, livemode, account, object_id, customer_id, payload,
    status, outcome, last_error, last_stack,
    case when status = 'pending' then now() end, case when status <> 'pending' then now() end
  from json_to_recordset(${given}) as e (id text, type text, api_version text, created timestamptz, livemode boolean,
    account text, object_id text, customer_id text, payload text,
    status text, outcome text, last_error text, last_stack text, needs text)
  where needs is null or needs in (select key from written)
  on conflict (id) do nothing
  returning id`;

/**
 * Ends the wait of pending events, in one statement with the rows that they changed and the facts that they tell. One that
 * needs a row that somebody else wrote first goes on waiting.
 * @returns the ids of those that this settled
 */
export function settleEvents(
  decided: readonly Decided[],
  writes: readonly Write[] = [],
): Promise<Set<string>> {
  const value = decided
    .toSorted(byId)
    .map(({ event: { id }, disposition, needs }) => ({ id, ...columnsOf(disposition), needs }));
  return withFacts(counting(decided), (step) => writeRows(writes, { sql: updateEvents, value, ...step }));
}

/** What is settled after its retention was passed by when the older ones were emptied (prune.ts). */
const updateEvents: Companion["sql"] = (given) => `
  update stripe_events s
  set status = e.status, outcome = e.outcome, last_error = e.last_error, last_stack = e.last_stack,
    locked_until = null, next_attempt_at = null, processed_at = now(),
    payload = case when e.status = 'done' and s.received_at < now() - interval '${env().PAYLOAD_RETENTION_DAYS} days'
      then '' else s.payload end
  from json_to_recordset(${given}) as e (id text, status text, outcome text, last_error text, last_stack text, needs text)
  where s.id = e.id and s.status = 'pending' and (e.needs is null or e.needs in (select key from written))
  returning s.id`;

/** What happened is told by the events that count, also by those that came too late for the row. */
const counting = (decided: readonly Decided[]) =>
  decided.flatMap(({ event, disposition }) =>
    disposition.status === "done" && disposition.outcome !== "ignored" ? [event] : [],
  );

function columnsOf(disposition: Disposition) {
  return {
    status: disposition.status,
    outcome: disposition.status === "done" ? disposition.outcome : null,
    last_error: "reason" in disposition ? disposition.reason : null,
    last_stack: "stack" in disposition ? disposition.stack : null,
  };
}

/** Two processes that hold the same events meet in the same order. */
const byId = (a: Decided, b: Decided) => (a.event.id < b.event.id ? -1 : 1);

export type ClaimedEvent = { id: string; payload: string; attempts: number };

/**
 * Takes events that are due, and leases them. Several processes may claim at once: each gets others. Half of the places
 * are kept for events that were never tried, the rest goes by age, so that a flood of failing events holds up neither the
 * healthy ones nor each other.
 */
export function claimDue(limit: number): Promise<ClaimedEvent[]> {
  const due = `status = 'pending' and next_attempt_at <= now() and (locked_until is null or locked_until < now())`;
  return query<ClaimedEvent>(
    `with untried as (
      select id from stripe_events where ${due} and attempts = 0
      order by next_attempt_at limit $2::int / 2 for update skip locked
    ), oldest as (
      select id from stripe_events where ${due} and id not in (select id from untried)
      order by next_attempt_at limit $2::int - (select count(*) from untried) for update skip locked
    )
    update stripe_events
    set locked_until = now() + make_interval(secs => $1), attempts = attempts + 1
    where id in (select id from untried union all select id from oldest)
    returning id, payload, attempts`,
    [LEASE_SECONDS, limit],
  );
}

/** In how many milliseconds the next event falls due: a moment at least, and Infinity if none waits. */
export async function untilNextDue(): Promise<number> {
  const [next] = await query<{ ms: number | null }>(`
    select (extract(epoch from min(greatest(next_attempt_at, locked_until)) - now()) * 1000)::float8 as ms
    from stripe_events where status = 'pending'`);
  return next?.ms == null ? Number.POSITIVE_INFINITY : Math.max(next.ms, 100);
}

/** A claim, told from the next one of the same event by its attempt. */
export type Lease = Pick<ClaimedEvent, "id" | "attempts">;

/** An attempt that failed. `parked` where no retry can mend it. */
export type Failure = Lease & {
  status: "pending" | "parked";
  reason: string;
  stack: string | null;
  /** Not to be tried again sooner than in so many milliseconds. */
  notBefore: number;
};

/**
 * Puts claimed events back, to be tried again later, or parks them: at once, or after the last attempt. One whose lease has
 * passed to another in the meantime, with an attempt more, is left alone.
 */
export async function putBack(failures: readonly Failure[]): Promise<void> {
  const value = failures.map(({ id, attempts, status, reason, stack, notBefore }) => ({
    id,
    attempts,
    status: attempts >= MAX_ATTEMPTS ? "parked" : status,
    last_error: reason,
    last_stack: stack,
    seconds: Math.max(delayAfter(attempts), notBefore) / 1000,
  }));
  await query(
    `update stripe_events s
    set status = e.status, last_error = e.last_error, last_stack = e.last_stack, locked_until = null,
      next_attempt_at = case when e.status = 'pending' then now() + make_interval(secs => e.seconds) end,
      processed_at = case when e.status = 'parked' then now() end
    from json_to_recordset($1::json)
      as e (id text, attempts int, status text, last_error text, last_stack text, seconds float8)
    where s.id = e.id and s.status = 'pending' and s.attempts = e.attempts`,
    [JSON.stringify(value)],
  );
}

/** Gives claimed events back as they were, where no attempt was made. */
export async function release(leases: readonly Lease[]): Promise<void> {
  const value = JSON.stringify(leases.map(({ id, attempts }) => ({ id, attempts })));
  await query(
    `update stripe_events s set attempts = s.attempts - 1, locked_until = null
    from json_to_recordset($1::json) as e (id text, attempts int)
    where s.id = e.id and s.status = 'pending' and s.attempts = e.attempts`,
    [value],
  );
}

/**
 * How long to wait after a failed attempt, in milliseconds.
 * @param attempts 1 for the first
 */
export function delayAfter(attempts: number, random = Math.random()): number {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1));
  return longest * (1 - random / 2);
}
