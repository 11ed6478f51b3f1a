import { formatDate } from "@/lib/format";
import type { Period } from "./period";

const FILLS: Record<Period["tone"], string> = {
  good: "bg-accent",
  warn: "bg-warn-line",
  bad: "bg-bad-line",
};

const DAY_MS = 86_400_000;

/** How far a stretch of time has gone, for those who would rather look than read, and in words for those who listen. */
export function PeriodBar({ period, now }: { period: Period; now: Date }) {
  const { label, start, end, startsWith, endsWith, tone } = period;
  const length = end.getTime() - start.getTime();
  const gone = Math.min(Math.max((now.getTime() - start.getTime()) / length, 0), 1);
  const days = Math.max(1, Math.round(length / DAY_MS));
  const day = Math.min(days, Math.floor(gone * days) + 1);
  return (
    <figure className="mt-9">
      <div
        role="img"
        aria-label={`${label}: day ${day} of ${days}`}
        className="h-1.5 overflow-hidden rounded-full bg-line"
      >
        <div
          className={`h-full rounded-full ${FILLS[tone]}`}
          style={{ width: `${Math.max(gone * 100, 1.5)}%` }}
        />
      </div>
      <figcaption className="mt-2.5 flex justify-between gap-4 text-muted text-sm tabular-nums">
        <span>
          {startsWith} <Day at={start} />
        </span>
        <span className="max-sm:hidden">
          Day {day} of {days}
        </span>
        <span className="text-right">
          {endsWith} <Day at={end} />
        </span>
      </figcaption>
    </figure>
  );
}

function Day({ at }: { at: Date }) {
  return (
    <time dateTime={at.toISOString()} className="whitespace-nowrap">
      {formatDate(at)}
    </time>
  );
}
