import type { ReactNode } from "react";
import { BUTTON } from "../ui/button";

const FRAMES = {
  bad: { box: "border-bad-line bg-bad-soft", title: "text-bad" },
  warn: { box: "border-warn-line bg-warn-soft", title: "text-warn" },
  quiet: { box: "border-line bg-surface", title: "" },
};

type Props = {
  tone: keyof typeof FRAMES;
  title: string;
  link?: { href: string; label: string } | null;
  children: ReactNode;
};

/** What the user has to know before anything else, and the one thing to do about it. Announced when it appears. */
export function Notice({ tone, title, link, children }: Props) {
  return (
    <section
      role="status"
      className={`flex flex-wrap items-center justify-between gap-x-8 gap-y-4 rounded-2xl border px-6 py-5 sm:px-8 ${FRAMES[tone].box}`}
    >
      <div className="min-w-0 max-w-2xl">
        <h2 className={`font-semibold text-lg ${FRAMES[tone].title}`}>{title}</h2>
        <div className="mt-1 flex flex-col gap-0.5">{children}</div>
      </div>
      {link ? (
        <a href={link.href} target="_blank" rel="noopener" className={`${BUTTON.primary} max-sm:w-full`}>
          {link.label}
          <span className="sr-only"> (opens Stripe in a new tab)</span>
        </a>
      ) : null}
    </section>
  );
}
