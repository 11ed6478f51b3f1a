import type { ReactNode } from "react";
import { Mark } from "./mark";

/** A page that has one thing to say, and one thing to do about it. */
export function Message({ title, words, children }: { title: string; words: string; children: ReactNode }) {
  return (
    <div className="mx-auto flex w-full max-w-md flex-1 flex-col items-start justify-center px-5 py-24">
      <Mark className="size-9 text-muted" />
      <h1 className="mt-6 font-semibold text-2xl">{title}</h1>
      <p className="mt-2 mb-8 text-muted">{words}</p>
      {children}
    </div>
  );
}
