import { createHmac, timingSafeEqual } from "node:crypto";
import { putNewMailBack, takeNewMail } from "../billing/timeline/record";
import { env } from "../env";
import { errorKind } from "../error-kind";
import { log } from "../log";

/** Who is told looks for the next 40 seconds, so that more would be for nothing. */
const EVERY_MS = 5_000;

let nextAt = 0;

/**
 * Has another function of this app send what this process has put into the outbox. By a request: the webhook's function then
 * knows nothing of mail servers and templates, and waits for neither. If it fails, the next request tries again, or the
 * scheduler sends the mail.
 */
export async function nudgeMail(): Promise<void> {
  if (Date.now() < nextAt || !takeNewMail()) return;
  nextAt = Date.now() + EVERY_MS;
  try {
    const response = await fetch(`${env().APP_URL}/api/mail`, {
      method: "POST",
      headers: { authorization: `Bearer ${nudgeToken()}` },
      redirect: "error",
      signal: AbortSignal.timeout(10_000),
    });
    if (response.ok) return;
    log("warn", "nobody sends the mail just now", { status: response.status });
  } catch (error) {
    log("warn", "nobody sends the mail just now", { error: errorKind(error) });
  }
  putNewMailBack();
}

/** Only this app knows it. The label keeps a signature made for another purpose from being one here. */
const nudgeToken = () => createHmac("sha256", env().BETTER_AUTH_SECRET).update("nudge:mail").digest("hex");

export function isNudge(authorization: string | null): boolean {
  const [given, expected] = [authorization ?? "", `Bearer ${nudgeToken()}`].map((text) => Buffer.from(text));
  return given?.length === expected?.length && timingSafeEqual(given ?? Buffer.of(), expected ?? Buffer.of());
}
