"use client";

import "./globals.css";
import { SITE } from "@/lib/site";
import { BUTTON } from "./ui/button";
import { Message } from "./ui/message";

/** Stands in for the whole document when even the layout failed. */
export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en">
      <body className="flex min-h-dvh flex-col font-sans text-[15px] leading-6">
        <title>{`Something went wrong · ${SITE.name}`}</title>
        <main className="flex flex-1 flex-col">
          <Message title="Something went wrong" words="The problem is on our side. Your data is as it was.">
            <button type="button" onClick={retry} className={BUTTON.primary}>
              Try again
            </button>
          </Message>
        </main>
      </body>
    </html>
  );
}
