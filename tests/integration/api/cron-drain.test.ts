import { expect, it, vi } from "vitest";
import { GET } from "@/app/api/cron/drain/route";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { deliver, inboxRow, skipDelays } from "../../support/deliver";
import { TEST_ENV } from "../../support/env";
import { anEvent, aSession, aSubscription } from "../../support/events";
import { useStripe } from "../../support/stripe";

useDatabase();
const stripe = useStripe();

const call = (authorization?: string) =>
  GET(new Request("http://localhost/api/cron/drain", { headers: authorization ? { authorization } : {} }));

it.each([
  ["no secret", undefined],
  ["an empty one", "Bearer "],
  ["another one", "Bearer another-secret-of-some-length"],
  ["the secret alone", TEST_ENV.CRON_SECRET],
])("with %s nobody drains", async (_, authorization) => {
  expect((await call(authorization)).status).toBe(401);
});

it("a scheduler settles what has waited since, without any other event", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  stripe.api.failWith(403);
  const event = anEvent("checkout.session.completed", aSession());
  await deliver(event);
  await vi.waitUntil(async () => (await inboxRow(event)).attempts === 1, { timeout: 20_000 });
  stripe.api.failWith(null);
  stripe.api.put(aSubscription());
  await skipDelays();
  expect((await call(`Bearer ${TEST_ENV.CRON_SECRET}`)).status).toBe(200);
  await vi.waitUntil(async () => (await inboxRow(event)).status === "done", { timeout: 20_000 });
  expect(await db().subscription.findUnique({ where: { id: "sub_1" } })).toMatchObject({ status: "active" });
});
