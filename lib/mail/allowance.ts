import { createHash } from "node:crypto";

/**
 * How much mail goes to one address in a day. Nobody checks addresses at sign-up, so an account with a stranger's could have
 * them mailed all day long. An address belongs to one account, and nobody else can use up what it may have; all that differ
 * in their +tag alone are one mailbox, and count as one.
 */

/** A plan that is cancelled and resumed again and again tells of each time. */
const MOST_NEWS = 10;

/** What costs money if one misses it: counted apart, so that no news uses it up, and more than any bill brings about. */
const BILLS = new Set(["trial_ending", "payment_failed", "action_required"]);
const MOST_BILLS = 20;

/** As what a mail about a plan is counted, and how many of that there may be in a day. */
export function planMailCount(kind: string, to: string): { what: string; most: number } {
  return BILLS.has(kind)
    ? { what: mailboxCount("bills", to), most: MOST_BILLS }
    : { what: mailboxCount("news", to), most: MOST_NEWS };
}

/** As what a mail is counted: by its mailbox, which stands there as a hash. */
export function mailboxCount(kind: "mails" | "notices" | "news" | "bills", to: string): string {
  const mailbox = to.toLowerCase().replace(/\+[^@]*@/, "+@");
  return `${kind} to ${createHash("sha256").update(mailbox).digest("hex")}`;
}
