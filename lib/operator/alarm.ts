import { openFindings } from "../billing/findings";
import { readStanding } from "./standing";

/** Retries reach from seconds to hours; what has waited longer than this waits for something that does not come by itself. */
const PENDING_MINUTES = 30;

/** For so long something newly parked counts as news; after that whoever watches has seen it. */
const PARKED_HOURS = 24;

/** Whether somebody should look: an event waits too long, one was parked since yesterday, or none is let in. */
export async function isDegraded(now = Date.now()): Promise<boolean> {
  const [{ oldestPendingAt, lastParkedAt }, shut] = await Promise.all([
    readStanding(),
    openFindings(["secret", "clock"], 1),
  ]);
  const hasWaited = oldestPendingAt !== null && now - oldestPendingAt.getTime() > PENDING_MINUTES * 60_000;
  const isNewlyParked = lastParkedAt !== null && now - lastParkedAt.getTime() < PARKED_HOURS * 3_600_000;
  return hasWaited || isNewlyParked || shut.length > 0;
}
