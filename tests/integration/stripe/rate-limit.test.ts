import { expect, test, vi } from "vitest";
import { useLocalStripe } from "./support";

const it = useLocalStripe({ rateLimit: 5 });

test("more requests than the limit are refused as Stripe refuses them, and nothing came of them", async () => {
  const clock = vi.spyOn(performance, "now").mockReturnValue(performance.now());
  const answers = await Promise.allSettled(
    Array.from({ length: 12 }, (_, at) => it.stripe.customers.create({ name: String(at) })),
  );
  const refused = answers.filter(({ status }) => status === "rejected");
  expect(refused).toHaveLength(7);
  expect(refused[0]).toMatchObject({
    reason: {
      type: "StripeRateLimitError",
      statusCode: 429,
      code: "rate_limit",
      headers: { "stripe-rate-limited-reason": "global-rate" },
    },
  });
  expect(it.local.account.store.count("customer")).toBe(5);
  await expect(it.stripe.customers.list()).rejects.toMatchObject({ statusCode: 429 });
  clock.mockReturnValue(performance.now() + 1_000);
  expect((await it.stripe.customers.list()).data).toHaveLength(5);
});

test("what is asked of the local Stripe itself does not count", async () => {
  for (let count = 0; count < 20; count++) {
    const { status } = await fetch(`${it.local.url}/_local/weather`);
    expect(status).toBe(200);
  }
  expect((await it.stripe.customers.list()).data).toEqual([]);
});
