import * as z from "zod";
import { Prisma } from "@/lib/db";

/** Which events of the inbox one means. */

export const EVENT_STATES = ["pending", "parked", "applied", "superseded", "ignored"] as const;
export type EventState = (typeof EVENT_STATES)[number];

/** Postgres knows no NUL, and no id has any other control character. */
const text = z
  .string()
  .trim()
  .regex(/^\P{Cc}{1,255}$/u)
  .optional()
  .catch(undefined);

/** What can be filtered by, as it stands in an address. What cannot be understood is left out. */
export const eventFilterSchema = z.object({
  /** Picked one by one. What cannot be understood picks none: left out, it would be all that there are. */
  ids: z.array(z.string().max(255)).max(500).optional().catch([]),
  state: z.enum(EVENT_STATES).optional().catch(undefined),
  type: text,
  object: text,
  customer: text,
  /** Moments in UTC: `2026-11-24` or `2026-11-24T09:30`. The first is within, the second is not. */
  from: z.iso.datetime({ local: true }).or(z.iso.date()).optional().catch(undefined),
  to: z.iso.datetime({ local: true }).or(z.iso.date()).optional().catch(undefined),
});
export type EventFilter = z.output<typeof eventFilterSchema>;

/** SQL over stripe_events. */
export function conditionOf({ ids, state, type, object, customer, from, to }: EventFilter): Prisma.Sql {
  const conditions = [
    ids === undefined ? null : Prisma.sql`id = any(${ids})`,
    state === undefined ? null : stateIs(state),
    type === undefined ? null : Prisma.sql`type = ${type}`,
    object === undefined ? null : Prisma.sql`object_id = ${object}`,
    customer === undefined ? null : Prisma.sql`customer_id = ${customer}`,
    from === undefined ? null : Prisma.sql`received_at >= ${utc(from)}`,
    to === undefined ? null : Prisma.sql`received_at < ${utc(to)}`,
  ].filter((condition) => condition !== null);
  return conditions.length > 0 ? Prisma.join(conditions, " and ") : Prisma.sql`true`;
}

const stateIs = (state: EventState) =>
  state === "pending" || state === "parked"
    ? Prisma.sql`status = ${state} and outcome is null`
    : Prisma.sql`status = 'done' and outcome = ${state}`;

const utc = (moment: string) => new Date(moment.length > 10 ? `${moment}Z` : moment);
