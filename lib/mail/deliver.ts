import { setTimeout } from "node:timers/promises";
import { giveBackOneOfToday, takeOneOfToday } from "../attempts";
import { joinUntil } from "../deadline";
import { env } from "../env";
import { log } from "../log";
import { isLivemode } from "../stripe";
import { planMailCount } from "./allowance";
import { letterOf } from "./letter";
import { claimMail, dropMail, type Mail, markSent, putMailBack, untilNextMail } from "./outbox";
import { failureOf, openPostbox, type Postbox } from "./send";
import { whyNotSend } from "./still-true";

/** So many are on their way at once, over fewer connections: the last of them must leave long before its lease ends. */
const BATCH = 10;

let running: Promise<void> | undefined;

/**
 * Sends every mail that is due and still true. Safe to call at any time, from any number of processes; within one, calls
 * share a run, for which nobody waits longer than until their own deadline. Nothing happens without a mail server.
 * @param deadline epoch milliseconds: no mail is claimed after it
 * @throws if the database cannot be reached
 */
export async function deliverMail(deadline: number): Promise<void> {
  const { SMTP_URL } = env();
  if (SMTP_URL === undefined) return;
  if (running) return joinUntil(deadline, running);
  running = deliverAll(SMTP_URL, deadline).finally(() => {
    running = undefined;
  });
  await running;
}

async function deliverAll(smtpUrl: string, deadline: number): Promise<void> {
  const postbox = openPostbox(smtpUrl);
  try {
    while (Date.now() < deadline) {
      const mails = await claimMail(BATCH, isLivemode());
      if (mails.length === 0) return;
      const settled = await Promise.allSettled(mails.map((mail) => deliver(mail, postbox)));
      for (const result of settled) if (result.status === "rejected") throw result.reason;
    }
  } finally {
    postbox.close();
  }
}

/** What is not marked in time is sent again, under the same Message-ID: marking comes last, for a lost mail is worse. */
async function deliver(mail: Mail, postbox: Postbox): Promise<void> {
  const reason = whyNotSend(mail, new Date());
  if (reason !== null) return dropMail(mail, reason);
  const to = mail.to ?? "";
  const { what, most } = planMailCount(mail.kind, to);
  if (!(await takeOneOfToday(what, most))) {
    log("warn", "mail not sent: too many for one mailbox", { fact: mail.key });
    return dropMail(mail, `The mailbox was sent ${most} mails of this sort within a day.`);
  }
  try {
    await postbox.send({ to, key: mail.key, letter: letterOf(mail) });
  } catch (error) {
    await giveBackOneOfToday(what);
    const failure = failureOf(error);
    log("error", "mail not sent", { fact: mail.key, attempts: mail.attempts, error: failure.reason });
    return putMailBack(mail, failure.reason, failure.isFinal);
  }
  await markSent(mail);
  log("info", "mail sent", { fact: mail.key, attempts: mail.attempts });
}

/** How long it is worth to stay awake for what falls due: that is below maxDuration of the route. */
const WATCH_MS = 40_000;

/** Sends what is due, and what falls due within moments: new mails, and first retries. */
export async function deliverAndWatch(): Promise<void> {
  if (env().SMTP_URL === undefined) return;
  const deadline = Date.now() + WATCH_MS;
  for (let wait = 0; Date.now() + wait < deadline; wait = await untilNextMail()) {
    await setTimeout(wait, undefined, { ref: false });
    await deliverMail(deadline);
  }
}
