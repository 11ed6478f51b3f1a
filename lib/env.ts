/**
 * The only reader of process.env. Values are trimmed, an empty one counts as missing, and one message names every
 * variable that is wrong and how to mend it. Nothing is read at import, so that `next build` needs none of them. By hand,
 * for every function loads this when it starts, the webhook's as well, and a schema library is half as large as all of that.
 */

/** Reads one variable, undefined if it is missing. @throws Fault what is wrong with it, as an end of a sentence */
type Reader<Value> = (text: string | undefined) => Value;

class Fault extends Error {}

const required =
  <Value>(howToGetIt: string, read: (text: string) => Value): Reader<Value> =>
  (text) => {
    if (text === undefined) throw new Fault(`missing. ${howToGetIt}`);
    return read(text);
  };

const optional =
  <Value>(read: (text: string) => Value): Reader<Value | undefined> =>
  (text) =>
    text === undefined ? undefined : read(text);

const matching = (pattern: RegExp, fault: string) => (text: string) => {
  if (!pattern.test(text)) throw new Fault(fault);
  return text;
};

const url = (protocol: RegExp, example: string) => (text: string) => {
  if (!URL.canParse(text) || !protocol.test(new URL(text).protocol))
    throw new Fault(`is not a URL like ${example}`);
  return text;
};

const oneOf =
  <Word extends string>(words: readonly [Word, ...Word[]], fault: string): Reader<Word> =>
  (text = words[0]) => {
    const word = words.find((one) => one === text);
    if (word === undefined) throw new Fault(fault);
    return word;
  };

const number =
  (unit: string, [least, most]: readonly [number, number], otherwise: number): Reader<number> =>
  (text) => {
    const value = text === undefined ? otherwise : Number(text);
    if (!(value >= least && value <= most))
      throw new Fault(`must be a number of ${unit}, from ${least} to ${most}.`);
    return value;
  };

const DATABASE = "postgresql://user:password@host:5432/database";
const APP = "https://app.example.com";
const MAKE_ONE = "Make one with: openssl rand -base64 32";

/** What `npm run stripe:setup` needs: the webhook secret is not known before. */
const SETUP = {
  STRIPE_SECRET_KEY: required(
    "Copy the secret key from https://dashboard.stripe.com/apikeys.",
    matching(
      /^(sk|rk)_(test|live)_\w+$/,
      "is not a secret key, which begins with sk_test_, sk_live_, rk_test_ or rk_live_.",
    ),
  ),
  STRIPE_API_BASE: optional(url(/^https?:$/, "http://127.0.0.1:12111")),
  APP_URL: required(`Example: ${APP}`, (text) => new URL(url(/^https?:$/, APP)(text)).origin),
};

const ALL = {
  ...SETUP,
  DATABASE_URL: required(`Example: ${DATABASE}`, url(/^postgres(ql)?:$/, DATABASE)),
  STRIPE_WEBHOOK_SECRET: required(
    "Copy the endpoint's signing secret from https://dashboard.stripe.com/webhooks.",
    (text) =>
      text
        .split(",")
        .map((secret) => secret.trim())
        .map(
          matching(
            /^whsec_\S+$/,
            "must be one signing secret, or several with commas between them; each begins with whsec_.",
          ),
        ),
  ),
  BETTER_AUTH_SECRET: required(
    MAKE_ONE,
    matching(/^[\s\S]{32,}$/, `is too short to be safe: at least 32 characters. ${MAKE_ONE}`),
  ),
  CRON_SECRET: optional(matching(/^[\s\S]{16,}$/, "is too short to be safe: at least 16 characters.")),
  OPERATOR_EMAILS: (text = "") => text.split(",").flatMap((email) => email.trim().toLowerCase() || []),
  CHECKOUT_TAX: oneOf(["off", "automatic"], 'must be "automatic", or "off"'),
  CHECKOUT_ADDRESS: oneOf(
    ["auto", "required"],
    'must be "required", or "auto" for asking only where a payment needs it',
  ),
  SMTP_URL: optional(url(/^smtps?:$/, "smtps://user:password@smtp.example.com:465")),
  MAIL_FROM: optional(
    matching(
      /^([^<>\r\n]+<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/,
      "is no sender. Example: Cairn <billing@example.com>",
    ),
  ),
  ALERT_WEBHOOK_URL: optional(url(/^https?:$/, "https://hooks.slack.com/services/…")),
  PAYLOAD_RETENTION_DAYS: number("days", [1, 36_500], 90),
  // 100 a second is Stripe's own limit for live keys.
  STRIPE_REQUESTS_PER_SECOND: number("requests", [1, 100], 25),
  PAST_DUE_GRACE_DAYS: number("days", [0, 60], 7),
};

/** Whether this is `next dev`. */
export const isDevelopment = () => process.env.NODE_ENV === "development";

/** Whether a key moves real money. https://docs.stripe.com/keys */
export const isLiveKey = (key: string) => /^(sk|rk)_live_/.test(key);

type Values<Readers> = { [Name in keyof Readers]: Readers[Name] extends Reader<infer Value> ? Value : never };

export type Env = Values<typeof ALL>;

export class EnvironmentError extends Error {
  override name = "EnvironmentError";
}

/**
 * Checks a set of variables.
 * @throws EnvironmentError one message that names each variable that is missing or malformed; never their values
 */
export function parseEnv(source: Record<string, string | undefined>): Env {
  return readAll(ALL, source);
}

/** The variables of this process that a command needs which only talks to Stripe. Throws EnvironmentError. */
export function setupEnv(): Values<typeof SETUP> {
  return readAll(SETUP, process.env);
}

function readAll<All extends object>(
  readers: { readonly [Name in keyof All]: Reader<All[Name]> },
  source: Record<string, string | undefined>,
): All {
  const present = (name: string) => source[name]?.trim() || undefined;
  const values: Partial<All> = {};
  const faults: string[] = [];
  for (const name in readers)
    try {
      values[name] = readers[name](present(name));
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      faults.push(`${name} ${fault.message}`);
    }
  if (present("STRIPE_API_BASE") && isLiveKey(present("STRIPE_SECRET_KEY") ?? ""))
    faults.push(
      "STRIPE_API_BASE must not be set together with a live key: live traffic goes to Stripe alone. " +
        "Remove it, or use a test key.",
    );
  if (present("SMTP_URL") && !present("MAIL_FROM"))
    faults.push(
      "MAIL_FROM missing. Mail through SMTP_URL needs a sender. Example: Cairn <billing@example.com>",
    );
  if (faults.length === 0 && isWhole(readers, values)) return values;
  throw new EnvironmentError(
    `The environment is not complete, so this does not start:\n${faults.map((fault) => `  ${fault}`).join("\n")}\n` +
      "See .env.example for all of them. On a laptop, `npm run dev` sets every one that is missing.",
  );
}

const isWhole = <All extends object>(readers: object, values: Partial<All>): values is All =>
  Object.keys(readers).every((name) => name in values);

let parsed: Env | undefined;

/** The checked environment of this process, read once. Throws EnvironmentError. */
export function env(): Env {
  parsed ??= parseEnv(process.env);
  return parsed;
}
