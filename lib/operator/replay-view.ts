import type { ReplayState } from "../billing/webhook/replay";
import { db } from "../db";

/** How a replay stands, and how many of the events that were put back since it began are parked. */
export type ReplayView = ReplayState & { parked: number };

export async function viewReplay(state: ReplayState): Promise<ReplayView> {
  const putBack = { replayedAt: { gte: state.startsAt } };
  const parked =
    state.status === "done"
      ? await db().stripeEvent.count({ where: { status: "parked", outcome: null, ...putBack } })
      : 0;
  return { ...state, parked };
}
