import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import nextEnv from "@next/env";
import { startNextDev } from "./next-dev.ts";
import { freePort } from "./ports.ts";
import { ensurePrismaClient } from "./prisma-client.ts";
import { isAlive, untilAnswers } from "./processes.ts";
import { database, mail, type Service, stripe } from "./services.ts";
import { type DevState, readState, writeState } from "./state.ts";

/**
 * `npm run dev`: everything the app needs, on a machine that has nothing. What the environment, .env.local or .env name
 * is used; what they leave out is started here, and stopped with Ctrl-C.
 */

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dataFolder = join(root, ".data");
const started: (() => Promise<void>)[] = [];
let stopping: Promise<void> | undefined;

/** Stops what was started, the last first, once. */
function stopAll(): Promise<void> {
  stopping ??= (async () => {
    for (const stop of started.reverse()) await stop();
  })();
  return stopping;
}

async function start(): Promise<void> {
  nextEnv.loadEnvConfig(root, true, { info: () => {}, error: console.error });
  const { env: _, ...state } = readState(dataFolder);
  await refuseTwice(state);
  writeState(dataFolder, { ...state, pid: process.pid });
  started.push(async () => {
    const { pid: _, env: __, ...kept } = readState(dataFolder);
    writeState(dataFolder, kept);
  });
  ensurePrismaClient(root);

  const postgres = keep(await database(dataFolder, state, console.log));
  const wanted = Number(process.env.PORT) || 3000;
  const port = await freePort(wanted);
  if (port !== wanted) console.log(`Port ${wanted} is in use, so the app goes to ${port}.`);
  const url = `http://localhost:${port}`;
  const payments = await stripe(dataFolder, state, url);
  keep(payments);
  const mails = keep(await mail(dataFolder));
  const given = setMissing({
    ...postgres.env,
    ...payments.env,
    ...mails.env,
    STRIPE_WEBHOOK_SECRET: state.webhookSecret,
    BETTER_AUTH_SECRET: state.authSecret,
    APP_URL: url,
    NEXT_TELEMETRY_DISABLED: "1",
  });
  const demo = postgres.ours ? await seedDatabase() : undefined;
  if (demo) Object.assign(given, setMissing({ OPERATOR_EMAILS: demo.email }));

  const app = startNextDev(root, port);
  started.push(app.stop);
  const crash = firstCrash({ "The app": app.exited, Postgres: postgres.exited });
  await untilAnswers(url, crash);
  // Only now, for the catalogue comes to the app as events do.
  if (payments.ours) await putOnSale(url);
  writeState(dataFolder, {
    ...state,
    url,
    pid: process.pid,
    env: given,
    webhookSecret: process.env.STRIPE_WEBHOOK_SECRET?.split(",")[0]?.trim() ?? state.webhookSecret,
    ...(postgres.env.DATABASE_URL ? { postgresPort: Number(new URL(postgres.env.DATABASE_URL).port) } : {}),
  });
  showPanel({ url, demo, postgres, payments, mails });
  await crash;
}

/** Next itself holds a lock on its folder; this says it in time, and where to look. */
async function refuseTwice({ pid, url }: DevState): Promise<void> {
  if (!pid || !url || !isAlive(pid)) return;
  // After a SIGKILL the id may be anybody's by now; then nothing listens there.
  const port = Number(new URL(url).port);
  if ((await freePort(port)) === port) return;
  throw new Error(`It already runs, at ${url} (process ${pid}). Stop that one first, with Ctrl-C.`);
}

function keep(service: Service): Service {
  started.push(service.stop);
  return service;
}

/** Sets the variables that nobody else set, and returns them: an empty one counts as missing, as in lib/env.ts. */
function setMissing(variables: Record<string, string>): Record<string, string> {
  const missing = Object.entries(variables).filter(([name]) => !process.env[name]?.trim());
  for (const [name, value] of missing) process.env[name] = value;
  return Object.fromEntries(missing);
}

async function seedDatabase(): Promise<{ email: string; password: string }> {
  // Imported now, for lib/env.ts reads the variables once.
  const [{ seed }, { db }] = await Promise.all([import("../prisma/seed.ts"), import("../lib/db.ts")]);
  try {
    return await seed();
  } finally {
    await db().$disconnect();
  }
}

/** Makes the local Stripe match the plan file, as `npm run stripe:setup` does for an account. */
async function putOnSale(appUrl: string): Promise<void> {
  const [{ planSetup }, { createStripe }, { env }] = await Promise.all([
    import("../lib/billing/setup/setup.ts"),
    import("../lib/stripe.ts"),
    import("../lib/env.ts"),
  ]);
  // The development server builds the webhook's route when it is first asked for, which may take longer than Stripe waits.
  await fetch(`${appUrl}/api/webhooks/stripe`);
  const { api, version } = await createStripe(env());
  const { changes } = await planSetup(api, { appUrl, isPublic: true, version });
  for (const { apply } of changes) await apply();
}

async function firstCrash(processes: Record<string, Promise<unknown>>): Promise<never> {
  const name = await Promise.race(
    Object.entries(processes).map(async ([name, exited]) => `${name} ended by itself: ${await exited}`),
  );
  throw new Error(`${name}. Everything is stopped.`);
}

type Panel = {
  url: string;
  demo: { email: string; password: string } | undefined;
  postgres: Service;
  payments: Service & { log?: string };
  mails: Service;
};

function showPanel({ url, demo, postgres, payments, mails }: Panel): void {
  const lines = [
    ["App", url],
    ["Sign in as", demo ? `${demo.email} with ${demo.password}` : "a user of yours, or: npm run db:seed"],
    ["Database", postgres.where],
    ["Stripe", payments.where],
    ...(payments.log ? [["", `${payments.log}: its log, and the bar that lets time go by`]] : []),
    ["Mail", mails.where],
    ...(payments.log
      ? [
          ["", ""],
          ["Try", `choose a plan at ${url}, and pay with the card 4242 4242 4242 4242`],
          ["", "then let a month go by"],
        ]
      : []),
    ["", ""],
    ["Stop", "Ctrl-C. The data stays; `rm -r .data` begins anew."],
  ];
  const text = lines.map(([name = "", value = ""]) => `  ${name.padEnd(12)}${value}`.trimEnd());
  console.log(`\n${text.join("\n")}\n`);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (!stopping) console.log("\nStopping…");
    void stopAll().then(() => process.exit(0));
  });
}

// Whoever started us may be killed without passing the signal on: `npm` by a supervisor, a terminal by its window.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) void stopAll().then(() => process.exit(0));
}, 500).unref();

try {
  await start();
} catch (error) {
  if (!stopping) {
    console.error(`\n${error instanceof Error ? error.message : error}`);
    await stopAll();
    process.exit(1);
  }
  await stopping;
}
