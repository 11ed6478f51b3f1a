import type { Account } from "../account.ts";
import { keepPace } from "../engine/advance.ts";
import { forgetOldEvents } from "../resources/events.ts";

const SECOND = 1000;
const HOUR = 60 * 60 * SECOND;

/** Lets what falls due happen as the real time goes on, and forgets what Stripe would have forgotten. */
export function keepPaceOf(account: Account): { stop(): void } {
  const said = new Set<string>();
  let busy = false;
  const pace = setInterval(async () => {
    if (busy) return;
    busy = true;
    try {
      await keepPace(account);
    } catch (error) {
      // A routine that fails would fail every second: once is enough to be read.
      const words = error instanceof Error ? error.message : String(error);
      if (!said.has(words)) console.error("The local Stripe failed at something that was due:", error);
      said.add(words);
    } finally {
      busy = false;
    }
  }, SECOND);
  const forgetting = setInterval(() => forgetOldEvents(account), HOUR);
  return {
    stop() {
      clearInterval(pace);
      clearInterval(forgetting);
    },
  };
}
