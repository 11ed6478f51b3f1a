import { env } from "../env";
import { SITE } from "../site";
import type { Letter } from "./letter";

/** What is mailed about an account itself. Nothing in it was typed by a user: it may reach a stranger. */

/** @param token for the link */
export const addressLetter = (token: string): Letter => ({
  subject: `Confirm your new e-mail address for ${SITE.name}`,
  paragraphs: [
    `You asked to sign in to ${SITE.name} with this address from now on. Open the link where you are signed in, within a day.`,
    "If that was not you, there is nothing to do: without the link nothing changes.",
  ],
  action: { label: "Confirm this address", href: `${env().APP_URL}/settings/email?token=${token}` },
  why: `Somebody gave this address for their account at ${SITE.name}.`,
});

export const takenLetter = (): Letter => ({
  subject: `This address already has an account at ${SITE.name}`,
  paragraphs: [
    `Somebody with another account at ${SITE.name} asked to sign in with this address. It has an account of its own, so nothing was changed.`,
    "If that was you, sign in with this address, or give the other account a different one.",
  ],
  action: { label: "Sign in", href: `${env().APP_URL}/sign-in` },
  why: `Somebody gave this address for their account at ${SITE.name}.`,
});

export const changedLetter = (): Letter => ({
  subject: `Your ${SITE.name} account has another address now`,
  paragraphs: [
    "From now on you sign in with the new address, and mail about your plan goes there. This one is not used any more.",
    "If that was not you, answer this mail at once.",
  ],
  action: null,
  why: `This was the address of an account at ${SITE.name} until now.`,
});
