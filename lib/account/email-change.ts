import { createHash, randomBytes } from "node:crypto";
import * as z from "zod";
import { giveBackOneOfToday, isAllowed, takeOneOfToday } from "../attempts";
import { auth } from "../auth";
import { updateContact } from "../billing/contact";
import { env } from "../env";
import { errorKind } from "../error-kind";
import { log } from "../log";
import { addressLetter, changedLetter, takenLetter } from "../mail/account-letters";
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

/** Within a day of each other: an account must not become a way to fill a stranger's mailbox. */
const MOST_MAILS = 5;

/** A day, whoever asks: accounts cost nothing, so many of them must not become that way either. */
const MOST_TO_ONE = 10;

const wishSchema = z.object({
  /** Null once it is done or taken back. The row stays, to count. */
  address: z.string().nullable(),
  /** Makes the link of this wish another than that of an earlier one. */
  nonce: z.string(),
  mails: z.number(),
});
type Wish = z.infer<typeof wishSchema>;

const rowOf = (userId: string) => `email of ${userId}`;

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
  return wish?.address ? { address: wish.address, expiresAt: wish.expiresAt } : null;
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
  const mails = (await readWish(user.id))?.mails ?? 0;
  await sendLink(user.id, { address, nonce: randomBytes(16).toString("hex"), mails });
}

/** @throws AccountRefusal; also where no change waits */
export async function sendLinkAgain(userId: string): Promise<void> {
  const wish = await readWish(userId);
  if (!wish?.address) throw AccountRefusal.linkNotGood();
  await sendLink(userId, { ...wish, address: wish.address });
}

export async function takeEmailBack(userId: string): Promise<void> {
  const wish = await readWish(userId);
  if (wish) await writeWish(userId, { ...wish, address: null });
}

/** Nothing of it is left. */
export async function forgetEmailChange(userId: string): Promise<void> {
  const { internalAdapter } = await auth().$context;
  await internalAdapter.consumeVerificationValue(rowOf(userId));
}

async function sendLink(userId: string, wish: Wish & { address: string }): Promise<void> {
  const { address, mails } = wish;
  if (mails >= MOST_MAILS) throw AccountRefusal.tooManyMails();
  if (!(await isAllowed(`mail for ${userId}`, MOST_MAILS))) throw AccountRefusal.tooManyAttempts(null);
  const token = tokenOf(userId, wish);
  const { internalAdapter } = await auth().$context;
  const isTaken = (await internalAdapter.findUserByEmail(address)) !== null;
  await mailToStranger({
    to: address,
    key: `${token} ${mails}`,
    letter: isTaken ? takenLetter() : addressLetter(token),
  });
  await writeWish(userId, { ...wish, mails: mails + 1 });
}

async function mailToStranger(parcel: Parcel): Promise<void> {
  const mailbox = `mails to ${createHash("sha256").update(parcel.to).digest("hex")}`;
  if (!(await takeOneOfToday(mailbox, MOST_TO_ONE))) throw AccountRefusal.tooManyMails();
  try {
    await mail(parcel);
  } catch (error) {
    await giveBackOneOfToday(mailbox);
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
const tokenOf = (userId: string, { address, nonce }: { address: string | null; nonce: string }) =>
  signatureOf("address", JSON.stringify([userId, address, nonce]));

/** The address that a link stands for, or null if it is not of this user's wish, or not good any more. */
export async function addressOfLink(userId: string, token: string): Promise<string | null> {
  const wish = await readWish(userId);
  return wish?.address && isSame(token, tokenOf(userId, wish)) ? wish.address : null;
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
    await mail({ to, key: `changed ${token}`, letter: changedLetter() });
  } catch (error) {
    if (!(error instanceof AccountRefusal && error.field === "email")) throw error;
  }
}
