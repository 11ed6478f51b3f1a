import { after } from "next/server";
import { errorKind } from "./error-kind";
import { log } from "./log";

/**
 * Runs work once the response is out, and keeps a serverless function alive for it. Outside of a request, as in a script,
 * there is nothing to wait for: it begins at once. The work must be safe to lose: whatever it would have done is found
 * and done later.
 */
export function afterResponse(name: string, work: () => Promise<unknown>): void {
  const guarded = () =>
    work().catch((error: unknown) => log("error", `${name} failed`, { error: errorKind(error) }));
  try {
    after(guarded);
  } catch {
    void guarded();
  }
}
