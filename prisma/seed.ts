import { fileURLToPath } from "node:url";
import nextEnv from "@next/env";
import { auth } from "../lib/auth";
import { ensureCustomer } from "../lib/billing/ownership";
import { db } from "../lib/db";
import { EnvironmentError, env } from "../lib/env";
import { isLivemode } from "../lib/stripe";

export const DEMO_USER = { name: "Demo", email: "demo@example.com", password: "demo-password" };

/** The seed belongs on a laptop, and this is none. */
export class SeedRefused extends Error {
  override name = "SeedRefused";
}

/**
 * Puts in a user to sign in as, with a customer at the local Stripe if there is one. Whatever is there already stays as it
 * is, so it may run at every start.
 * @returns what to sign in with, as it was when the user was made
 * @throws SeedRefused in production and with a live key, for anyone can read the password here
 */
export async function seed(): Promise<{ email: string; password: string }> {
  if (process.env.NODE_ENV === "production")
    throw new SeedRefused("The demo data is not for production: everyone knows its password.");
  if (isLivemode())
    throw new SeedRefused("The demo data is not for a live key: set STRIPE_SECRET_KEY to a test key.");
  const { email, password } = DEMO_USER;
  const known = await db().user.findUnique({ where: { email } });
  const user = known ?? (await auth().api.signUpEmail({ body: DEMO_USER })).user;
  // `npm run dev` makes the demo user the operator too, and whoever can read this page knows the password anyway.
  if (!known) await (await auth().$context).internalAdapter.updateUser(user.id, { emailVerified: true });
  if (env().STRIPE_API_BASE) await ensureCustomer(user);
  return { email, password };
}

async function main(): Promise<void> {
  nextEnv.loadEnvConfig(process.cwd(), true, { info: () => {}, error: console.error });
  try {
    const { email, password } = await seed();
    console.log(`Sign in as ${email} with the password ${password}`);
  } catch (error) {
    if (!(error instanceof SeedRefused || error instanceof EnvironmentError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    if (process.env.DATABASE_URL) await db().$disconnect();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
