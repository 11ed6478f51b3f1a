import { setTimeout } from "node:timers/promises";
import { env } from "../env";
import { errorKind } from "../error-kind";
import { log } from "../log";
import { isSame, signatureOf } from "../signature";

/** Who is told looks until nothing is about to fall due: to be told more often would change nothing. */
const EVERY_MS = 5_000;

let isMailNew = false;
let isTelling = false;
let nextAt = 0;

/** This process has committed mail to the outbox. Without a mail server there is nobody to tell. */
export function expectMail(): void {
  isMailNew ||= env().SMTP_URL !== undefined;
}

/** Whether there is mail of this process of which nobody was told. */
export const hasNewMail = () => isMailNew;

/**
 * Has another function of this app send what this process has put into the outbox. By a request: the webhook's function then
 * knows nothing of mail servers and templates, and waits for neither. If it fails, the next request tries again, or the
 * scheduler sends the mail.
 */
export async function nudgeMail(): Promise<void> {
  if (isTelling) return;
  isTelling = true;
  try {
    while (isMailNew) {
      const wait = nextAt - Date.now();
      if (wait > 0) await setTimeout(wait);
      nextAt = Date.now() + EVERY_MS;
      isMailNew = false;
      if (await isTold()) continue;
      isMailNew = true;
      return;
    }
  } finally {
    isTelling = false;
  }
}

async function isTold(): Promise<boolean> {
  try {
    const { ok, status } = await fetch(`${env().APP_URL}/api/mail`, {
      method: "POST",
      headers: { authorization: `Bearer ${nudgeToken()}` },
      redirect: "error",
      signal: AbortSignal.timeout(10_000),
    });
    if (!ok) log("warn", "nobody sends the mail just now", { status });
    return ok;
  } catch (error) {
    log("warn", "nobody sends the mail just now", { error: errorKind(error) });
    return false;
  }
}

const nudgeToken = () => signatureOf("nudge", "mail");

export const isNudge = (authorization: string | null): boolean =>
  isSame(authorization ?? "", `Bearer ${nudgeToken()}`);
