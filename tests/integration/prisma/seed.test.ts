import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { db } from "@/lib/db";
import { useDatabase } from "@/tests/support/database";
import { useStripe } from "@/tests/support/stripe";

useDatabase();
const stripe = useStripe();

beforeEach(() => vi.resetModules());
afterEach(() => vi.unstubAllEnvs());

/** Anew for each test, for the environment is read once. */
const load = () => import("@/prisma/seed");

test("it makes the demo user, who can sign in, and their customer", async () => {
  const { seed } = await load();
  const { email, password } = await seed();
  const user = await db().user.findUnique({ where: { email }, include: { customer: true } });
  expect(user).toMatchObject({ name: "Demo", customer: { livemode: false } });
  expect(stripe.local.account.store.get("customer", user?.customer?.id ?? "")).toMatchObject({ email });
  const { auth } = await import("@/lib/auth");
  const signedIn = await auth().api.signInEmail({ body: { email, password } });
  expect(signedIn.user.email).toBe(email);
});

test("a second time it changes nothing", async () => {
  const { seed } = await load();
  const before = await everything();
  await seed();
  expect(await everything()).toEqual(before);
  expect(stripe.api.requests).toEqual([]);
});

test("it refuses production and a live key", async () => {
  vi.stubEnv("NODE_ENV", "production");
  await expect((await load()).seed()).rejects.toThrow("not for production");
  vi.stubEnv("NODE_ENV", "test");
  vi.stubEnv("STRIPE_SECRET_KEY", "sk_live_1");
  vi.stubEnv("STRIPE_API_BASE", "");
  vi.resetModules();
  await expect((await load()).seed()).rejects.toThrow("not for a live key");
});

async function everything() {
  const [users, customers] = await Promise.all([db().user.findMany(), db().customer.findMany()]);
  return { users, customers };
}
