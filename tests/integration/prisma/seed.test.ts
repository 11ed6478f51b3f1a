import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { db } from "@/lib/db";
import { useDatabase } from "@/tests/support/database";

useDatabase();

beforeEach(() => vi.resetModules());
afterEach(() => vi.unstubAllEnvs());

/** Anew for each test, for the environment is read once. */
const load = () => import("@/prisma/seed");

test("it makes the demo user, their customer and the catalogue", async () => {
  const { seed } = await load();
  const { email, password } = await seed();
  const user = await db().user.findUnique({ where: { email }, include: { customer: true } });
  expect(user).toMatchObject({ name: "Demo", customer: { id: "cus_demo", livemode: false } });
  expect([await db().product.count(), await db().price.count()]).toEqual([3, 6]);
  const { auth } = await import("@/lib/auth");
  const signedIn = await auth().api.signInEmail({ body: { email, password } });
  expect(signedIn.user.email).toBe(email);
});

test("a second time it changes nothing", async () => {
  const { seed } = await load();
  const before = await everything();
  await seed();
  expect(await everything()).toEqual(before);
});

test("a demo user who has a customer at Stripe keeps it", async () => {
  const { seed } = await load();
  await db().customer.update({ where: { id: "cus_demo" }, data: { userId: null } });
  const user = await db().user.findFirstOrThrow();
  await db().customer.create({ data: { id: "cus_real", userId: user.id, livemode: false } });
  await seed();
  expect(await db().customer.findFirst({ where: { userId: user.id } })).toMatchObject({ id: "cus_real" });
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
  const [users, customers, products, prices, events] = await Promise.all([
    db().user.findMany(),
    db().customer.findMany(),
    db().product.findMany(),
    db().price.findMany(),
    db().stripeEvent.findMany({ orderBy: { id: "asc" } }),
  ]);
  return { users, customers, products, prices, events };
}
