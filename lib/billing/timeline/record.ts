import { env } from "@/lib/env";
import { type Companion, columnOf, toRow } from "../table";
import type { StripeEvent } from "../webhook/event";
import { type Fact, factsOf } from "./facts";

/**
 * The facts table, as the statement that settles events writes it. Nothing else does, but for the columns of the mail,
 * which are the outbox's (lib/mail/outbox.ts).
 */

/** What is older has been lived with already: it is history, and nobody is told by mail. */
const NEWS_HOURS = 24;

/** Before a mail is looked at: what belongs to the same moment at Stripe comes within seconds. */
const SETTLES_SECONDS = 10;

const COLUMNS = {
  key: "text",
  kind: "text",
  at: "timestamptz",
  customerId: "text",
  subscriptionId: "text",
  invoiceId: "text",
  amount: "bigint",
  currency: "text",
  nextAt: "timestamptz",
  attempt: "int",
  priceId: "text",
  quantity: "int",
  priceBefore: "text",
  quantityBefore: "int",
  reason: "text",
} as const satisfies Record<Exclude<keyof Fact, "isMailed">, string>;

const names = Object.keys(COLUMNS).map(columnOf);
const types = Object.entries(COLUMNS).map(([field, type]) => `${columnOf(field)} ${type}`);

/**
 * The step that records what events tell: of those alone that the statement took. Of several events that tell the same fact
 * the earliest counts, whenever it comes. None where there is nothing to tell.
 */
export function recordFacts(events: readonly StripeEvent[]): Pick<Companion, "followUp"> {
  const value = events.flatMap((event) =>
    factsOf(event).map((fact) => toRow({ ...fact, eventId: event.id })),
  );
  isMailNew ||= env().SMTP_URL !== undefined && value.some(({ is_mailed }) => is_mailed);
  return value.length > 0 ? { followUp: { sql: insertFacts, value } } : {};
}

/** Without a mail server there is nothing to wait for. */
let isMailNew = false;

/** Whether this process has put mail into the outbox. */
export const hasNewMail = () => isMailNew;

/** The same, once: whoever asks sees to it, or puts it back. */
export function takeNewMail(): boolean {
  const wasNew = isMailNew;
  isMailNew = false;
  return wasNew;
}

/** Nobody could be told: the next request tells. */
export function putNewMailBack(): void {
  isMailNew = true;
}

const isNews = () =>
  `${env().SMTP_URL !== undefined} and is_mailed and at > now() - interval '${NEWS_HOURS} hours'`;

/** By key, so that two processes that tell the same facts meet in the same order. */
const insertFacts: Companion["sql"] = (given) => `
  insert into facts as f (${names.join(", ")}, event_id, mail, next_attempt_at)
  select distinct on (key) ${names.join(", ")}, event_id,
    case when ${isNews()} then 'pending' end, case when ${isNews()} then now() + interval '${SETTLES_SECONDS} seconds' end
  from json_to_recordset(${given}) as g (${types.join(", ")}, event_id text, is_mailed boolean)
  where event_id in (select id from taken)
  order by key, at, event_id
  on conflict (key) do update set ${[...names, "event_id"].map((name) => `${name} = excluded.${name}`).join(", ")}
  where (excluded.at, excluded.event_id) < (f.at, f.event_id)`;
