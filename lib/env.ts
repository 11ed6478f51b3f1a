import * as z from "zod";

/**
 * The only reader of process.env. Values are trimmed, an empty one counts as missing, and one message names every
 * variable that is wrong and how to mend it. Nothing is read at import, so that `next build` needs none of them.
 */

const stripeKey = z
  .string("missing. Copy the secret key from https://dashboard.stripe.com/apikeys.")
  .regex(
    /^(sk|rk)_(test|live)_\w+$/,
    "is not a secret key, which begins with sk_test_, sk_live_, rk_test_ or rk_live_.",
  );

const webhookSecrets = z
  .string("missing. Copy the endpoint's signing secret from https://dashboard.stripe.com/webhooks.")
  .transform((list) => list.split(",").map((secret) => secret.trim()))
  .refine(
    (secrets) => secrets.every((secret) => /^whsec_\S+$/.test(secret)),
    "must be one signing secret, or several with commas between them; each begins with whsec_.",
  );

const url = (protocol: RegExp, example: string) =>
  z.url({
    protocol,
    error: (issue) =>
      issue.input === undefined ? `missing. Example: ${example}` : `is not a URL like ${example}`,
  });

const schema = z.object({
  DATABASE_URL: url(/^postgres(ql)?$/, "postgresql://user:password@host:5432/database"),
  STRIPE_SECRET_KEY: stripeKey,
  STRIPE_WEBHOOK_SECRET: webhookSecrets,
  STRIPE_API_BASE: url(/^https?$/, "http://127.0.0.1:12111").optional(),
  BETTER_AUTH_SECRET: z
    .string("missing. Make one with: openssl rand -base64 32")
    .min(32, "is too short to be safe: at least 32 characters. Make one with: openssl rand -base64 32"),
  APP_URL: url(/^https?$/, "https://app.example.com").transform((value) => new URL(value).origin),
  CRON_SECRET: z.string().min(16, "is too short to be safe: at least 16 characters.").optional(),
  OPERATOR_EMAILS: z
    .string()
    .optional()
    .transform((list) => (list ?? "").split(",").flatMap((email) => email.trim().toLowerCase() || [])),
  CHECKOUT_TAX: z.enum(["off", "automatic"], 'must be "automatic", or "off"').default("off"),
  CHECKOUT_ADDRESS: z
    .enum(["auto", "required"], 'must be "required", or "auto" for asking only where a payment needs it')
    .default("auto"),
  SMTP_URL: url(/^smtps?$/, "smtps://user:password@smtp.example.com:465").optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^([^<>\r\n]+<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/,
      "is no sender. Example: Cairn <billing@example.com>",
    )
    .optional(),
  ALERT_WEBHOOK_URL: url(/^https?$/, "https://hooks.slack.com/services/…").optional(),
  PAYLOAD_RETENTION_DAYS: z.coerce
    .number("must be a number of days")
    .min(1, "must be 1 or more days")
    .default(90),
  STRIPE_REQUESTS_PER_SECOND: z.coerce
    .number("must be a number of requests")
    .min(1, "must be 1 or more")
    .max(100, "must be 100 at the most, Stripe's own limit for live keys")
    .default(25),
  PAST_DUE_GRACE_DAYS: z.coerce
    .number("must be a number of days")
    .min(0, "must be 0 or more days")
    .max(60, "must be 60 days at the most")
    .default(7),
});

/** Whether this is `next dev`. */
export const isDevelopment = () => process.env.NODE_ENV === "development";

/** Whether a key moves real money. https://docs.stripe.com/keys */
export const isLiveKey = (key: string) => /^(sk|rk)_live_/.test(key);

export type Env = z.output<typeof schema>;

export class EnvironmentError extends Error {
  override name = "EnvironmentError";
}

/**
 * Checks a set of variables.
 * @throws EnvironmentError one message that names each variable that is missing or malformed; never their values
 */
export function parseEnv(source: Record<string, string | undefined>): Env {
  return parse(schema, source);
}

/** What `npm run stripe:setup` needs of it: the webhook secret is not known before. */
const setupSchema = schema.pick({ STRIPE_SECRET_KEY: true, STRIPE_API_BASE: true, APP_URL: true });

/** The variables of this process that a command needs which only talks to Stripe. Throws EnvironmentError. */
export function setupEnv(): z.output<typeof setupSchema> {
  return parse(setupSchema, process.env);
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  source: Record<string, string | undefined>,
): z.output<Schema> {
  const entries = Object.entries(source).flatMap(([name, value]) => {
    const trimmed = value?.trim();
    return trimmed ? [[name, trimmed] as const] : [];
  });
  const present: Record<string, string> = Object.fromEntries(entries);
  const parsed = schema.safeParse(present);
  const lines = parsed.error?.issues.map((issue) => `  ${issue.path.join(".")} ${issue.message}`) ?? [];
  if (present.STRIPE_API_BASE && isLiveKey(present.STRIPE_SECRET_KEY ?? ""))
    lines.push(
      "  STRIPE_API_BASE must not be set together with a live key: live traffic goes to Stripe alone. " +
        "Remove it, or use a test key.",
    );
  if (present.SMTP_URL && !present.MAIL_FROM)
    lines.push(
      "  MAIL_FROM missing. Mail through SMTP_URL needs a sender. Example: Cairn <billing@example.com>",
    );
  if (parsed.success && lines.length === 0) return parsed.data;
  throw new EnvironmentError(
    `The environment is not complete, so this does not start:\n${lines.join("\n")}\n` +
      "See .env.example for all of them. On a laptop, `npm run dev` sets every one that is missing.",
  );
}

let parsed: Env | undefined;

/** The checked environment of this process, read once. Throws EnvironmentError. */
export function env(): Env {
  parsed ??= parseEnv(process.env);
  return parsed;
}
