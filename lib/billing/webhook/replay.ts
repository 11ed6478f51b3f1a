import { randomUUID } from "node:crypto";
import { db, Prisma, type Tx } from "@/lib/db";
import { conditionOf, type EventFilter, eventFilterSchema } from "./filter";

/**
 * Applying events again: parked ones whose cause is mended, ignored ones whose type is handled by now, or all of a day. The
 * order rules hold for them as for any event, so a replay never takes a row back. Second writer of stripe_events beside
 * the inbox, for an event that is settled; the replays table is written here alone.
 */

/** For so long a replay can be taken back before it begins. */
const UNDO_SECONDS = 10;

/** How many events are put back at once: the drain works on them before the next ones follow. */
const BATCH = 200;

/** Puts settled events back into the inbox. @returns how many: not those that wait already, or whose payload is gone */
const reopen = (tx: Tx, ids: string[]) => tx.$executeRaw`
  update stripe_events
  set status = 'pending', outcome = null, attempts = 0, locked_until = null, processed_at = null, next_attempt_at = now(),
    replayed_at = now()
  where id = any(${ids}) and status <> 'pending' and payload <> ''`;

export type ReplayState = NonNullable<Awaited<ReturnType<typeof readReplay>>>;

/** Asks for a replay of what a filter finds now. It begins in a moment, and can be taken back until then. */
export async function askForReplay(
  filter: EventFilter,
  operator: string,
  total: number,
  undoSeconds = UNDO_SECONDS,
): Promise<string> {
  const id = randomUUID();
  // On the database's clock, which decides whether it has begun.
  await db().$executeRaw`
    insert into replays (id, operator, filter, status, total, starts_at)
    values (${id}, ${operator}, ${JSON.stringify(filter)}::jsonb, 'waiting', ${total},
      now() + make_interval(secs => ${undoSeconds}))`;
  return id;
}

/** @returns false if it has begun */
export async function undoReplay(id: string): Promise<boolean> {
  const { count } = await db().replay.updateMany({
    where: { id, status: "waiting" },
    data: { status: "undone", finishedAt: new Date() },
  });
  return count === 1;
}

export async function readReplay(id: string) {
  const row = await db().replay.findUnique({ where: { id } });
  return row && { ...row, filter: eventFilterSchema.parse(row.filter), status: statusOf(row.status) };
}

/**
 * Takes a replay that is due one batch further. Safe to call at any time, by any number of processes: whoever comes finds
 * the place where the last one ended.
 * @returns how it stands; null if there is none of that id
 */
export async function continueReplay(id: string): Promise<ReplayState | null> {
  await db().$transaction(async (tx) => {
    const [replay] = await tx.$queryRaw<
      { filter: unknown; cursor_at: Date | null; cursor_id: string | null; created_at: Date }[]
    >`
      select filter, cursor_at, cursor_id, created_at from replays
      where id = ${id} and status in ('waiting', 'running') and starts_at <= now() for update`;
    if (!replay) return;
    const { cursor_at: at, cursor_id: after } = replay;
    const batch = await tx.$queryRaw<{ id: string; at: Date }[]>`
      select id, received_at as at from stripe_events
      where ${conditionOf(eventFilterSchema.parse(replay.filter))} and received_at <= ${replay.created_at}
        and ${at === null ? Prisma.sql`true` : Prisma.sql`received_at >= ${at} and (received_at, id) > (${at}, ${after})`}
      order by received_at, id limit ${BATCH}`;
    const reopened = await reopen(
      tx,
      batch.map((event) => event.id),
    );
    const last = batch.at(-1);
    await tx.replay.update({
      where: { id },
      data: {
        replayed: { increment: reopened },
        ...(last
          ? { status: "running", cursorAt: last.at, cursorId: last.id }
          : { status: "done", finishedAt: new Date() }),
      },
    });
  });
  return readReplay(id);
}

/** The replays that have not ended, for the scheduler: a browser that was closed stops none. */
export async function unfinishedReplays(): Promise<string[]> {
  const rows = await db().replay.findMany({
    where: { status: { in: ["waiting", "running"] } },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

function statusOf(status: string): "waiting" | "running" | "undone" | "done" {
  return status === "waiting" || status === "running" || status === "undone" ? status : "done";
}
