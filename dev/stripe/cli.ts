import { parseArgs } from "node:util";
import { WEATHERS } from "./delivery/weather.ts";
import { isVersion } from "./http/versions.ts";
import { JournalError } from "./journal/journal.ts";
import type { LocalStripeOptions } from "./options.ts";
import { type LocalStripe, startLocalStripe } from "./server.ts";

const PORT = 12111;

const USAGE = `A Stripe that runs on this machine: no account, no internet, no money.

  npm run stripe:local -- [options]

  --port N               where it listens; ${PORT} unless said
  --webhook URL          an endpoint that gets every event
  --secret whsec_…       what its deliveries are signed with; else one is made up, and shown
  --data FILE            keeps its state there, so that it survives a restart; else it forgets all
  --api-version V        of events, and of answers to whoever names none; 2024-06-20 for the shapes of before basil
  --weather W            ${Object.keys(WEATHERS).join(", ")}: late, doubled and lost deliveries, an API that fails
  --rate-limit N         requests a second; those beyond it are answered 429
  --time-scale N         how many seconds of the backoff of failed deliveries pass in one; 3600 makes an hour a second
  --seed N               of ids and weather: the same again
  --help
`;

class UsageError extends Error {
  override name = "UsageError";
}

function readArguments(args: string[]): LocalStripeOptions | "help" {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string" },
      webhook: { type: "string" },
      secret: { type: "string" },
      seed: { type: "string" },
      data: { type: "string" },
      "api-version": { type: "string" },
      weather: { type: "string" },
      "rate-limit": { type: "string" },
      "time-scale": { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return "help";
  const { data, weather, "api-version": apiVersion } = values;
  if (weather !== undefined && !Object.hasOwn(WEATHERS, weather))
    throw new UsageError(`--weather is ${Object.keys(WEATHERS).join(", ")}.`);
  if (apiVersion !== undefined && !isVersion(apiVersion))
    throw new UsageError("--api-version is one of Stripe's, such as 2024-06-20.");
  if (data === "") throw new UsageError("--data is the name of a file.");
  return {
    port: number("--port", values.port, { least: 0, most: 65_535 }) ?? PORT,
    webhooks: webhooks(values.webhook, values.secret),
    ...given("seed", number("--seed", values.seed, { least: 0 })),
    ...given("rateLimit", number("--rate-limit", values["rate-limit"], { least: 1 })),
    ...given("timeScale", number("--time-scale", values["time-scale"], { least: 1 })),
    ...given("dataFile", data),
    ...given("weather", weather),
    ...given("apiVersion", apiVersion),
  };
}

const given = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  value === undefined ? {} : { [name]: value };

function number(name: string, value: string | undefined, { least = 0, most = 2 ** 32 }): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  throw new UsageError(
    `${name} is a whole number${most < 2 ** 32 ? ` up to ${most}` : ""}${least > 0 ? ` from ${least} on` : ""}.`,
  );
}

function webhooks(url: string | undefined, secret: string | undefined) {
  if (secret !== undefined && !/^whsec_\S+$/.test(secret))
    throw new UsageError("--secret begins with whsec_.");
  if (url === undefined) {
    if (secret !== undefined) throw new UsageError("--secret is of the endpoint that --webhook names.");
    return [];
  }
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new UsageError("--webhook is a URL, such as http://localhost:3000/api/webhooks/stripe.");
  return [secret === undefined ? { url } : { url, secret }];
}

function showPanel(local: LocalStripe, { dataFile, weather = "calm" }: LocalStripeOptions): void {
  const lines = [
    ["API base", local.url],
    ["Key", "sk_test_local, or any other that begins with sk_test_"],
    ["Log", `${local.url}/_local`],
    ...local.webhooks.flatMap(({ url, secret }) => [
      ["Webhook", url],
      ["Secret", secret],
    ]),
    ["Weather", weather],
    ["State", dataFile ?? "in memory alone; --data FILE keeps it"],
    ["", ""],
    ["The app", `STRIPE_API_BASE=${local.url} STRIPE_SECRET_KEY=sk_test_local npm run dev`],
    ["The CLI", `npx stripe trigger customer.created --api-base ${local.url} --api-key sk_test_1234567890ab`],
    ["Stop", "Ctrl-C"],
  ];
  const text = lines.map(([name = "", value = ""]) => `  ${name.padEnd(12)}${value}`.trimEnd());
  console.log(`\n${text.join("\n")}\n`);
}

async function main(args: string[]): Promise<void> {
  const options = readArguments(args);
  if (options === "help") {
    process.stdout.write(USAGE);
    return;
  }
  const local = await startLocalStripe(options);
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      console.log(options.dataFile ? `\nStopped. ${options.dataFile} has it all.` : "\nStopped.");
      void local.close().then(() => process.exit(0));
    });
  }
  showPanel(local, options);
}

/** What a person can put right, in words for a person; undefined for what is our own fault. */
function explain(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error ? String(error.code) : "";
  if (error instanceof UsageError || code.startsWith("ERR_PARSE_ARGS"))
    return `${error.message}\nSee: npm run stripe:local -- --help`;
  if (error instanceof JournalError) return error.message;
  if (code === "EADDRINUSE") return `${error.message.replace(/^listen /, "")}\nName another with --port.`;
  if (code === "EACCES" || code === "EISDIR" || code === "EROFS") return error.message;
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
