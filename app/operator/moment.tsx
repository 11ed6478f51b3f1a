import { formatInstant } from "@/lib/format";

/** A moment, in UTC, or a dash. */
export function Moment({ at }: { at: Date | null }) {
  if (!at) return <span className="text-muted">–</span>;
  return (
    <time dateTime={at.toISOString()} className="whitespace-nowrap">
      {formatInstant(at)}
    </time>
  );
}

const STEPS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
] as const;

/** How long it is since then, in the largest unit that fits: `3 min`. */
export function ago(at: Date, now: Date): string {
  const ms = Math.max(0, now.getTime() - at.getTime());
  for (const [size, unit] of STEPS) if (ms >= size) return `${Math.floor(ms / size)} ${unit}`;
  return "moments";
}
