import type { ReplayState } from "../billing/webhook/replay";
import { countEvents } from "./events";

/** How a replay stands, and how many of its events are parked after it. */
export type ReplayView = ReplayState & { parked: number };

export async function viewReplay(state: ReplayState): Promise<ReplayView> {
  const parked = state.status === "done" ? await countEvents({ ...state.filter, state: "parked" }) : 0;
  return { ...state, parked };
}
