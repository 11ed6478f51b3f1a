import { conditionOf, EVENT_STATES, type EventFilter, type EventState } from "../billing/webhook/filter";
import { db, Prisma } from "../db";

/** Looking at the inbox: whatever is asked for is found by an index, and pages follow each other by key, not by count. */

export type ListedEvent = {
  id: string;
  type: string;
  state: EventState;
  objectId: string | null;
  customerId: string | null;
  created: Date | null;
  receivedAt: Date;
  processedAt: Date | null;
  attempts: number;
  lastError: string | null;
};

const PAGE = 50;

/** The place of an event in the list. */
export type Place = { at: Date; id: string };

/** The newest first. `next` is where the page after this one begins, or null. */
export async function listEvents(
  filter: EventFilter,
  after: Place | null,
  limit = PAGE,
): Promise<{ events: ListedEvent[]; next: Place | null }> {
  const found = await db().$queryRaw<ListedEvent[]>`
    select id, type, coalesce(outcome, status) as state, object_id as "objectId", customer_id as "customerId", created,
      received_at as "receivedAt", processed_at as "processedAt", attempts, last_error as "lastError"
    from stripe_events
    where ${conditionOf(filter)} and ${after ? isAfter(after) : Prisma.sql`true`}
    order by received_at desc, id desc
    limit ${limit + 1}`;
  const events = found.slice(0, limit);
  const last = events.at(-1);
  return { events, next: found.length > limit && last ? { at: last.receivedAt, id: last.id } : null };
}

/** The first half is what an index answers; many events may have come in the same transaction. */
const isAfter = ({ at, id }: Place) =>
  Prisma.sql`received_at <= ${at} and (received_at, id) < (${at}, ${id})`;

/** Beyond this, a count says "more than": nobody needs the figure, and counting ten million takes a while. */
export const COUNTED = 100_000;

/** How many events a filter finds, up to COUNTED and one more. */
export async function countEvents(filter: EventFilter): Promise<number> {
  const [found] = await db().$queryRaw<{ count: number }[]>`
    select count(*)::int as count
    from (select from stripe_events where ${conditionOf(filter)} limit ${COUNTED + 1}) as found`;
  return found?.count ?? 0;
}

/** One word for what became of an event. */
export function stateOf({ status, outcome }: { status: string; outcome: string | null }): EventState {
  return EVENT_STATES.find((state) => state === (outcome ?? status)) ?? "pending";
}

export async function readEvent(id: string) {
  return db().stripeEvent.findUnique({ where: { id } });
}
