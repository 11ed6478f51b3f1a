import type { ReactNode } from "react";

/** A part of an operator's page, with its heading and, where one is needed, a sentence under it. */
export function Section({
  id,
  title,
  words,
  children,
}: {
  id: string;
  title: string;
  words?: string;
  children: ReactNode;
}) {
  return (
    <section aria-labelledby={id} className="mt-10">
      <h2 id={id} className="font-semibold text-xl">
        {title}
      </h2>
      {words ? <p className="mt-1 max-w-2xl text-muted">{words}</p> : null}
      <div className="mt-4">{children}</div>
    </section>
  );
}

/** Figures beside each other, each with what it counts above it. */
export function Figures({ figures }: { figures: { label: string; value: ReactNode; note?: string }[] }) {
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-6 sm:grid-cols-4 [&_time]:whitespace-normal">
      {figures.map(({ label, value, note }) => (
        <div key={label} className="min-w-0">
          <dt className="text-muted text-sm">{label}</dt>
          <dd className="wrap-anywhere mt-1 font-medium text-lg tabular-nums">{value}</dd>
          {note ? <dd className="text-muted text-sm">{note}</dd> : null}
        </div>
      ))}
    </dl>
  );
}

/** Its cells under their heads. The first one says what the row is about. */
type Row = { key: string; cells: Readonly<Record<string, ReactNode>> };

const CELL =
  "wrap-anywhere min-w-24 px-4 py-3 align-baseline first:pl-6 last:pr-6 @max-4xl:p-0! [&_time]:whitespace-normal";

/** A table in a frame. Where it has no room, as on a phone, each row is a list of its cells under the first of them. */
export function Table({ label, rows }: { label: string; rows: readonly Row[] }) {
  const heads = Object.keys(rows[0]?.cells ?? {});
  return (
    <div className="card @container overflow-x-auto">
      <table aria-label={label} className="w-full text-left tabular-nums @max-4xl:block">
        <thead className="border-line border-b text-muted text-sm @max-4xl:hidden">
          <tr>
            {heads.map((head) => (
              <th
                key={head}
                scope="col"
                className="whitespace-nowrap px-4 py-3 font-normal first:pl-6 last:pr-6"
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="@max-4xl:block">
          {rows.map(({ key, cells }) => (
            <tr
              key={key}
              className="border-line not-last:border-b @max-4xl:flex @max-4xl:flex-col @max-4xl:gap-1 @max-4xl:px-6 @max-4xl:py-4"
            >
              {heads.map((head, index) =>
                index === 0 ? (
                  <th key={head} scope="row" className={`${CELL} @max-4xl:block font-normal`}>
                    {cells[head]}
                  </th>
                ) : (
                  <td key={head} className={`${CELL} @max-4xl:grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-4`}>
                    <span className="text-muted @4xl:hidden">{head}</span>
                    <div>{cells[head]}</div>
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What a list says that has nothing in it. */
export function Nothing({ children }: { children: ReactNode }) {
  return <p className="text-muted">{children}</p>;
}

export const LINK = "text-accent underline underline-offset-4";
