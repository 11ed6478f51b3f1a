"use client";

import { type ReactNode, useActionState, useEffect } from "react";
import { BUTTON } from "../ui/button";
import { buyPlan } from "./actions";

type Props = {
  lookupKey: string;
  look: keyof typeof BUTTON;
  /** What is asked before the button. */
  fields?: ReactNode;
  /** What the button says. */
  children: ReactNode;
};

/** The button that leads to the payment. Works without scripts, and only once while it is under way. */
export function BuyForm({ lookupKey, look, fields, children }: Props) {
  const [problem, buy, isPending] = useActionState(buyPlan, null);
  useEffect(() => {
    // The browser's way back may show the page as it was left: busy, for ever.
    const onShow = (event: PageTransitionEvent) => {
      if (event.persisted) window.location.reload();
    };
    window.addEventListener("pageshow", onShow);
    return () => window.removeEventListener("pageshow", onShow);
  }, []);
  return (
    <form action={buy} className="flex flex-col gap-4">
      <input type="hidden" name="plan" value={lookupKey} />
      {fields}
      <button type="submit" disabled={isPending} className={`${BUTTON[look]} w-full disabled:opacity-70`}>
        {isPending ? "One moment…" : children}
      </button>
      <div role="alert" className="empty:hidden">
        {problem ? (
          <p className="rounded-lg border border-bad-line bg-bad-soft px-4 py-3 text-bad">{problem}</p>
        ) : null}
      </div>
    </form>
  );
}
