import { query } from "@/lib/pool";
import { groupBy } from "./group";
import { isObject, type JsonObject, list } from "./read";

/**
 * Rows of the mirrored tables, many at once: one statement reads whatever a batch touches, one writes it. Between the two
 * a row is JSON by the names of its columns, so that one piece of code serves every table.
 */
export type Row = JsonObject;

/** How each field of a state is read back from its column, which is named as the field is, in snake case. */
export type Columns<State> = { readonly [Field in keyof State]: (stored: unknown) => State[Field] };

export type Table = {
  name: string;
  /** What is written of a row, beside its id. */
  columns: readonly string[];
  /** Rows of another table that belong to one row of this, in order, and are replaced together with it. */
  parts?: { field: string; name: string; owner: string; columns: readonly string[] };
  /**
   * What else follows from a row that is written, as SQL of one more step of the statement.
   * @param given a set of the rows as they are to be
   * @param written the ids of those that were written
   */
  also?: (given: string, written: string) => string;
};

export const columnOf = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A state as its row. JSON has neither dates nor bigints; amounts were safe integers when they came in. */
export function toRow(state: object): Row {
  return Object.fromEntries(Object.entries(state).map(([field, value]) => [columnOf(field), toJson(value)]));
}

function toJson(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((part) => (isObject(part) ? toRow(part) : part));
  return typeof value === "bigint" ? Number(value) : value;
}

/** The state in a row. @throws TypeError if a column has no reader */
export function fromRow<State extends object>(columns: Columns<State>, row: Row): State {
  const state: Partial<State> = {};
  for (const field in columns) state[field] = columns[field](row[columnOf(field)]);
  if (!isWhole(columns, state)) throw new TypeError("A state is missing a field.");
  return state;
}

function isWhole<State>(columns: Columns<State>, state: Partial<State>): state is State {
  return Object.keys(columns).every((field) => field in state);
}

/** Of a row, 0 if there is none: each write counts one more. */
export const versionOf = (row: Row | null) => Number(row?.version ?? 0);

/** One object of Stripe's in the table that follows it. */
export type Ref = { table: Table; id: string };

export const keyOf = ({ table, id }: Ref) => `${table.name} ${id}`;

/** What a batch must know before it decides: rows by key, and where its events stand in the inbox. */
export type Known = { rows: ReadonlyMap<string, Row>; events: ReadonlyMap<string, string> };

/** Reads every row that `refs` name, and the status of each event that is in the inbox, in one statement. */
export async function readKnown(refs: readonly Ref[], eventIds: readonly string[] = []): Promise<Known> {
  const byTable = groupBy(refs, ({ table }) => table);
  const values: (readonly string[])[] = [];
  const place = (ids: readonly string[]) => `$${values.push(ids)}`;
  const selects = [...byTable].map(([table, some]) => selectRows(table, place(some.map(({ id }) => id))));
  if (eventIds.length > 0)
    selects.push(
      `select id as key, null as row, status from stripe_events where id = any(${place(eventIds)})`,
    );
  const rows = new Map<string, Row>();
  const events = new Map<string, string>();
  if (selects.length === 0) return { rows, events };
  const found = await query<{ key: string; row: Row | null; status: string | null }>(
    selects.join("\nunion all\n"),
    values,
  );
  for (const { key, row, status } of found)
    if (row) rows.set(key, row);
    else if (status !== null) events.set(key, status);
  return { rows, events };
}

export async function readRow(ref: Ref): Promise<Row | null> {
  return (await readKnown([ref])).rows.get(keyOf(ref)) ?? null;
}

function selectRows({ name, parts }: Table, ids: string): string {
  const withParts = parts
    ? `, (select json_agg(p order by p.position) from ${parts.name} p where p.${parts.owner} = t.id) as ${parts.field}`
    : "";
  return `select '${name} ' || r.id as key, to_json(r) as row, null as status
    from (select t.*${withParts} from ${name} t where t.id = any(${ids})) r`;
}

