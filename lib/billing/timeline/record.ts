import { env } from "@/lib/env";
import { expectMail } from "@/lib/mail/nudge";
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
 * Lets a statement that settles events record what they tell as well: of those alone that it took. Of several events that
 * tell the same fact the earliest counts, whenever it comes. Once it is committed, somebody may be told of the mail that it
 * brought; also where its answer was lost, for the mail may be there.
 * @param write does the statement, with this step in it; an empty one where there is nothing to tell
 */
export async function withFacts<Result>(
  events: readonly StripeEvent[],
  write: (step: Pick<Companion, "followUp">) => Promise<Result>,
): Promise<Result> {
  const value = events.flatMap((event) =>
    factsOf(event).map((fact) => toRow({ ...fact, eventId: event.id })),
  );
  try {
    return await write(value.length > 0 ? { followUp: { sql: insertFacts, value } } : {});
  } finally {
    if (value.some(({ is_mailed }) => is_mailed)) expectMail();
  }
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
