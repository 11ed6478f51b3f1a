import { env } from "../env";
import { formatDate, formatMoney } from "../format";
import { httpsUrl } from "../https-url";
import { SITE } from "../site";
import type { Mail } from "./outbox";

/** A mail in words, whatever it is sent as. */
export type Letter = {
  subject: string;
  paragraphs: string[];
  action: { label: string; href: string } | null;
  /** Why it came, at its end. */
  why: string;
};

const WHY = `This is about your plan at ${SITE.name}, and goes to the address of your account. All dates are in UTC.`;

/**
 * What a mail says. Nothing in it was typed by a user, a name neither: nobody checks addresses at sign-up, so the words
 * of whoever signed up would reach a stranger as ours.
 * @throws TypeError for a kind that is not mailed
 */
export function letterOf(mail: Mail): Letter {
  return { ...wordsOf(mail), why: WHY };
}

type Words = Omit<Letter, "why">;

function wordsOf(mail: Mail): Words {
  const { kind, reason } = mail;
  const plan = mail.planName ? `${mail.planName} plan` : "plan";
  const on = mail.nextAt ? formatDate(mail.nextAt) : null;
  switch (kind) {
    case "started":
      return reason === "trial" ? trialLetter(plan, on) : welcomeLetter(plan, on);
    case "trial_ending":
      return {
        subject: `Your trial of ${SITE.name} ends on ${on}`,
        paragraphs: [
          `Then your ${plan} begins, and its first payment is due.`,
          "If it is not for you, cancel before that, and nothing is charged.",
        ],
        action: toDashboard("See your plan"),
      };
    case "payment_failed":
      return failedLetter(mail, plan);
    case "action_required":
      return {
        subject: `Confirm your payment of ${amountOf(mail)} to ${SITE.name}`,
        paragraphs: [
          `Your bank asks you to confirm a payment of ${amountOf(mail)} for your ${plan}.`,
          "Your card is fine: the bank only wants to know that it is you. Until then it is not paid.",
        ],
        action: toBill(mail, `Confirm ${amountOf(mail)}`),
      };
    case "cancelled":
      return {
        subject: `Your ${SITE.name} plan is cancelled`,
        paragraphs: [
          on ? `Your ${plan} runs until ${on}, and does not renew.` : `Your ${plan} does not renew.`,
          "If you change your mind, you can resume it until then.",
        ],
        action: toDashboard("See your plan"),
      };
    case "ended":
      return {
        subject: `Your ${SITE.name} plan has ended`,
        paragraphs: [
          reason === "payment_failed"
            ? `Your ${plan} has ended, for its last bill was not paid.`
            : `Your ${plan} has ended, and nothing more is charged for it.`,
          "You can choose a plan again at any time.",
        ],
        action: { label: "See the plans", href: `${env().APP_URL}/#pricing` },
      };
    default:
      throw new TypeError(`No mail is sent of ${kind}.`);
  }
}

const welcomeLetter = (plan: string, on: string | null): Words => ({
  subject: `Welcome to ${SITE.name}`,
  paragraphs: [
    `Your ${plan} is on.${on ? ` It renews on ${on}.` : ""}`,
    "What it costs, every invoice, and how to change or cancel it: all of that is on your dashboard.",
  ],
  action: toDashboard("Open the dashboard"),
});

const trialLetter = (plan: string, on: string | null): Words => ({
  subject: `Welcome to ${SITE.name}: your trial has begun`,
  paragraphs: [
    on ? `Your trial of the ${plan} is on until ${on}.` : `Your trial of the ${plan} is on.`,
    "Then its first payment is due. Cancel before that on your dashboard, and nothing is charged.",
  ],
  action: toDashboard("Open the dashboard"),
});

function failedLetter(mail: Mail, plan: string): Words {
  const next = mail.nextPaymentAttempt;
  return {
    subject: `Your payment of ${amountOf(mail)} to ${SITE.name} failed`,
    paragraphs: [
      `We could not collect ${amountOf(mail)} for your ${plan}.`,
      next
        ? `It is tried again on ${formatDate(next)}. You can also pay now, with this card or another one.`
        : "It is not tried again by itself. Please pay it, with this card or another one, to keep your plan.",
    ],
    action: toBill(mail, `Pay ${amountOf(mail)}`),
  };
}

const toDashboard = (label: string) => ({ label, href: `${env().APP_URL}/dashboard` });

/** Straight to Stripe's page of the bill: whoever is late should not have to remember a password first. */
const toBill = ({ payUrl }: Mail, label: string) => ({
  label,
  href: httpsUrl(payUrl) ?? toDashboard(label).href,
});

const amountOf = ({ amount, currency }: Mail) =>
  formatMoney({ amount: Number(amount ?? 0), currency: currency ?? "" });
