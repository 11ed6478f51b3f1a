import type { Tone } from "./status";

const COLOURS: Record<Tone, string> = {
  good: "bg-accent-soft text-accent",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  quiet: "bg-sunken text-muted",
};

/** A status in a word or two. The colour only repeats what the word says. */
export function Pill({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span
      className={`inline-block whitespace-nowrap rounded-full px-2.5 py-0.5 font-medium text-sm ${COLOURS[tone]}`}
    >
      <span
        aria-hidden="true"
        className="mr-1.5 inline-block size-1.5 rounded-full bg-current align-[0.12em]"
      />
      {children}
    </span>
  );
}
