"use client";

import "./globals.css";
import { SITE } from "@/lib/site";
import { Failure } from "./ui/failure";

/** Stands in for the whole document when even the layout failed. */
export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en">
      <body className="flex min-h-dvh flex-col font-sans text-[15px] leading-6">
        <title>{`Something went wrong · ${SITE.name}`}</title>
        <main className="flex flex-1 flex-col">
          <Failure title="Something went wrong" retry={retry} />
        </main>
      </body>
    </html>
  );
}
