"use client";

import { useState, useTransition } from "react";
import { BUTTON } from "../ui/button";

/** A button that does something, and says beside it how it went. */
export function ActButton({
  label,
  act,
  tone = "quiet",
}: {
  label: string;
  act: () => Promise<string>;
  tone?: keyof typeof BUTTON;
}) {
  const [isPending, start] = useTransition();
  const [words, setWords] = useState("");
  const onClick = () =>
    start(async () => {
      try {
        setWords(await act());
      } catch {
        setWords("It did not work. Nothing is known of why: the server's log may say.");
      }
    });
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <button
        type="button"
        onClick={onClick}
        disabled={isPending}
        className={`${BUTTON[tone]} disabled:opacity-70`}
      >
        {isPending ? "One moment…" : label}
      </button>
      <p role="status" className="text-muted empty:hidden">
        {words}
      </p>
    </div>
  );
}
