import { EVENT_STATES, type EventState } from "@/lib/billing/webhook/filter";
import { formatDateTime } from "@/lib/format";
import type { Hour } from "@/lib/operator/health";

const FILL: Record<EventState, { bar: string; key: string }> = {
  applied: { bar: "fill-accent", key: "bg-accent" },
  superseded: { bar: "fill-field", key: "bg-field" },
  ignored: { bar: "fill-line", key: "bg-line" },
  pending: { bar: "fill-warn-line", key: "bg-warn-line" },
  parked: { bar: "fill-bad-line", key: "bg-bad-line" },
};
/** From the ground up. */
const ORDER: EventState[] = ["applied", "superseded", "ignored", "pending", "parked"];

const [BAR, HEIGHT] = [20, 140];

/** Events an hour, stacked by what became of them. The table below it says the same in figures. */
export function HourChart({ hours }: { hours: readonly Hour[] }) {
  const most = Math.max(1, ...hours.map(totalOf));
  const totals = EVENT_STATES.map((state) => ({
    state,
    count: hours.reduce((sum, hour) => sum + hour[state], 0),
  }));
  return (
    <figure className="card px-6 py-5">
      <svg
        role="img"
        aria-label={`Events an hour over ${hours.length} hours, at most ${most} in one.`}
        viewBox={`0 0 ${hours.length * BAR} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-36 w-full"
      >
        {hours.map((hour, index) => (
          <g key={hour.hour.toISOString()}>
            <title>{`${formatDateTime(hour.hour)}: ${wordsOf(hour)}`}</title>
            <rect x={index * BAR} y={0} width={BAR} height={HEIGHT} className="fill-transparent" />
            {stack(hour, most).map(({ state, y, height }) => (
              <rect
                key={state}
                x={index * BAR + 2}
                y={y}
                width={BAR - 4}
                height={height}
                className={FILL[state].bar}
              />
            ))}
          </g>
        ))}
      </svg>
      <p aria-hidden="true" className="mt-2 flex justify-between text-muted text-sm">
        <span>{hours.length} hours ago</span>
        <span>now</span>
      </p>
      <figcaption className="mt-3 flex flex-wrap justify-between gap-x-6 gap-y-2 text-muted text-sm">
        <ul className="flex flex-wrap gap-x-5 gap-y-1">
          {totals.map(({ state, count }) => (
            <li key={state} className="flex items-center gap-2 tabular-nums">
              <span aria-hidden="true" className={`inline-block size-2.5 rounded-sm ${FILL[state].key}`} />
              {count.toLocaleString("en")} {state}
            </li>
          ))}
        </ul>
        <span className="tabular-nums">at most {most.toLocaleString("en")} an hour</span>
      </figcaption>
    </figure>
  );
}

const totalOf = (hour: Hour) => ORDER.reduce((sum, state) => sum + hour[state], 0);

const wordsOf = (hour: Hour) =>
  ORDER.flatMap((state) => (hour[state] > 0 ? `${hour[state]} ${state}` : [])).join(", ") || "nothing";

function stack(hour: Hour, most: number) {
  let top = HEIGHT;
  return ORDER.flatMap((state) => {
    if (hour[state] === 0) return [];
    // One event among thousands is still to be seen.
    const height = Math.max(1.5, (hour[state] / most) * (HEIGHT - 8));
    top -= height;
    return [{ state, y: top, height }];
  });
}