/** A row to write; its `version` is one more than that of the row it was decided from. */
export type Write = Ref & { row: Row };

/**
 * What belongs to the same statement as the rows: SQL about a value, which may look at `written (key)` and returns ids; and
 * what follows from that, about another value, which may look at those as `taken (id)`.
 */
export type Companion = {
  sql: (given: string) => string;
  value: unknown;
  followUp?: Omit<Companion, "followUp">;
};

/**
 * Writes rows in one statement, each only if nobody else wrote it since it was read. That is the guard against older states:
 * whatever a row replaces is what it was compared with. Works behind a pooler, for it holds nothing between statements.
 * @returns the companion's ids, or the keys of what was written if there is none
 */
export async function writeRows(writes: readonly Write[], companion?: Companion): Promise<Set<string>> {
  const values: string[] = [];
  const place = (value: unknown) => `$${values.push(JSON.stringify(value))}::json`;
  const byTable = [...groupBy(writes.toSorted(byKey), ({ table }) => table)];
  const upserts = byTable.flatMap(([table, some]) => {
    const rows = some.map(({ row }) => row);
    const given = `json_populate_recordset(null::${table.name}, ${place(rows)})`;
    const also = table.also ? [`${table.name}_also as (${table.also(given, `${table.name}_written`)})`] : [];
    return [upsertRows(table, given), ...replaceParts(table, rows, place), ...also];
  });
  const keys = byTable.map(([{ name }]) => `select '${name} ' || id as key from ${name}_written`);
  const written = `written as (${keys.join(" union all ") || "select null::text as key where false"})`;
  const taken = companion ? companion.sql(place(companion.value)) : "select key as id from written";
  const followUp = companion?.followUp
    ? [`followed as (${companion.followUp.sql(place(companion.followUp.value))})`]
    : [];
  const steps = [...upserts, written, `taken as (${taken})`, ...followUp];
  const found = await query<{ id: string }>(`with ${steps.join(",\n")}\nselect id from taken`, values);
  return new Set(found.map(({ id }) => id));
}

/** Two processes that write the same rows meet in the same order, so they cannot wait for each other in a circle. */
const byKey = (a: Ref, b: Ref) => (keyOf(a) < keyOf(b) ? -1 : 1);

function upsertRows({ name, columns }: Table, given: string): string {
  const all = [...columns, "stripe_state_at", "synced_at", "version"];
  return `${name}_written as (
    insert into ${name} as t (id, ${all.join(", ")})
    select id, ${all.join(", ")} from ${given}
    on conflict (id) do update set ${assign(all)} where t.version = excluded.version - 1
    returning t.id)`;
}

/** Only the ids of sample events stand in two owners: the first keeps the part. */
function replaceParts(
  { name, parts }: Table,
  rows: readonly Row[],
  place: (value: unknown) => string,
): string[] {
  if (!parts) return [];
  const all = rows.flatMap((row) =>
    list(row[parts.field]).map((part, position) => ({ ...part, position, [parts.owner]: row.id })),
  );
  const once = [...new Map(all.toReversed().map((part) => [part.id, part])).values()];
  const given = `json_populate_recordset(null::${parts.name}, ${place(once)})`;
  const columns = [...parts.columns.filter((column) => column !== "id"), "position", parts.owner];
  return [
    `${parts.name}_gone as (
      delete from ${parts.name} p using ${name}_written w
      where p.${parts.owner} = w.id and not exists (select from ${given} g where g.id = p.id))`,
    `${parts.name}_written as (
      insert into ${parts.name} as p (id, ${columns.join(", ")})
      select id, ${columns.join(", ")} from ${given} where ${parts.owner} in (select id from ${name}_written)
      order by ${parts.owner}, position
      on conflict (id) do update set ${assign(columns)} where p.${parts.owner} = excluded.${parts.owner})`,
  ];
}

const assign = (columns: readonly string[]) =>
  columns.map((column) => `${column} = excluded.${column}`).join(", ");
