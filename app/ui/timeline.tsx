import type { ReactNode } from "react";
import type { FactView } from "@/lib/billing/timeline/read";
import { formatDateTime } from "@/lib/format";
import { factTone, factWords } from "./fact-words";

const DOTS = { good: "bg-accent", warn: "bg-warn-line", bad: "bg-bad-line", quiet: "bg-field" };

/** So many are shown at once; the others open on demand. */
const AT_ONCE = 8;

type Props = { facts: readonly FactView[]; now: Date; note?: (fact: FactView) => ReactNode };

/** What happened, the newest first. */
export function Timeline({ facts, now, note }: Props) {
  const older = facts.slice(AT_ONCE);
  return (
    <>
      <Facts facts={facts.slice(0, AT_ONCE)} now={now} note={note} />
      {older.length > 0 ? (
        <details className="group mt-1">
          <summary className="inline-flex min-h-11 cursor-pointer items-center text-accent underline-offset-4 hover:underline group-open:hidden">
            Show {older.length} more
          </summary>
          <Facts facts={older} now={now} note={note} />
        </details>
      ) : null}
    </>
  );
}

function Facts({ facts, now, note }: Pick<Props, "facts" | "now"> & { note: Props["note"] | undefined }) {
  return (
    <ol className="flex flex-col">
      {facts.map((fact) => (
        <li key={fact.key} className="group/fact relative flex gap-4 pb-5 last:pb-0">
          <span
            aria-hidden="true"
            className="absolute top-3 bottom-[-0.5rem] left-[0.28rem] w-px bg-line group-last/fact:hidden"
          />
          <span
            aria-hidden="true"
            className={`relative mt-[0.45rem] size-2.5 shrink-0 rounded-full ${DOTS[factTone(fact)]}`}
          />
          <div className="min-w-0">
            <p className="wrap-anywhere">{factWords(fact, now)}</p>
            <p className="text-muted text-sm tabular-nums">
              <time dateTime={fact.at.toISOString()}>{formatDateTime(fact.at)}</time>
              {note?.(fact)}
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}
