const [BAR, HEIGHT] = [24, 110];

/** A young account's months stand where they will stand a year from now. */
const LEAST_BARS = 12;

type Props = {
  title: string;
  bars: readonly { month: Date; value: number }[];
  words?: (value: number) => string;
  tone?: "good" | "bad";
};

/** One figure by month. The table on the page says the same in figures. */
export function MonthChart({
  title,
  bars,
  words = (value) => value.toLocaleString("en"),
  tone = "good",
}: Props) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const [first, last] = [bars.at(0), bars.at(-1)];
  const width = Math.max(LEAST_BARS, bars.length) * BAR;
  return (
    <figure className="card px-6 py-5">
      <figcaption className="flex flex-wrap justify-between gap-x-4">
        <span className="text-muted">{title}</span>
        <span className="font-medium tabular-nums">{last ? words(last.value) : "–"}</span>
      </figcaption>
      <svg
        role="img"
        aria-label={`${title} by month: ${bars.map(({ month, value }) => `${month.toISOString().slice(0, 7)} ${words(value)}`).join(", ")}`}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="mt-3 h-28 w-full"
      >
        {bars.map(({ month, value }, index) => {
          const height = (value / most) * HEIGHT;
          return (
            <rect
              key={month.toISOString()}
              x={width - (bars.length - index) * BAR + 2}
              y={HEIGHT - height}
              width={BAR - 4}
              height={height}
              className={tone === "good" ? "fill-accent" : "fill-bad-line"}
            >
              <title>{`${month.toISOString().slice(0, 7)}: ${words(value)}`}</title>
            </rect>
          );
        })}
      </svg>
      {first && last && first !== last ? (
        <p aria-hidden="true" className="mt-2 flex justify-between text-muted text-sm tabular-nums">
          <span>{bars.length < LEAST_BARS ? "" : first.month.toISOString().slice(0, 7)}</span>
          <span>{last.month.toISOString().slice(0, 7)}</span>
        </p>
      ) : null}
    </figure>
  );
}
