import { parseArgs } from "node:util";
import { planSetup, type Setup } from "../lib/billing/setup/setup";
import { EnvironmentError, setupEnv } from "../lib/env";
import { createStripe } from "../lib/stripe";
import { loadEnvironment } from "./environment";

/** `npm run stripe:setup`: makes the Stripe account of STRIPE_SECRET_KEY match the plan file. */

const USAGE = `Makes a Stripe account match lib/billing/plans.ts and the event types that are handled: products, prices,
the customer portal, the webhook endpoint. Shows what it will do; run again, it finds nothing to do. Never deletes.

  npm run stripe:setup -- [--dry-run]

It reads STRIPE_SECRET_KEY and APP_URL from the environment, .env.local or .env; where these say nothing, it is about the
local Stripe of a running \`npm run dev\`.
`;

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { "dry-run": { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) return say(USAGE);
  loadEnvironment();
  const { APP_URL, ...key } = setupEnv();
  const { api, version } = await createStripe(key);
  // The local Stripe reaches whatever this machine does.
  const isPublic = key.STRIPE_API_BASE !== undefined || !isLocal(APP_URL);
  say(
    `Stripe: ${key.STRIPE_API_BASE ?? "https://api.stripe.com"} with ${key.STRIPE_SECRET_KEY.slice(0, 8)}…`,
  );
  const setup = await planSetup(api, { appUrl: APP_URL, isPublic, version });
  await carryOut(setup, values["dry-run"] === true);
}

async function carryOut({ changes, told }: Setup, isDryRun: boolean): Promise<void> {
  if (changes.length === 0) say("Nothing to do: the account is as it should be.");
  for (const { words, apply } of changes) {
    if (!isDryRun) await apply();
    say(`  ${words}`);
  }
  for (const note of told.notes) say(`\n${note}`);
  if (changes.length > 0)
    say(isDryRun ? "\nNothing was changed. Without --dry-run it will be." : `\n${changes.length} done.`);
  if (told.secret)
    say(
      `Put the endpoint's secret into the environment; it is not shown again:\n\n  STRIPE_WEBHOOK_SECRET=${told.secret}`,
    );
}

const isLocal = (url: string) => /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|$)/.test(url);
const say = (words: string) => console.log(words);

/** What a person can put right, in words for a person; undefined for what is our own fault. */
function explain(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof EnvironmentError) return error.message;
  const code = "code" in error ? String(error.code) : "";
  if (code.startsWith("ERR_PARSE_ARGS")) return `${error.message}\nSee: npm run stripe:setup -- --help`;
  if ("requestId" in error) return `Stripe says: ${error.message}\nWhat was done stays done: run it again.`;
  return undefined;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const words = explain(error);
  if (words === undefined) throw error;
  console.error(words);
  process.exitCode = 1;
}
