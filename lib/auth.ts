import { betterAuth } from "better-auth";
import { prismaAdapter } from "better-auth/adapters/prisma";
import { nextCookies } from "better-auth/next-js";
import { newcomer } from "./account/newcomer";
import { endIfPasswordChanged } from "./account/sign-in-race";
import { withoutAddresses } from "./auth-log";
import { db } from "./db";
import { env } from "./env";
import { log } from "./log";
import { PASSWORD } from "./password-policy";
import { SITE } from "./site";

const DAY_S = 86_400;

/** Attempts within a minute, from one address. A password of 10 characters outlasts 28,800 guesses a day. */
const CREDENTIALS_LIMIT = { window: 60, max: 20 };

/**
 * Networks that a proxy of ours may stand in. `x-forwarded-for` is read from its right end, past these, to the first
 * address outside of them: the one our own proxy saw. What a client puts further left counts for nothing. Vercel
 * replaces the header with the one true address, so there it is exact. Without any proxy in front, clients choose their
 * address themselves, as they would with any such limit.
 */
const PRIVATE_NETWORKS = [
  "127.0.0.0/8",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::1/128",
  "fc00::/7",
];

/** A browser's name for itself is below 300 characters; a request may have 16 KiB of it, for each sign-in. */
const cut = (userAgent: string | null | undefined) => userAgent?.slice(0, 300) ?? null;

function createAuth() {
  const { APP_URL, BETTER_AUTH_SECRET } = env();
  return betterAuth({
    appName: SITE.name,
    // Set, so that nothing is ever derived from the Host header.
    baseURL: APP_URL,
    trustedOrigins: [APP_URL],
    secret: BETTER_AUTH_SECRET,
    telemetry: { enabled: false },
    database: prismaAdapter(db(), { provider: "postgresql" }),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD.min,
      maxPasswordLength: PASSWORD.max,
    },
    databaseHooks: {
      user: { create: { before: async (user) => ({ data: newcomer(user) }) } },
      session: { create: { before: async ({ userAgent }) => ({ data: { userAgent: cut(userAgent) } }) } },
    },
    hooks: { after: endIfPasswordChanged },
    // A session has a fixed life. Prolonging one means writing a cookie, which a page that renders cannot do, so the row
    // and the cookie would drift apart.
    session: { expiresIn: 30 * DAY_S, disableSessionRefresh: true },
    rateLimit: {
      enabled: true,
      storage: "database",
      window: 10,
      max: 100,
      customRules: { "/sign-in/*": CREDENTIALS_LIMIT, "/sign-up/*": CREDENTIALS_LIMIT },
    },
    advanced: {
      // A session and its user in one statement, not two.
      database: { joins: true },
      // A browser drops a secure cookie that comes over http, and with it the sign-in on localhost.
      useSecureCookies: APP_URL.startsWith("https://"),
      defaultCookieAttributes: { sameSite: "lax" },
      ipAddress: { ipAddressHeaders: ["x-forwarded-for"], trustedProxies: PRIVATE_NETWORKS },
    },
    logger: {
      level: "warn",
      // Its further arguments are errors and requests with e-mail addresses in them: they stay out of the log.
      log: (level, message) => log(level === "debug" ? "info" : level, `auth: ${withoutAddresses(message)}`),
    },
    plugins: [nextCookies()],
  });
}

let instance: ReturnType<typeof createAuth> | undefined;

/** The accounts of this app: sign-up, sign-in, sessions. Made at first use, for a build has no environment. */
export function auth(): ReturnType<typeof createAuth> {
  instance ??= createAuth();
  return instance;
}
