import { env } from "@/lib/env";
import { expectMail } from "@/lib/mail/nudge";
import { type Companion, columnOf, toRow } from "../table";
import type { StripeEvent } from "../webhook/event";
import { factsOf, NOTHING_MORE } from "./facts";

/**
 * The facts table, as the statement that settles events writes it. Nothing else does, but for the columns of the mail,
 * which are the outbox's (lib/mail/outbox.ts).
 */

/** What is older has been lived with already: it is history, and nobody is told by mail. */
const NEWS_HOURS = 24;

/** Before a mail is looked at: what belongs to the same moment at Stripe comes within seconds. */
const SETTLES_SECONDS = 10;

const columns = ["key", "kind", "at", "customerId", ...Object.keys(NOTHING_MORE), "eventId"].map(columnOf);

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
  const isMailing = env().SMTP_URL !== undefined;
  const value = events.flatMap((event) =>
    factsOf(event).map(({ isMailed, ...fact }) =>
      toRow({ ...fact, eventId: event.id, mail: isMailed && isMailing ? "pending" : null }),
    ),
  );
  try {
    return await write(value.length > 0 ? { followUp: { sql: insertFacts, value } } : {});
  } finally {
    if (value.some(({ mail }) => mail)) expectMail();
  }
}

const isNews = `mail = 'pending' and at > now() - interval '${NEWS_HOURS} hours'`;

/** By key, so that two processes that tell the same facts meet in the same order. */
const insertFacts: Companion["sql"] = (given) => `
  insert into facts as f (${columns.join(", ")}, mail, next_attempt_at)
  select distinct on (key) ${columns.join(", ")},
    case when ${isNews} then mail end, case when ${isNews} then now() + interval '${SETTLES_SECONDS} seconds' end
  from json_populate_recordset(null::facts, ${given}) where event_id in (select id from taken)
  order by key, at, event_id
  on conflict (key) do update set ${columns.map((name) => `${name} = excluded.${name}`).join(", ")}
  where (excluded.at, excluded.event_id) < (f.at, f.event_id)`;
