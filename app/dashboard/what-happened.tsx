import type { FactView } from "@/lib/billing/timeline/read";
import { Timeline } from "../ui/timeline";

export function WhatHappened({ facts, now }: { facts: readonly FactView[]; now: Date }) {
  return (
    <section aria-labelledby="happened" className="mt-14">
      <h2 id="happened" className="font-semibold text-xl">
        What happened
      </h2>
      {facts.length === 0 ? (
        <p className="mt-3 text-muted">Nothing yet. What happens to your plan is told here.</p>
      ) : (
        <div className="mt-5">
          <Timeline facts={facts} now={now} />
        </div>
      )}
    </section>
  );
}
