"use client";

import { useEffect, useState } from "react";
import type { ReplayView } from "@/lib/operator/replay-view";
import { BUTTON } from "../../../ui/button";
import { PageLink } from "../../../ui/page-link";
import { advance, undo } from "../../actions";

const STEP_MS = 1000;

/** How far a replay is; while this is open, it is what drives it. Closed, the scheduler does. */
export function ReplayProgress({ first, isMore }: { first: ReplayView; isMore: boolean }) {
  const [state, setState] = useState(first);
  const isOver = state.status === "done" || state.status === "undone";
  useEffect(() => {
    if (isOver) return;
    let isHere = true;
    const step = async () => {
      const next = await advance(state.id).catch(() => null);
      if (isHere && next) setState(next);
      if (isHere) timer = setTimeout(step, STEP_MS);
    };
    let timer = setTimeout(step, STEP_MS);
    return () => {
      isHere = false;
      clearTimeout(timer);
    };
  }, [isOver, state.id]);
  const takeBack = async () => {
    if (await undo(state.id)) setState({ ...state, status: "undone" });
  };
  const total = isMore
    ? `more than ${(state.total - 1).toLocaleString("en")}`
    : state.total.toLocaleString("en");
  return (
    <div className="card px-6 py-6">
      <p role="status" className="font-medium text-lg">
        {WORDS[state.status](state.replayed.toLocaleString("en"), total, state.parked)}
      </p>
      <progress
        aria-label="Replayed"
        max={Math.max(1, state.total)}
        value={state.status === "done" ? Math.max(1, state.total) : state.replayed}
        className="mt-4 h-2 w-full accent-accent"
      />
      <div className="mt-6 flex flex-wrap gap-3">
        {state.status === "waiting" ? (
          <button type="button" onClick={takeBack} className={BUTTON.primary}>
            Undo
          </button>
        ) : null}
        <PageLink href="/operator/events" className={BUTTON.quiet}>
          Back to the events
        </PageLink>
      </div>
    </div>
  );
}

const WORDS: Record<ReplayView["status"], (replayed: string, total: string, parked: number) => string> = {
  waiting: (_, total) => `It begins in some seconds: ${total} to replay.`,
  running: (replayed, total) => `${replayed} of ${total} put back.`,
  done: (replayed, _, parked) =>
    `Done: ${replayed} put back, ${parked === 0 ? "none of them parked" : `${parked.toLocaleString("en")} of them parked again`}.`,
  undone: () => "Taken back before it began. Nothing was changed.",
};
