import { after } from "next/server";
import { errorKind } from "./error-kind";
import { log } from "./log";

/**
 * Work that the response does not wait for, and that is to go on after it: it begins at once, and the platform is asked to
 * stay awake for it, as a serverless function sleeps once it has answered. Where it sleeps all the same, the work goes on
 * with the next request, or is lost with the process. So it must be safe to lose: whatever it would have done is found
 * and done later.
 */
export function afterResponse(name: string, work: () => Promise<unknown>): void {
  const running = work().catch((error: unknown) =>
    log("error", `${name} failed`, { error: errorKind(error) }),
  );
  try {
    after(running);
  } catch {
    // Outside of a request, as in a script, there is nothing that would fall asleep.
  }
}
