import { fileURLToPath } from "node:url";
import nextEnv from "@next/env";
import { demoScenes } from "../dev/events/scenes";
import { DEMO_CUSTOMER } from "../dev/events/subscription";
import { signatureHeader } from "../dev/send/sign";
import { auth } from "../lib/auth";
import { linkCustomer } from "../lib/billing/customers";
import { receiveEvent } from "../lib/billing/webhook/receive";
import { verifyEvent } from "../lib/billing/webhook/verify";
import { db } from "../lib/db";
import { EnvironmentError, env } from "../lib/env";
import { isLivemode } from "../lib/stripe";

const DEMO_USER = { name: "Demo", email: "demo@example.com", password: "demo-password" };

/** The seed belongs on a laptop, and this is none. */
export class SeedRefused extends Error {
  override name = "SeedRefused";
}

/**
 * Puts in what the demo events are about: a user to sign in as, their Stripe customer, and the catalogue. Whatever is
 * there already stays as it is, so it may run at every start.
 * @returns what to sign in with, as it was when the user was made
 * @throws SeedRefused in production and with a live key, for anyone can read the password here
 */
export async function seed(): Promise<{ email: string; password: string }> {
  if (process.env.NODE_ENV === "production")
    throw new SeedRefused("The demo data is not for production: everyone knows its password.");
  if (isLivemode())
    throw new SeedRefused("The demo data is not for a live key: set STRIPE_SECRET_KEY to a test key.");
  await seedUser();
  await seedCatalogue();
  return { email: DEMO_USER.email, password: DEMO_USER.password };
}

async function seedUser(): Promise<void> {
  const known = await db().user.findUnique({
    where: { email: DEMO_USER.email },
    include: { customer: true },
  });
  const userId = known?.id ?? (await auth().api.signUpEmail({ body: DEMO_USER })).user.id;
  // `npm run dev` makes the demo user the operator too, and whoever can read this page knows the password anyway.
  if (!known) await (await auth().$context).internalAdapter.updateUser(userId, { emailVerified: true });
  // Whoever tries Checkout with a test account as the demo user gets a customer there, and keeps it.
  if (!known?.customer) await linkCustomer({ userId, customerId: DEMO_CUSTOMER });
}

/** Always the same events, so that a second seed finds them there. */
const CATALOGUE = demoScenes(new Date("2026-10-24T09:00:00Z")).catalogue ?? [];

/** The catalogue comes as all billing data does, as signed events: nothing else writes those tables. */
async function seedCatalogue(): Promise<void> {
  const secrets = env().STRIPE_WEBHOOK_SECRET;
  const [secret = ""] = secrets;
  for (const event of CATALOGUE) {
    const payload = JSON.stringify(event);
    const now = new Date();
    const signature = signatureHeader(payload, secret, now);
    const verification = verifyEvent({ payload, signature, secrets, now });
    if (!verification.ok) throw new Error(`Our own event was refused: ${verification.error}`);
    await receiveEvent(verification.event);
  }
}

async function main(): Promise<void> {
  nextEnv.loadEnvConfig(process.cwd(), true, { info: () => {}, error: console.error });
  try {
    const { email, password } = await seed();
    console.log(`The catalogue is in. Sign in as ${email} with the password ${password}`);
  } catch (error) {
    if (!(error instanceof SeedRefused || error instanceof EnvironmentError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    if (process.env.DATABASE_URL) await db().$disconnect();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
