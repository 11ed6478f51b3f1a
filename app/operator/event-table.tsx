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
    <Table label="Events" heads={[...(form ? ["Pick"] : []), "Type", "State", "Object", "Received"]}>
      {events.map(({ id, type, state, objectId, receivedAt, lastError }) => (
        <tr key={id}>
          {form ? (
            <td>
              <input
                type="checkbox"
                name="id"
                value={id}
                form={form}
                aria-label={`Pick ${id}`}
                className="size-5 accent-accent"
              />
            </td>
          ) : null}
          <td className="min-w-52">
            <PageLink href={`/operator/events/${encodeURIComponent(id)}`} className={LINK}>
              <TypeName type={type} />
            </PageLink>
            {lastError && state !== "ignored" ? (
              <span className="wrap-anywhere block text-muted text-sm">{lastError.slice(0, 140)}</span>
            ) : null}
          </td>
          <td>
            <StatePill state={state} />
          </td>
          <td className="wrap-anywhere min-w-36 text-muted text-sm">
            {objectId ? (
              <PageLink
                href={`/operator/events?object=${encodeURIComponent(objectId)}`}
                className="hover:underline"
              >
                {objectId}
              </PageLink>
            ) : (
              "–"
            )}
          </td>
          <td>
            <Moment at={receivedAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
