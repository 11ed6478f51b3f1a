import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { useLocalStripe } from "./support";

const it = useLocalStripe({ rateLimit: 5 });

test("more requests than the limit are refused as Stripe refuses them, and nothing came of them", async () => {
  const answers = await Promise.allSettled(
    Array.from({ length: 12 }, (_, at) => it.stripe.customers.create({ name: String(at) })),
  );
  const refused = answers.filter(({ status }) => status === "rejected");
  expect(refused.length).toBeGreaterThanOrEqual(6);
  expect(refused.length).toBeLessThanOrEqual(7);
  expect(refused[0]).toMatchObject({
    reason: {
      type: "StripeRateLimitError",
      statusCode: 429,
      code: "rate_limit",
      headers: { "stripe-rate-limited-reason": "global-rate" },
    },
  });
  expect(it.local.account.store.count("customer")).toBe(12 - refused.length);
  await sleep(1_000);
  expect((await it.stripe.customers.list()).data).toHaveLength(12 - refused.length);
});

test("what is asked of the local Stripe itself does not count", async () => {
  for (let count = 0; count < 20; count++) {
    const { status } = await fetch(`${it.local.url}/_local/weather`);
    expect(status).toBe(200);
  }
  expect((await it.stripe.customers.list()).data).toEqual([]);
});
