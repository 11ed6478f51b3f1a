"use client";

import { useState, useTransition } from "react";
import { BUTTON } from "../../../ui/button";

/** The payload, folded, and masked until it is asked for. */
export function Payload({ masked, reveal }: { masked: string; reveal: () => Promise<string> }) {
  const [whole, setWhole] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  return (
    <details className="card px-6 py-4">
      <summary className="cursor-pointer font-medium">Show the JSON</summary>
      <button
        type="button"
        disabled={isPending || whole !== null}
        onClick={() => start(async () => setWhole(await reveal()))}
        className={`${BUTTON.quiet} mt-4 disabled:opacity-60`}
      >
        {whole === null ? "Show personal data" : "Personal data is shown"}
      </button>
      <pre className="wrap-anywhere mt-4 whitespace-pre-wrap rounded-lg bg-sunken p-4 text-sm leading-5">
        {whole ?? masked}
      </pre>
    </details>
  );
}
