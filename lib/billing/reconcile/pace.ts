import { setTimeout as sleep } from "node:timers/promises";
import { env } from "@/lib/env";

const TRIES = 6;
const FIRST_WAIT_MS = 500;

export type Pace = <Answer>(request: () => Promise<Answer>) => Promise<Answer>;

/**
 * Keeps requests to Stripe to a rate, and has patience: one that was too many, or that met a bad moment of Stripe's or of
 * the network, is made again, up to half a minute later.
 * @throws what the last try ended with
 */
export function pace(perSecond = env().STRIPE_REQUESTS_PER_SECOND): Pace {
  let next = 0;
  const turn = async () => {
    const now = Date.now();
    next = Math.max(next + 1000 / perSecond, now);
    if (next > now) await sleep(next - now);
  };
  return async (request) => {
    for (let tries = 1; ; tries += 1) {
      await turn();
      try {
        return await request();
      } catch (error) {
        if (tries === TRIES || !mayPass(error)) throw error;
        await sleep(FIRST_WAIT_MS * 2 ** (tries - 1) * (1 + Math.random()));
      }
    }
  };
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const status = "statusCode" in error ? Number(error.statusCode) : Number.NaN;
  return status === 429 || status >= 500 || ("type" in error && error.type === "StripeConnectionError");
}
