import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireOperator } from "@/lib/operator/access";
import { listActs } from "@/lib/operator/acts";
import { readEventChange } from "@/lib/operator/event-change";
import { listEvents, readEvent, stateOf } from "@/lib/operator/events";
import { maskPayload } from "@/lib/operator/mask";
import { BUTTON } from "../../../ui/button";
import { PageLink } from "../../../ui/page-link";
import { ActList } from "../../act-list";
import { replay, reveal } from "../../actions";
import { EventTable, StatePill } from "../../event-table";
import { idIn } from "../../id-in";
import { Moment } from "../../moment";
import { Figures, LINK, Nothing, Section } from "../../section";
import { TypeName } from "../../type-name";
import { Change } from "./change";
import { Payload } from "./payload";

export const metadata: Metadata = { title: "Event" };

export default async function EventPage({ params }: { params: Promise<{ id: string }> }) {
  await requireOperator();
  const id = await idIn(params);
  const event = await readEvent(id);
  if (!event) notFound();
  const [change, others, acts] = await Promise.all([
    readEventChange(event.payload),
    event.objectId ? listEvents({ object: event.objectId }, null, 20) : { events: [] },
    listActs(null, id),
  ]);
  return (
    <>
      <h1 className="wrap-anywhere mt-4 font-semibold text-2xl">
        <TypeName type={event.type} />
      </h1>
      <p className="wrap-anywhere mt-2 flex flex-wrap items-center gap-3 text-muted">
        <StatePill state={stateOf(event)} /> {event.id}
      </p>
      <div className="card mt-6 px-6 py-6">
        <Figures
          figures={[
            { label: "Created at Stripe", value: <Moment at={event.created} /> },
            { label: "Received", value: <Moment at={event.receivedAt} /> },
            { label: "Settled", value: <Moment at={event.processedAt} /> },
            { label: "Attempts after the first", value: event.attempts },
            { label: "Next attempt", value: <Moment at={event.nextAttemptAt} /> },
            { label: "API version", value: event.apiVersion ?? "None" },
            { label: "Object", value: event.objectId ?? "None" },
            {
              label: "Customer",
              value: event.customerId ? (
                <PageLink
                  href={`/operator/customers/${encodeURIComponent(event.customerId)}`}
                  className={LINK}
                >
                  {event.customerId}
                </PageLink>
              ) : (
                "None"
              ),
            },
          ]}
        />
        {event.lastError ? (
          <p className="wrap-anywhere mt-6 rounded-lg bg-sunken px-4 py-3">{event.lastError}</p>
        ) : null}
        {event.status !== "pending" && event.payload !== "" ? (
          <form action={replay} className="mt-6">
            <input type="hidden" name="id" value={event.id} />
            <button type="submit" name="which" value="picked" className={BUTTON.quiet}>
              Replay this event
            </button>
          </form>
        ) : null}
      </div>
      {event.payload === "" ? null : <Change event={event} change={change} />}
      <Section
        id="payload"
        title="Payload"
        words="Text that may be about a person is dots until you ask for it; that you did is recorded."
      >
        {event.payload === "" ? (
          <Nothing>It was removed when the retention was over.</Nothing>
        ) : (
          <Payload masked={maskPayload(event.payload)} reveal={reveal.bind(null, event.id)} />
        )}
      </Section>
      {event.objectId ? (
        <Section id="others" title={`What else touched ${event.objectId}`}>
          <EventTable events={others.events.filter((other) => other.id !== event.id)} />
        </Section>
      ) : null}
      {acts.length > 0 ? (
        <Section id="acts" title="What operators did with it">
          <ActList acts={acts} />
        </Section>
      ) : null}
    </>
  );
}
