import { randomBytes, randomUUID } from "node:crypto";
import * as z from "zod";
import { giveBackOneOfToday, takeOneOfToday } from "../attempts";
import { auth } from "../auth";
import { updateContact } from "../billing/contact";
import { env } from "../env";
import { errorKind } from "../error-kind";
import { log } from "../log";
import { addressLetter, changedLetter, takenLetter } from "../mail/account-letters";
import { mailboxCount } from "../mail/allowance";
import { failureOf, type Parcel, sendAtOnce } from "../mail/send";
import { isSame, signatureOf } from "../signature";
import { checkPassword } from "./password";
import type { Account } from "./profile";
import { AccountRefusal } from "./refusal";

/**
 * Another address to sign in with: it counts once a link that was mailed to it was opened by the account that asked for it
 * (decision 0013). What waits is one row of the auth library's `verifications`.
 */
export type EmailChange = { address: string; expiresAt: Date };

const GOOD_FOR_MS = 24 * 3_600_000;

/** A day: an account must not become a way to fill a stranger's mailbox. */
const MOST_MAILS = 5;

/** A day to one mailbox, whoever asks: accounts cost nothing, so many of them must not become that way either. */
const MOST_TO_ONE = 10;

const wishSchema = z.object({
  address: z.string(),
  /** Makes the link of this wish another than that of an earlier one. */
  nonce: z.string(),
});
type Wish = z.infer<typeof wishSchema>;

const rowOf = (userId: string) => `email of ${userId}`;
const countOf = (userId: string) => `mails of ${userId}`;

async function readWish(userId: string): Promise<(Wish & { expiresAt: Date }) | null> {
  const { internalAdapter } = await auth().$context;
  const row = await internalAdapter.findVerificationValue(rowOf(userId));
  if (!row || row.expiresAt < new Date()) return null;
  return { ...wishSchema.parse(JSON.parse(row.value)), expiresAt: row.expiresAt };
}

async function writeWish(userId: string, wish: Wish): Promise<void> {
  const { internalAdapter } = await auth().$context;
  await internalAdapter.consumeVerificationValue(rowOf(userId));
  await internalAdapter.createVerificationValue({
    identifier: rowOf(userId),
    value: JSON.stringify(wish),
    expiresAt: new Date(Date.now() + GOOD_FOR_MS),
  });
}

/** The change that waits for its link to be opened, or null. */
export async function readEmailChange(userId: string): Promise<EmailChange | null> {
  const wish = await readWish(userId);
  return wish && { address: wish.address, expiresAt: wish.expiresAt };
}

/**
 * Mails a link to the address that is to be the account's. Whether it already belongs to somebody is told to its mailbox
 * alone, and takes as long.
 * @throws AccountRefusal
 */
export async function askForEmail(
  user: Account,
  { email, password }: { email: string; password: string },
): Promise<void> {
  await checkPassword(user.id, password);
  const address = email.toLowerCase();
  if (address === user.email) throw AccountRefusal.sameAddress();
  await sendLink(user.id, { address, nonce: randomBytes(16).toString("hex") });
}

/** @throws AccountRefusal; also where no change waits */
export async function sendLinkAgain(userId: string): Promise<void> {
  const wish = await readWish(userId);
  if (!wish) throw AccountRefusal.linkNotGood();
  await sendLink(userId, wish);
}

export async function takeEmailBack(userId: string): Promise<void> {
  const { internalAdapter } = await auth().$context;
  await internalAdapter.consumeVerificationValue(rowOf(userId));
}

/** Nothing of it is left. */
export async function forgetEmailChange(userId: string): Promise<void> {
  await takeEmailBack(userId);
  const { internalAdapter } = await auth().$context;
  await internalAdapter.consumeVerificationValue(countOf(userId));
}

async function sendLink(userId: string, { address, nonce }: Wish): Promise<void> {
  const token = tokenOf(userId, { address, nonce });
  const { internalAdapter } = await auth().$context;
  const isTaken = (await internalAdapter.findUserByEmail(address)) !== null;
  const letter = isTaken ? takenLetter() : addressLetter(token);
  await oneOfToday(countOf(userId), MOST_MAILS, () =>
    mailToStranger("mails", { to: address, key: `${token} ${randomUUID()}`, letter }),
  );
  await writeWish(userId, { address, nonce });
}

/**
 * Notices are counted apart from what anybody may ask for. Only whoever has an account with an address can have it told of a
 * change, so that nobody else can use these up and then change it in silence.
 */
const mailToStranger = (kind: "mails" | "notices", parcel: Parcel) =>
  oneOfToday(mailboxCount(kind, parcel.to), MOST_TO_ONE, () => mail(parcel));

/** Does one of what is done few times a day. What fails is not counted. */
async function oneOfToday(what: string, most: number, work: () => Promise<void>): Promise<void> {
  if (!(await takeOneOfToday(what, most))) throw AccountRefusal.tooManyMails();
  try {
    await work();
  } catch (error) {
    await giveBackOneOfToday(what);
    throw error;
  }
}

async function mail(parcel: Parcel): Promise<void> {
  if (env().SMTP_URL === undefined) throw AccountRefusal.noMail();
  try {
    await sendAtOnce(parcel);
  } catch (error) {
    const { reason, isFinal } = failureOf(error);
    log("error", "mail not sent", { error: reason });
    throw isFinal ? AccountRefusal.addressRefused() : AccountRefusal.notMailed();
  }
}

/** Of one wish it is the same, however often it is mailed. */
const tokenOf = (userId: string, { address, nonce }: Wish) =>
  signatureOf("address", JSON.stringify([userId, address, nonce]));

/** The address that a link stands for, or null if it is not of this user's wish, or not good any more. */
export async function addressOfLink(userId: string, token: string): Promise<string | null> {
  const wish = await readWish(userId);
  return wish && isSame(token, tokenOf(userId, wish)) ? wish.address : null;
}

/**
 * Makes the address that the link stands for the account's. Stripe is told first, then the address before, then the row is
 * written: what fails leaves the account as it was, and the link good.
 * @throws AccountRefusal; Stripe's errors as they come
 */
export async function confirmEmail(user: Account, token: string): Promise<void> {
  const address = await addressOfLink(user.id, token);
  if (address === null) throw AccountRefusal.linkNotGood();
  const { internalAdapter } = await auth().$context;
  if (await internalAdapter.findUserByEmail(address)) throw AccountRefusal.addressTaken();
  const after = { ...user, email: address };
  const isToldStripe = await updateContact(user.id, user, after);
  try {
    await tellOldAddress(user.email, token);
    // Only the command says that: an address may become an operator's after its link was opened (decision 0009).
    await internalAdapter.updateUser(user.id, { email: address, emailVerified: false });
  } catch (error) {
    // Somebody else took it in this very moment, or the database is away.
    if (isToldStripe) await updateContact(user.id, after, user).catch(cannotTakeBack);
    throw error;
  }
  await takeEmailBack(user.id);
}

/** Why the address was not changed is what the user has to know, and not that Stripe has the new one until they try again. */
function cannotTakeBack(error: unknown): void {
  log("error", "an address stays at Stripe", { error: errorKind(error) });
}

/** An address that takes no mail any more is a reason to change it. */
async function tellOldAddress(to: string, token: string): Promise<void> {
  try {
    await mailToStranger("notices", { to, key: `changed ${token}`, letter: changedLetter() });
  } catch (error) {
    if (!(error instanceof AccountRefusal && error.field === "email")) throw error;
  }
}
