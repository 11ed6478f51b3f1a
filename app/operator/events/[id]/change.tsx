import { isObject } from "@/lib/billing/read";
import { columnOf } from "@/lib/billing/table";
import { formatDateTime, formatMoney } from "@/lib/format";
import type { EventChange } from "@/lib/operator/event-change";
import { type ListedEvent, stateOf } from "@/lib/operator/events";
import { maskText } from "@/lib/operator/mask";
import { PageLink } from "../../../ui/page-link";
import { Moment } from "../../moment";
import { LINK, Nothing, Section, Table } from "../../section";

type EventRow = Pick<ListedEvent, "created" | "customerId" | "lastError"> & {
  status: string;
  outcome: string | null;
};

/** The fields of the object's row before and after the event, and now, with where each of the three is from. */
export function Change({ event, change }: { event: EventRow; change: EventChange | string }) {
  const isApplied = stateOf(event) === "applied";
  const title = isApplied ? "What it changed" : "What it tells of";
  if (typeof change === "string")
    // What made it ignored or parked stands above already.
    return event.lastError?.includes(change) ? null : (
      <Section id="change" title={title}>
        <Nothing>{change}</Nothing>
      </Section>
    );
  const { kind, id, fields, row, source, currency } = change;
  const hasNow = row !== null && !row.isAsTold;
  const show = (field: string, value: unknown) => <Value field={field} value={value} currency={currency} />;
  return (
    <Section id="change" title={title}>
      <div className="wrap-anywhere max-w-2xl space-y-2 text-muted">
        {isApplied ? null : <p>{NOT_APPLIED[stateOf(event)]}</p>}
        <p>
          <Source source={source} />
        </p>
        <p>
          <Standing event={event} kind={kind} id={id} row={row} />
        </p>
      </div>
      <div className="mt-4">
        {fields.length === 0 ? (
          <Nothing>Nothing that is kept here: Stripe changed other fields of the {kind}.</Nothing>
        ) : (
          <Table
            label={title}
            rows={fields.map(({ field, before, after, now }) => ({
              key: field,
              cells: {
                Field: wordsOf(field),
                Before: show(field, before),
                After: show(field, after),
                ...(hasNow ? { Now: show(field, now) } : {}),
              },
            }))}
          />
        )}
      </div>
    </Section>
  );
}

const NOT_APPLIED = {
  applied: "",
  superseded: "It changed nothing here: when it came, the row was newer already.",
  ignored: "It changed nothing here.",
  pending: "It is not applied yet.",
  parked: "It is not applied.",
};

function Source({ source }: { source: EventChange["source"] }) {
  switch (source.from) {
    case "event":
      return "Before and after are what Stripe wrote into the event, of the fields that are kept here.";
    case "earlier":
      return (
        <>
          After is what the event says. What was before, its type does not tell: that is from{" "}
          <PageLink href={`/operator/events/${encodeURIComponent(source.eventId)}`} className={LINK}>
            the event before it
          </PageLink>
          .
        </>
      );
    case "nothing":
      return "After is what the event says. There is nothing before it here.";
    default:
      return source satisfies never;
  }
}

function Standing({
  event,
  kind,
  id,
  row,
}: {
  event: EventRow;
  kind: string;
  id: string;
  row: EventChange["row"];
}) {
  const name = event.customerId ? (
    <PageLink href={`/operator/customers/${encodeURIComponent(event.customerId)}`} className={LINK}>
      {id}
    </PageLink>
  ) : (
    id
  );
  if (row === null)
    return (
      <>
        There is no row of the {kind} {name} now.
      </>
    );
  const isNewer = row.stateAt !== null && event.created !== null && row.stateAt > event.created;
  return (
    <>
      The row of the {kind} {name} {row.isAsTold ? "says the same now" : "says otherwise now"}
      {row.stateAt ? (
        <>
          : it stands at {isNewer ? "a newer state, of" : "the state of"} <Moment at={row.stateAt} />
        </>
      ) : null}
      {row.syncedAt ? (
        <>
          , and Stripe was last asked about it on <Moment at={row.syncedAt} />
        </>
      ) : null}
      .
    </>
  );
}

/** `currentPeriodEnd`: Current period end. */
function wordsOf(field: string): string {
  const words = columnOf(field).replaceAll("_", " ");
  return `${words[0]?.toUpperCase()}${words.slice(1)}`.replace(/\b(id|pdf|url)\b/g, (name) =>
    name.toUpperCase(),
  );
}

function Value({ field, value, currency }: { field: string; value: unknown; currency: string | null }) {
  if (value instanceof Date) return <Moment at={value} />;
  const words = Array.isArray(value)
    ? value.map((one) => inWords(field, one, currency))
    : [inWords(field, value, currency)];
  if (words.length === 0 || words[0] === "") return <span className="text-muted">–</span>;
  return [...new Set(words)].map((line) => (
    <span key={line} className="block">
      {line}
    </span>
  ));
}

function inWords(field: string, value: unknown, currency: string | null): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "string") return maskText(value, columnOf(field));
  if (typeof value === "bigint")
    return currency === null ? `${value}` : formatMoney({ amount: Number(value), currency });
  if (!isObject(value)) return String(value);
  if ("priceId" in value) return itemInWords(value);
  // Metadata: even its keys are words of the account's own.
  return Object.keys(value).length > 0 ? "•••" : "";
}

function itemInWords({ quantity, priceId, currentPeriodEnd: end }: { [field: string]: unknown }): string {
  const until = end instanceof Date ? `, until ${formatDateTime(end)}` : "";
  return `${quantity ?? 1} × ${priceId ?? "no price"}${until}`;
}
