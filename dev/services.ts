import { join } from "node:path";
import Stripe from "stripe";
import { ensureDatabase } from "../prisma/migrate/databases.ts";
import { MigrationError, migrate } from "../prisma/migrate/migrations.ts";
import { startMailbox } from "./mailbox/server.ts";
import { freePort } from "./ports.ts";
import { startPostgres } from "./postgres.ts";
import type { DevState } from "./state.ts";
import { startLocalStripe } from "./stripe/server.ts";

/** Something the app needs, started by us or brought by the user. */
export type Service = {
  /** For the panel. */
  where: string;
  /** The variables that lead the app to it; none when the user set them. */
  env: Record<string, string>;
  /** Whether it is ours, to fill with a demo user and to stop. */
  ours: boolean;
  stop: () => Promise<void>;
  /** Settles when it ends by itself. */
  exited: Promise<unknown>;
};

const theirs = { env: {}, ours: false, stop: async () => {}, exited: new Promise(() => {}) };

/**
 * The database of DATABASE_URL, or else an embedded Postgres under `.data/`. Its migrations are applied, unless it is on
 * another machine: nobody wants to migrate production by starting a development server.
 */
export async function database(
  dataFolder: string,
  state: DevState,
  say: (line: string) => void,
): Promise<Service> {
  const url = process.env.DATABASE_URL?.trim();
  if (url) {
    const { host, hostname } = new URL(url);
    if (/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname))
      say(`Database: ${applied(await migrate(url))}`);
    else say(`Database: ${host} is another machine. To apply migrations there: npm run db:migrate`);
    return { ...theirs, where: `DATABASE_URL (${host})` };
  }
  const wanted = state.postgresPort ?? 54320;
  const postgres = await startPostgres({
    dataDir: join(dataFolder, "postgres"),
    logFile: join(dataFolder, "postgres.log"),
    port: wanted,
  });
  if (postgres.port !== wanted) say(`Port ${wanted} is in use, so Postgres goes to ${postgres.port}.`);
  try {
    const app = await ensureDatabase(postgres.url, "app");
    say(`Database: ${applied(await migrate(app))}`);
    return {
      where: `.data/postgres, ${app}`,
      env: { DATABASE_URL: app },
      ours: true,
      stop: postgres.stop,
      exited: postgres.exited,
    };
  } catch (error) {
    await postgres.stop();
    if (!(error instanceof MigrationError)) throw error;
    throw new Error(`${error.message}\nOr begin anew with an empty database: rm -r .data`, { cause: error });
  }
}

const applied = ({ applied, notes }: Awaited<ReturnType<typeof migrate>>) =>
  [applied.length > 0 ? `applied ${applied.join(", ")}.` : "up to date.", ...notes].join("\n  ");

/**
 * Stripe as the user's key reaches it, or else one that runs here and needs no account. Its state is under `.data/`, and
 * its events go to the app.
 */
export async function stripe(
  dataFolder: string,
  state: DevState,
  appUrl: string,
): Promise<Service & { log?: string }> {
  if (process.env.STRIPE_SECRET_KEY?.trim()) {
    return { ...theirs, where: `your account (${process.env.STRIPE_SECRET_KEY.trim().slice(0, 8)}…)` };
  }
  const url = `${appUrl}/api/webhooks/stripe`;
  const secret = process.env.STRIPE_WEBHOOK_SECRET?.split(",")[0]?.trim() || state.webhookSecret;
  const local = await startLocalStripe({
    port: await freePort(12111),
    dataFile: join(dataFolder, "stripe.jsonl"),
    // An hour of Stripe's patience is five seconds here: what the app missed while it was down comes as soon as it is up.
    timeScale: 720,
    webhooks: [{ url, secret, apiVersion: Stripe.API_VERSION }],
  });
  // An app that was on another port the last time does not answer there any more.
  const { store } = local.account;
  for (const endpoint of store.all("webhook_endpoint"))
    if (endpoint.url !== url && /^http:\/\/localhost:\d+\/api\/webhooks\/stripe$/.test(endpoint.url))
      store.remove("webhook_endpoint", endpoint.id);
  return {
    where: "local, with its state in .data/. STRIPE_SECRET_KEY in .env.local takes it to your account.",
    log: `${local.url}/_local`,
    env: { STRIPE_SECRET_KEY: "sk_test_local", STRIPE_API_BASE: local.url },
    ours: true,
    stop: local.close,
    exited: theirs.exited,
  };
}

/** The mail server of SMTP_URL, or else one that runs here, takes everything, and shows it on a page. */
export async function mail(dataFolder: string): Promise<Service> {
  const url = process.env.SMTP_URL?.trim();
  if (url) return { ...theirs, where: `SMTP_URL (${new URL(url).host})` };
  const mailbox = await startMailbox({
    smtpPort: await freePort(1025),
    port: await freePort(8025),
    folder: join(dataFolder, "mail"),
  });
  return {
    where: `${mailbox.url}: what the app sends ends there`,
    env: { SMTP_URL: mailbox.smtpUrl, MAIL_FROM: "Cairn <billing@example.com>" },
    ours: true,
    stop: mailbox.close,
    exited: theirs.exited,
  };
}
