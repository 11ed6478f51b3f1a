import { describe, expect, it } from "vitest";
import { EnvironmentError, parseEnv } from "@/lib/env";

const complete = {
  DATABASE_URL: "postgresql://user:password@localhost:5432/app",
  STRIPE_SECRET_KEY: "sk_test_abc",
  STRIPE_WEBHOOK_SECRET: "whsec_one",
  BETTER_AUTH_SECRET: "x".repeat(32),
  APP_URL: "https://app.example.com",
};

function problems(changes: Record<string, string | undefined>): string {
  try {
    parseEnv({ ...complete, ...changes });
    return "";
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  }
}

describe("a complete environment", () => {
  it("is read, with the defaults of what is optional", () => {
    expect(parseEnv(complete)).toMatchObject({
      STRIPE_WEBHOOK_SECRET: ["whsec_one"],
      OPERATOR_EMAILS: [],
      CHECKOUT_TAX: "off",
      CHECKOUT_ADDRESS: "auto",
      PAYLOAD_RETENTION_DAYS: 90,
      STRIPE_REQUESTS_PER_SECOND: 25,
      PAST_DUE_GRACE_DAYS: 7,
      SMTP_URL: undefined,
    });
  });

  it("is trimmed: a secret with a line end would never verify anything", () => {
    const env = parseEnv({
      ...complete,
      STRIPE_WEBHOOK_SECRET: " whsec_one , whsec_two\n",
      APP_URL: "https://x.example/ ",
    });
    expect(env.STRIPE_WEBHOOK_SECRET).toEqual(["whsec_one", "whsec_two"]);
    expect(env.APP_URL).toBe("https://x.example");
  });

  it.each(["sk_live_1", "rk_test_1", "rk_live_1"])("takes the key %s", (STRIPE_SECRET_KEY) => {
    expect(problems({ STRIPE_SECRET_KEY })).toBe("");
  });

  it("takes several operators, in any case", () => {
    expect(
      parseEnv({ ...complete, OPERATOR_EMAILS: "Ada@Example.com, ,bob@example.com" }).OPERATOR_EMAILS,
    ).toEqual(["ada@example.com", "bob@example.com"]);
  });
});

describe("a bad environment", () => {
  it.each([
    ...Object.keys(complete).flatMap((name) => [
      [name, undefined],
      [name, ""],
      [name, "  "],
    ]),
    ["DATABASE_URL", "mysql://localhost/app"],
    ["STRIPE_SECRET_KEY", "pk_test_abc"],
    ["STRIPE_WEBHOOK_SECRET", "secret"],
    ["STRIPE_WEBHOOK_SECRET", "whsec_one,"],
    ["STRIPE_WEBHOOK_SECRET", "whsec_"],
    ["STRIPE_API_BASE", "localhost"],
    ["BETTER_AUTH_SECRET", "short"],
    ["APP_URL", "app.example.com"],
    ["CRON_SECRET", "short"],
    ["SMTP_URL", "smtp.example.com:587"],
    ["MAIL_FROM", "Cairn"],
    ["MAIL_FROM", "Cairn <a@example.com>\nBcc: b@example.com"],
    ["CHECKOUT_TAX", "yes"],
    ["CHECKOUT_ADDRESS", "always"],
    ["ALERT_WEBHOOK_URL", "ftp://hooks.example.com"],
    ["PAYLOAD_RETENTION_DAYS", "0"],
    ["STRIPE_REQUESTS_PER_SECOND", "101"],
    ["PAST_DUE_GRACE_DAYS", "soon"],
    ["PAST_DUE_GRACE_DAYS", "-1"],
  ] as [string, string | undefined][])("%s = %j is named", (name, value) => {
    expect(problems({ [name]: value })).toContain(`  ${name} `);
  });

  it("names every problem in one message, and no value", () => {
    const message = problems({ STRIPE_SECRET_KEY: "pk_test_hidden", DATABASE_URL: undefined, APP_URL: "x" });
    for (const name of ["STRIPE_SECRET_KEY", "DATABASE_URL", "APP_URL"]) expect(message).toContain(name);
    expect(message).not.toContain("pk_test_hidden");
  });

  it("mail has a sender", () => {
    const SMTP_URL = "smtps://user:password@smtp.example.com";
    expect(problems({ SMTP_URL })).toContain("  MAIL_FROM missing");
    for (const MAIL_FROM of ["billing@example.com", "Cairn <billing@example.com>"])
      expect(problems({ SMTP_URL, MAIL_FROM })).toBe("");
  });

  it("a live key never talks to a local Stripe", () => {
    const changes = { STRIPE_API_BASE: "http://127.0.0.1:12111" };
    expect(problems({ ...changes, STRIPE_SECRET_KEY: "sk_live_1" })).toContain("STRIPE_API_BASE");
    expect(problems(changes)).toBe("");
    const both = problems({ ...changes, STRIPE_SECRET_KEY: "sk_live_1", APP_URL: undefined });
    for (const name of ["STRIPE_API_BASE", "APP_URL"]) expect(both).toContain(name);
  });
});
