import { setTimeout as sleep } from "node:timers/promises";

const TRIES = 6;
const FIRST_WAIT_MS = 500;

/**
 * For a work that nobody waits for: a question to Stripe that was one too many, or that met a bad moment of Stripe's or of
 * the network, is asked again, up to half a minute later.
 * @throws what the last try ended with
 */
export async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries === TRIES || !mayPass(error)) throw error;
      await sleep(FIRST_WAIT_MS * 2 ** (tries - 1) * (1 + Math.random()));
    }
  }
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const status = "statusCode" in error ? Number(error.statusCode) : Number.NaN;
  return status === 429 || status >= 500 || ("type" in error && error.type === "StripeConnectionError");
}
