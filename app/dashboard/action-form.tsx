"use client";

import { type ReactNode, useActionState, useEffect } from "react";
import { BUTTON } from "../ui/button";
import type { Answer } from "./answer";

type Props = {
  action: (before: Answer, form: FormData) => Promise<Answer>;
  /** What goes along unseen. */
  hidden: Record<string, string>;
  look: keyof typeof BUTTON;
  label: string;
  /** What is asked before the button. */
  children?: ReactNode;
  className?: string;
};

/** A form that does one thing to a plan. Works without scripts, and only once while it is under way. */
export function ActionForm({ action, hidden, look, label, children, className = "" }: Props) {
  const [answer, submit, isPending] = useActionState(action, null);
  useEffect(() => {
    // The browser's way back may show the page as it was left: busy, for ever.
    const onShow = (event: PageTransitionEvent) => {
      if (event.persisted) window.location.reload();
    };
    window.addEventListener("pageshow", onShow);
    return () => window.removeEventListener("pageshow", onShow);
  }, []);
  const fields = answer && "attempt" in hidden ? { ...hidden, attempt: answer.attempt } : hidden;
  return (
    <form action={submit} className={`flex flex-col gap-4 ${className}`}>
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {children}
      <button type="submit" disabled={isPending} className={`${BUTTON[look]} disabled:opacity-70`}>
        {isPending ? "One moment…" : label}
      </button>
      <div role="alert" className="empty:hidden">
        {answer ? (
          <p className="rounded-lg border border-bad-line bg-bad-soft px-4 py-3 text-bad">{answer.problem}</p>
        ) : null}
      </div>
    </form>
  );
}
