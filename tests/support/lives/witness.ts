import { isObject, objectOr, time } from "@/lib/billing/read";
import { db } from "@/lib/db";
import { withClient } from "@/prisma/migrate/databases";
import { clearBilling } from "../deliver";
import type { Version } from "./forward";
import { isMirrored, keyOf, SUMMARY, TABLES, textOfRow } from "./states";

/**
 * Has the database itself write down every version that a row had, in the order of the commits, and every time an event
 * was finished. A version is noted when its transaction commits, while nobody else may write the row.
 */
export async function installWitness(databaseUrl: string): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    for (const statement of STATEMENTS) await client.query(statement);
  });
}

const STATEMENTS = [
  "create table row_versions (seq bigserial primary key, kind text, id text, state jsonb)",
  "create table finished_events (id text)",
  `create function note_version() returns trigger language plpgsql as $$
  declare
    items jsonb := '{}';
  begin
    if tg_table_name = 'subscriptions' then
      -- One that the same transaction wrote again was never seen by anybody.
      if not exists (select from subscriptions where id = new.id and version = new.version) then return null; end if;
      select jsonb_build_object('items', coalesce(jsonb_agg(to_jsonb(i) - 'subscription_id' - 'position'
        order by position), '[]')) into items from subscription_items i where subscription_id = new.id;
    end if;
    insert into row_versions (kind, id, state) values (tg_argv[0], new.id, to_jsonb(new) || items);
    return null;
  end $$`,
  ...Object.entries(TABLES).map(
    ([kind, { table }]) => `create constraint trigger note_version after insert or update on ${table}
      deferrable initially deferred for each row execute function note_version('${kind}')`,
  ),
  `create function note_finished() returns trigger language plpgsql as $$
  begin
    if tg_op = 'INSERT' then
      if new.status = 'done' then insert into finished_events values (new.id); end if;
    -- Once more, if it was done before and is settled again: else its payload is emptied, or a test touches it.
    elsif new.status = 'done' and (old.status <> 'done' or new.processed_at is distinct from old.processed_at) then
      insert into finished_events values (new.id);
    end if;
    return null;
  end $$`,
  `create trigger note_finished after insert or update on stripe_events
    for each row execute function note_finished()`,
];

export async function forgetAll(): Promise<void> {
  await clearBilling();
  await db().$executeRaw`truncate row_versions, finished_events, progress`;
}

/** Every version of every row, by its key, in order. */
export async function readVersions(): Promise<Map<string, Version[]>> {
  const found = await db().$queryRaw<{ kind: string; id: string; state: unknown }[]>`
    select kind, id, state from row_versions order by seq`;
  const versions = new Map<string, Version[]>();
  for (const { kind, id, state } of found) {
    if (!isMirrored(kind) || !isObject(state)) throw new Error(`There is no kind ${kind}.`);
    const at = time(state.stripe_state_at);
    const version = { text: textOfRow(kind, state), at: at && at.getTime() / 1000 };
    const key = keyOf(kind, id);
    versions.set(key, [...(versions.get(key) ?? []), version]);
  }
  return versions;
}

/** Every status that a subscription's row had. */
export async function readStatuses(): Promise<Set<string>> {
  const found = await db().$queryRaw<{ status: string }[]>`
    select distinct state->>'status' as status from row_versions where kind = 'subscription'`;
  return new Set(found.map(({ status }) => status));
}

/** The rows as they are, by their keys. */
export async function readRows(): Promise<Map<string, string>> {
  const rows = new Map<string, string>();
  for (const [kind, { table }] of Object.entries(TABLES)) {
    if (!isMirrored(kind)) continue;
    const items =
      kind === "subscription"
        ? `|| jsonb_build_object('items', (select coalesce(jsonb_agg(to_jsonb(i) - 'subscription_id' - 'position'
            order by position), '[]') from subscription_items i where subscription_id = r.id))`
        : "";
    const found = await db().$queryRawUnsafe<{ state: unknown }[]>(
      `select to_jsonb(r) ${items} as state from ${table} r`,
    );
    for (const { state } of found) {
      const row = objectOr(state);
      rows.set(keyOf(kind, String(row.id)), textOfRow(kind, row));
    }
  }
  return rows;
}

/** Events that are not done, or that were finished more than once: nothing, if all is well. */
export function readOddEvents(): Promise<
  { id: string; status: string; last_error: string | null; times: number }[]
> {
  return db().$queryRaw`
    select e.id, e.status, e.last_error, count(f.id)::int as times
    from stripe_events e left join finished_events f using (id)
    group by e.id having e.status <> 'done' or count(f.id) <> 1`;
}

/** Rows that were written more often than events were applied to them and answers of Stripe's were asked for. */
export async function readOverwritten(asked: readonly string[]): Promise<string[]> {
  // The event of a summary names its customer alone.
  const applied = await db().$queryRaw<{ kind: string; id: string; versions: number; applied: number }[]>`
    select v.kind, v.id, count(*)::int as versions,
      (select count(*)::int from stripe_events e where e.outcome = 'applied' and case
        when v.kind = ${SUMMARY} then e.type = ${SUMMARY} || '.updated' and e.customer_id = v.id
        else e.object_id = v.id end) as applied
    from row_versions v group by v.kind, v.id`;
  const asks = (kind: string, id: string) =>
    asked.filter((request) => request.includes(kind === SUMMARY ? `customer=${id}` : `/${id}`)).length;
  return applied.flatMap(({ kind, id, versions, applied }) =>
    versions > applied + asks(kind, id) ? [`${kind} ${id}`] : [],
  );
}
