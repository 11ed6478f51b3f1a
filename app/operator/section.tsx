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

/** A table in a frame. What does not fit on a phone is scrolled to, by finger or by keyboard. */
export function Table({ label, heads, children }: { label: string; heads: string[]; children: ReactNode }) {
  return (
    // In the order of the keyboard, as what scrolls must be; the linter's rule has an exception for this file.
    <div tabIndex={0} className="card overflow-x-auto">
      <table aria-label={label} className="w-full text-left tabular-nums">
        <thead className="border-line border-b text-muted text-sm">
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
        <tbody className="[&_td]:px-4 [&_td]:py-3 [&_td]:align-baseline [&_td:first-child]:pl-6 [&_td:last-child]:pr-6 [&_tr]:border-line [&_tr:not(:last-child)]:border-b">
          {children}
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
