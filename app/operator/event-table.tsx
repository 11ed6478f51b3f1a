import type { EventState } from "@/lib/billing/webhook/filter";
import type { ListedEvent } from "@/lib/operator/events";
import { Pill } from "../dashboard/pill";
import type { Tone } from "../dashboard/status";
import { PageLink } from "../ui/page-link";
import { Moment } from "./moment";
import { LINK, Nothing, Table } from "./section";
import { TypeName } from "./type-name";

const TONES: Record<EventState, Tone> = {
  pending: "warn",
  parked: "bad",
  applied: "good",
  superseded: "quiet",
  ignored: "quiet",
};

export function StatePill({ state }: { state: EventState }) {
  return <Pill tone={TONES[state]}>{state[0]?.toUpperCase() + state.slice(1)}</Pill>;
}

/** @param form the id of the form that the checkboxes belong to; none without one */
export function EventTable({ events, form }: { events: readonly ListedEvent[]; form?: string }) {
  if (events.length === 0) return <Nothing>There are none.</Nothing>;
  return (
    <Table
      label="Events"
      rows={events.map((event) => ({
        key: event.id,
        cells: {
          Type: <Told event={event} form={form} />,
          State: <StatePill state={event.state} />,
          Object: event.objectId ? (
            <PageLink
              href={`/operator/events?object=${encodeURIComponent(event.objectId)}`}
              className="text-muted text-sm hover:underline"
            >
              {event.objectId}
            </PageLink>
          ) : (
            "–"
          ),
          Received: <Moment at={event.receivedAt} />,
        },
      }))}
    />
  );
}

function Told({
  event: { id, type, state, lastError },
  form,
}: {
  event: ListedEvent;
  form: string | undefined;
}) {
  return (
    <div className="flex gap-4">
      {form ? (
        <input
          type="checkbox"
          name="id"
          value={id}
          form={form}
          aria-label={`Pick ${id}`}
          className="mt-0.5 size-5 shrink-0 accent-accent"
        />
      ) : null}
      <div className="min-w-40">
        <PageLink href={`/operator/events/${encodeURIComponent(id)}`} className={LINK}>
          <TypeName type={type} />
        </PageLink>
        {lastError && state !== "ignored" ? (
          <span className="block text-muted text-sm">{lastError.slice(0, 140)}</span>
        ) : null}
      </div>
    </div>
  );
}
