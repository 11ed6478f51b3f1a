import { setTimeout as sleep } from "node:timers/promises";

const TRIES = 6;
const FIRST_WAIT_MS = 500;

/**
 * For a work that nobody waits for: a question to Stripe that was one too many, or that met a bad moment of Stripe's or of
 * the network, is asked again, up to half a minute later.
 * @param deadline epoch milliseconds: after it nothing is asked again
 * @throws what the last try ended with
 */
export async function patiently<Answer>(ask: () => Promise<Answer>, deadline: number): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      const waitMs = FIRST_WAIT_MS * 2 ** (tries - 1) * (1 + Math.random());
      if (tries === TRIES || !mayPass(error) || Date.now() + waitMs > deadline) throw error;
      await sleep(waitMs);
    }
  }
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const status = "statusCode" in error ? Number(error.statusCode) : Number.NaN;
  return status === 429 || status >= 500 || ("type" in error && error.type === "StripeConnectionError");
}
