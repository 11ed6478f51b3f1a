import { execFile } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import Stripe from "stripe";
import { startMailbox } from "../../dev/mailbox/server.ts";
import { startPostgres } from "../../dev/postgres.ts";
import { startNode, untilAnswers } from "../../dev/processes.ts";
import { startLocalStripe } from "../../dev/stripe/server.ts";
import { createDatabase } from "../../prisma/migrate/databases.ts";
import { migrate } from "../../prisma/migrate/migrations.ts";
import { refuseStaleBuild } from "./build-age.ts";
import { TEST_ENV } from "./env.ts";

/**
 * What the end-to-end tests run against: the production build, on a Postgres and a local Stripe of its own. Everything
 * a test needs to know of it is in the environment, as the app itself has it: APP_URL, DATABASE_URL,
 * STRIPE_WEBHOOK_SECRET, STRIPE_API_BASE, and MAILBOX, where what it mails can be read. The local Stripe sells the plans and sends its events to the app, in the weather
 * that E2E_WEATHER names (calm, rough or storm).
 */
export default async function setup(): Promise<() => Promise<void>> {
  // A run that built it itself goes on with that, whatever somebody writes meanwhile.
  if (!process.env.E2E_IS_BUILT) refuseStaleBuild(process.cwd());
  const folder = await mkdtemp(join(tmpdir(), "tests-app-"));
  const started: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of started.reverse()) await end();
  };
  try {
    const postgres = await startPostgres({
      dataDir: join(folder, "data"),
      logFile: join(folder, "postgres.log"),
      settings: { fsync: "off", shared_preload_libraries: "pg_stat_statements" },
    });
    started.push(postgres.stop);
    const database = await createDatabase(postgres.url, "app");
    await migrate(database);
    const stripe = await startLocalStripe({
      weather: process.env.E2E_WEATHER || "calm",
      // A delivery that failed is made again within seconds, not hours.
      timeScale: 720,
      webhooks: [
        {
          url: `${appUrl()}/api/webhooks/stripe`,
          secret: TEST_ENV.STRIPE_WEBHOOK_SECRET,
          apiVersion: Stripe.API_VERSION,
        },
      ],
    });
    started.push(stripe.close);
    const mailbox = await startMailbox();
    started.push(mailbox.close);
    const app = {
      DATABASE_URL: database,
      STRIPE_API_BASE: stripe.url,
      APP_URL: appUrl(),
      SMTP_URL: mailbox.smtpUrl,
      MAIL_FROM: "Cairn <billing@example.com>",
      MAILBOX: mailbox.url,
    };
    Object.assign(process.env, TEST_ENV, app);
    started.push(await startApp());
    await putOnSale();
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The address that playwright.config.ts chose, before any worker started. */
export function appUrl(): string {
  return `http://localhost:${process.env.E2E_PORT}`;
}

/** As for any account: by the command, whose events bring the catalogue to the app. */
async function putOnSale(): Promise<void> {
  const tsx = createRequire(import.meta.url).resolve("tsx/cli");
  // In a process of its own, but not waited for with a blocking call: the local Stripe answers from this one.
  await promisify(execFile)(process.execPath, [tsx, "scripts/stripe-setup.ts"]);
}

async function startApp(): Promise<() => Promise<void>> {
  mkdirSync("test-results", { recursive: true });
  const log = join("test-results", "app.log");
  const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
  const env = { ...process.env, NODE_ENV: "production" } as const;
  // A connection that a slow test left idle must not be closed under its next request.
  const args = ["start", "--port", process.env.E2E_PORT ?? "", "--keepAliveTimeout", "600000"];
  const app = startNode([next, ...args], env, openSync(log, "w"));
  const crash = app.exited.then((how) => {
    throw new Error(`The app ended by itself: ${how}. It said:\n${readFileSync(log, "utf8")}`);
  });
  crash.catch(() => {}); // when it ends because the tests did
  await untilAnswers(appUrl(), crash);
  return app.stop;
}
