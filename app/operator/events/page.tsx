import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { HANDLED_EVENTS } from "@/lib/billing/webhook/events";
import { EVENT_STATES, eventFilterSchema } from "@/lib/billing/webhook/filter";
import { requireOperator } from "@/lib/operator/access";
import { listEvents, type Place } from "@/lib/operator/events";
import { BUTTON } from "../../ui/button";
import { PageLink } from "../../ui/page-link";
import { replay } from "../actions";
import { EventTable } from "../event-table";
import { FIELD, Field } from "../field";

export const metadata: Metadata = { title: "Events" };

type Query = Record<string, string | string[] | undefined>;
type PageProps = { searchParams: Promise<Query> };

export default async function EventsPage({ searchParams }: PageProps) {
  await requireOperator();
  const query = await searchParams;
  const searched = String(query.object ?? "").trim();
  if (/^(evt|sha256)_/.test(searched)) redirect(`/operator/events/${encodeURIComponent(searched)}`);
  const filter = eventFilterSchema.parse(query);
  const { events, next } = await listEvents(filter, placeOf(query));
  const given = Object.entries(filter).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value]] : [],
  );
  const nextQuery =
    next && new URLSearchParams([...given, ["at", next.at.toISOString()], ["after", next.id]]);
  return (
    <>
      <h1 className="mt-4 font-semibold text-3xl">Events</h1>
      <form action="/operator/events" className="mt-6 grid grid-cols-2 gap-4 sm:grid-cols-3">
        <Field label="State" name="state">
          <select id="state" name="state" defaultValue={filter.state ?? ""} className={FIELD}>
            <option value="">Any</option>
            {EVENT_STATES.map((state) => (
              <option key={state}>{state}</option>
            ))}
          </select>
        </Field>
        <Field label="Type" name="type">
          <input id="type" name="type" list="types" defaultValue={filter.type} className={FIELD} />
          <datalist id="types">
            {Object.keys(HANDLED_EVENTS).map((type) => (
              <option key={type}>{type}</option>
            ))}
          </datalist>
        </Field>
        <Field label="Object or event" name="object">
          <input
            id="object"
            name="object"
            placeholder="sub_… in_… evt_…"
            defaultValue={filter.object}
            className={FIELD}
          />
        </Field>
        <Field label="Customer" name="customer">
          <input
            id="customer"
            name="customer"
            placeholder="cus_…"
            defaultValue={filter.customer}
            className={FIELD}
          />
        </Field>
        <div className="col-span-2 sm:col-span-1">
          <Field label="From, in UTC" name="from">
            <input id="from" name="from" type="datetime-local" defaultValue={filter.from} className={FIELD} />
          </Field>
        </div>
        <div className="col-span-2 sm:col-span-1">
          <Field label="To, in UTC" name="to">
            <input id="to" name="to" type="datetime-local" defaultValue={filter.to} className={FIELD} />
          </Field>
        </div>
        <div className="col-span-full flex flex-wrap gap-3">
          <button type="submit" className={BUTTON.primary}>
            Search
          </button>
          <PageLink href="/operator/events" className={BUTTON.quiet}>
            Clear
          </PageLink>
        </div>
      </form>
      <div className="mt-8">
        <EventTable events={events} form="replay" />
      </div>
      {events.length > 0 ? (
        <form id="replay" action={replay} className="mt-5 flex flex-wrap items-center gap-3">
          {given.map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
          <button type="submit" name="which" value="picked" className={BUTTON.quiet}>
            Replay those picked
          </button>
          <button type="submit" name="which" value="all" className={BUTTON.quiet}>
            Replay all that the search finds
          </button>
          <span className="text-muted text-sm">You can take it back for ten seconds.</span>
        </form>
      ) : null}
      {nextQuery ? (
        <nav aria-label="Pages" className="mt-6">
          <PageLink href={`/operator/events?${nextQuery}`} className={BUTTON.quiet}>
            Older events
          </PageLink>
        </nav>
      ) : null}
    </>
  );
}

function placeOf({ at, after }: Query): Place | null {
  const moment = new Date(String(at));
  return typeof after === "string" && !Number.isNaN(moment.getTime()) ? { at: moment, id: after } : null;
}
