import { after } from "next/server";
import { errorKind } from "./error-kind";
import { log } from "./log";

/**
 * Begins work that the response does not wait for, and asks the platform to stay awake for it: a serverless function
 * sleeps once it has answered. Where it sleeps all the same, the work goes on with the next request, or is lost with the
 * process: it must be safe to lose, for whatever it would have done is found and done later.
 */
export function besideResponse(name: string, work: () => Promise<unknown>): void {
  const running = work().catch((error: unknown) =>
    log("error", `${name} failed`, { error: errorKind(error) }),
  );
  try {
    after(running);
  } catch {
    // Outside of a request, as in a script, there is nothing that would fall asleep.
  }
}
