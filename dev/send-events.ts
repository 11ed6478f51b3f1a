import { parseArgs } from "node:util";
import nextEnv from "@next/env";
import { showProgress } from "./send/progress";
import { describeReport, succeeded } from "./send/report";
import { sendEvents } from "./send/send";
import { readEvents } from "./send/sources";
import { findTarget, NoTargetError } from "./send/target";

const USAGE = `Signs Stripe events and posts them to the webhook endpoint, as Stripe would.

  npm run stripe:send -- FILE|FOLDER|- … [options]

A FILE holds one event, an array of them, or one on each line; of a FOLDER its *.json files are sent in name order;
- is stdin.

  --url URL          the app or its endpoint; else APP_URL, else the app that \`npm run dev\` started
  --secret whsec_…   the signing secret; else STRIPE_WEBHOOK_SECRET, else that of \`npm run dev\`
  --rate N           events a second at the most
  --concurrency N    deliveries at once; 1 unless said, which keeps the order
  --help

Events to post: those of Stripe's own log, or GET /v1/events of the local Stripe
`;

class UsageError extends Error {
  override name = "UsageError";
}

function readArguments(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      url: { type: "string" },
      secret: { type: "string" },
      rate: { type: "string" },
      concurrency: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  const rate = positive("--rate", values.rate);
  const concurrency = positive("--concurrency", values.concurrency);
  if (concurrency !== undefined && !Number.isInteger(concurrency))
    throw new UsageError("--concurrency is a whole number.");
  return { ...values, rate, concurrency, sources: positionals };
}

function positive(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!(number > 0 && Number.isFinite(number))) throw new UsageError(`${name} is a number above 0.`);
  return number;
}

/** @returns the exit code: 0 if all was sent and answered with a 2xx */
async function main(args: string[]): Promise<number> {
  const { url, secret, rate, concurrency, help, sources } = readArguments(args);
  if (help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (sources.length === 0) throw new UsageError("Send what? Name a file, a folder, or - for stdin.");
  nextEnv.loadEnvConfig(process.cwd(), true, { info() {}, error: console.error });
  const target = await findTarget({ url, secret }, process.env, process.cwd());
  process.stderr.write(`Sending to ${target.url}\n`);
  const progress = showProgress(process.stderr);
  const report = await sendEvents(readEvents(sources), {
    ...target,
    rate,
    concurrency,
    onAnswer: progress.update,
  });
  progress.done();
  const description = describeReport(report);
  if (description) console.log(description);
  if (report.unreachable)
    console.error(`Nobody answers at ${target.url}. Is the app running? Start it with: npm run dev`);
  return succeeded(report) ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const mistaken =
    error instanceof UsageError ||
    error instanceof NoTargetError ||
    (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));
  if (!mistaken) throw error;
  console.error(`${error.message}\nSee: npm run stripe:send -- --help`);
  process.exitCode = 1;
}
