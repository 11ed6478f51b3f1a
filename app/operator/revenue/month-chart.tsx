const [BAR, HEIGHT] = [24, 110];

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
  const last = bars.at(-1);
  return (
    <figure className="card px-6 py-5">
      <figcaption className="flex flex-wrap justify-between gap-x-4">
        <span className="text-muted">{title}</span>
        <span className="font-medium tabular-nums">{last ? words(last.value) : "–"}</span>
      </figcaption>
      <svg
        role="img"
        aria-label={`${title} by month: ${bars.map(({ month, value }) => `${month.toISOString().slice(0, 7)} ${words(value)}`).join(", ")}`}
        viewBox={`0 0 ${bars.length * BAR} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="mt-3 h-28 w-full"
      >
        {bars.map(({ month, value }, index) => {
          const height = (value / most) * HEIGHT;
          return (
            <rect
              key={month.toISOString()}
              x={index * BAR + 2}
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
    </figure>
  );
}
