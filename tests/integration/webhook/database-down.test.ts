import { expect, it, vi } from "vitest";
import { POST } from "@/app/api/webhooks/stripe/route";
import { useDatabase } from "../../support/database";
import { delivery } from "../../support/deliver";
import { anEvent, aSubscription } from "../../support/events";

const database = useDatabase();

it("an event that cannot be committed is not acknowledged, so Stripe delivers it again", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  process.env.DATABASE_URL = database.url.replace(/:\d+\//, ":1/");
  const response = await POST(
    delivery(JSON.stringify(anEvent("customer.subscription.updated", aSubscription()))),
  );
  expect(response.status).toBe(503);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await response.json()).toEqual({ error: expect.stringContaining("deliver it again") });
  expect(log).toHaveBeenCalled();
  for (const [line] of log.mock.calls) expect(String(line)).not.toMatch(/postgres:\/\/|password|cus_1/);
});
