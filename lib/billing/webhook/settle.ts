import { log } from "@/lib/log";
import { BillingError } from "../errors";
import { groupBy } from "../group";
import { applyClaimed, fail, type WaitingEvent } from "./claimed";
import { release } from "./inbox";

/** How many objects this process works on at once. How many questions are on their way is up to fetch.ts. */
const ASKERS = 5;

/** How often Stripe is asked again because the row changed while its answer was on its way. */
const ASK_TRIES = 5;

type Group = readonly [WaitingEvent, ...WaitingEvent[]];

/**
 * Asks Stripe once for each object, however many events wait for it: the answer is newer than all of them. What there is
 * no time for by the deadline is given back to the inbox.
 */
export async function settleWithStripe(waiting: readonly WaitingEvent[], deadline: number): Promise<void> {
  const groups = [...groupBy(waiting, ({ ask: { mirror, id } }) => `${mirror.kind} ${id}`).values()];
  const asker = async () => {
    for (let group = groups.shift(); group; group = groups.shift()) await settleOrGiveBack(group, deadline);
  };
  await Promise.all(Array.from({ length: ASKERS }, asker));
}

/** An answer that comes back to a changed row is no answer any more: the row may decide by now, or Stripe is asked again. */
async function settleOrGiveBack(group: Group, deadline: number): Promise<void> {
  let left: readonly WaitingEvent[] = group;
  try {
    for (let tries = 0; isGroup(left); tries += 1) {
      const [{ ask }] = left;
      if (Date.now() > deadline) return await release(left.map(({ event }) => event));
      if (tries === ASK_TRIES) throw BillingError.keepsChanging(ask.mirror.kind, ask.id);
      const events = left.map(({ event }) => event);
      const since = newest(events.map(({ created }) => created));
      const answer = await ask.mirror.ask(ask.id);
      left = await applyClaimed(events, { answer, since });
      log("info", "asked Stripe", {
        kind: ask.mirror.kind,
        id: ask.id,
        events: events.length,
        left: left.length,
      });
    }
  } catch (error) {
    await fail(
      left.map(({ event }) => event),
      error,
    );
  }
}

const isGroup = (events: readonly WaitingEvent[]): events is Group => events.length > 0;

function newest(times: readonly (Date | null)[]): Date | null {
  return times.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
}
