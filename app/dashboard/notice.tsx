import type { ReactNode } from "react";

const FRAMES = {
  bad: { box: "border-bad-line bg-bad-soft", title: "text-bad" },
  warn: { box: "border-warn-line bg-warn-soft", title: "text-warn" },
  quiet: { box: "border-line bg-surface", title: "" },
};

type Props = {
  tone: keyof typeof FRAMES;
  title: string;
  /** A paragraph each. */
  words?: readonly string[];
  children?: ReactNode;
};

/** What the user has to know before anything else. Announced when it appears. */
export function Notice({ tone, title, words = [], children }: Props) {
  return (
    <section role="status" className={`rounded-2xl border px-6 py-5 sm:px-8 ${FRAMES[tone].box}`}>
      <div className="min-w-0 max-w-2xl">
        <h2 className={`font-semibold text-lg ${FRAMES[tone].title}`}>{title}</h2>
        <div className="mt-1 flex flex-col gap-0.5">
          {words.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
          {children}
        </div>
      </div>
    </section>
  );
}
