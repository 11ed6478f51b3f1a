/** The signing secret of every test's endpoint. */
export const WEBHOOK_SECRET = "whsec_test_secret_of_the_tests";

/** Every variable of lib/env.ts but DATABASE_URL, as tests want them. */
export const TEST_ENV = {
  STRIPE_SECRET_KEY: "sk_test_tests",
  STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  // Nobody listens there: a call to Stripe that a test did not stand in for fails at once and stays on this machine.
  STRIPE_API_BASE: "http://127.0.0.1:1",
  BETTER_AUTH_SECRET: "Zk3vN8qT1xWm5rYb7LdPc0HsJf2GuKe9",
  APP_URL: "http://localhost:3000",
  CRON_SECRET: "a-cron-secret-for-the-tests",
  OPERATOR_EMAILS: "operator@example.com",
} as const;
