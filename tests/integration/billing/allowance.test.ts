import { beforeAll, expect, it } from "vitest";
import { rename } from "@/lib/account/profile";
import { isAllowed } from "@/lib/attempts";
import { previewChange } from "@/lib/billing/change/preview";
import { applyCheckout } from "@/lib/billing/checkout-return";
import { planByKey } from "@/lib/billing/plans";
import { openPortal } from "@/lib/billing/portal";
import { query } from "@/lib/pool";
import { useDatabase } from "../../support/database";
import { sellPlans } from "../../support/plans";
import { useStripe } from "../../support/stripe";
import { aSubscriber, type Subscriber } from "../../support/subscriber";

useDatabase();
const local = useStripe();
beforeAll(sellPlans);

const TOO_MUCH = "That was too much at once, and nothing was changed. Wait a minute, then try again.";

/** What a user can have Stripe asked by loading pages and sending forms. */
const asks = ({ userId, subscriptionId }: Subscriber): (() => Promise<unknown>)[] => {
  const plan = planByKey("company");
  if (!plan) throw new Error("There is no plan.");
  return [
    () => applyCheckout(userId, "cs_test_none"),
    () => previewChange(userId, subscriptionId, { plan, cadence: "month", seats: 1 }, new Date()),
    () => openPortal(userId, "invoices"),
    () => rename({ id: userId, name: "Ada", email: `${userId}@example.com` }, "Countess"),
  ];
};

it("a user who hammers cannot use up what all of them may ask of Stripe, and it passes within a minute", async () => {
  const [ada, eve] = [await aSubscriber("solo_monthly"), await aSubscriber("solo_monthly")];
  for (const ask of asks(eve)) await ask();
  await query("update rate_limits set count = count + 56 where key = $1", [`stripe for ${eve.userId}`]);
  const before = local.api.requests.length;
  for (const ask of asks(eve)) await expect(ask()).rejects.toThrow(TOO_MUCH);
  expect(local.api.requests.length).toBe(before);
  for (const ask of asks(ada)) await ask();

  // Being refused again and again does not prolong it.
  await query("update rate_limits set last_request = last_request - 60000 where key = $1", [
    `stripe for ${eve.userId}`,
  ]);
  for (const ask of asks(eve)) await ask();
});

it("is counted for as many as ask at the same moment, also for the first time", async () => {
  for (let round = 0; round < 20; round += 1) {
    const asked = await Promise.all(Array.from({ length: 10 }, () => isAllowed(`round ${round}`, 9)));
    expect(asked.filter((isOne) => isOne)).toHaveLength(9);
  }
});
