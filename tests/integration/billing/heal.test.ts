import { beforeEach, describe, expect, it, vi } from "vitest";
import { GET } from "@/app/api/cron/drain/route";
import { healBilling } from "@/lib/billing/heal";
import { linkCustomer } from "@/lib/billing/ownership";
import { readBilling } from "@/lib/billing/queries";
import { drainDue } from "@/lib/billing/webhook/drain";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver, inboxRow } from "../../support/deliver";
import { TEST_ENV } from "../../support/env";
import { anEvent, anItem, aSubscription, T0 } from "../../support/events";
import { useStripe } from "../../support/stripe";

/** A platform that does nothing once the response is out: what runs beside it dies before its first statement. */
const platform = vi.hoisted(() => ({ isAsleep: false }));
vi.mock("@/lib/after", () => ({
  afterResponse(_: string, work: () => Promise<unknown>) {
    if (!platform.isAsleep) void work();
  },
}));

useDatabase();
const stripe = useStripe();
beforeEach(async () => {
  await clearBilling();
  await db().user.upsert({
    where: { id: "user_ada" },
    create: { id: "user_ada", name: "Ada", email: "ada@example.com" },
    update: {},
  });
  await linkCustomer({ userId: "user_ada", customerId: "cus_1" });
  stripe.api.put(aSubscription({ status: "past_due" }));
  platform.isAsleep = true;
});

const updated = (fields: object, at = 0) =>
  anEvent("customer.subscription.updated", aSubscription({ ...fields }), { created: T0 + at });

/** An event that only Stripe can settle, and nobody does. */
async function leaveWaiting() {
  await deliver(updated({}));
  const tie = updated({ status: "paused" });
  expect(await deliver(tie)).toMatchObject({ result: "deferred" });
  return tie;
}

const look = async (now: Date) => healBilling("user_ada", await readBilling("user_ada", now), now);

describe("where the platform lets nothing run after a response, what waits is settled by", () => {
  it("the next delivery that it leaves awake", async () => {
    const tie = await leaveWaiting();
    expect(await inboxRow(tie)).toMatchObject({ status: "pending", attempts: 0 });
    platform.isAsleep = false;
    const isSettled = async () => {
      await deliver(anEvent("customer.updated", { id: "cus_other", object: "customer" }));
      return (await inboxRow(tie)).status === "done";
    };
    await vi.waitUntil(isSettled, { timeout: 20_000, interval: 200 });
  });

  it("the scheduler's route, before it answers", async () => {
    const tie = await leaveWaiting();
    const headers = { authorization: `Bearer ${TEST_ENV.CRON_SECRET}` };
    expect((await GET(new Request("http://localhost/api/cron/drain", { headers }))).status).toBe(200);
    expect(await inboxRow(tie)).toMatchObject({ status: "done" });
  });

  it("its owner's look at the dashboard", async () => {
    const tie = await leaveWaiting();
    const view = await look(new Date(T0 * 1000));
    expect(await inboxRow(tie)).toMatchObject({ status: "done" });
    expect(view).toMatchObject({ settling: false, subscription: { status: "past_due" } });
  });
});

it("a look does not wait for long where Stripe takes its time, and what it began is done all the same", async () => {
  const tie = await leaveWaiting();
  stripe.api.delayMs = 6_000;
  expect(await look(new Date(T0 * 1000))).toMatchObject({ settling: true });
  stripe.api.delayMs = 0;
  await drainDue();
  expect(await inboxRow(tie)).toMatchObject({ status: "done" });
});

describe("a subscription of which nothing was heard past its period", () => {
  const end = T0 + 30 * 86_400;
  const at = (seconds: number) => new Date((end + seconds) * 1000);

  it("is asked about when its owner looks, and then left in peace", async () => {
    await deliver(updated({}));
    const renewed = anItem({ current_period_start: end, current_period_end: end + 30 * 86_400 });
    stripe.api.put(aSubscription({ items: { data: [renewed] } }));
    await look(at(7_200));
    expect(await db().subscription.findFirst()).toMatchObject({
      currentPeriodEnd: new Date((end + 30 * 86_400) * 1000),
    });
    await look(at(7_300));
    expect(stripe.api.requests).toEqual(["GET /v1/subscriptions/sub_1"]);
  });

  it("is asked about a quarter of an hour after an answer that changed nothing, not before, and so is every other one", async () => {
    await deliver(updated({}));
    await deliver(
      anEvent(
        "customer.subscription.updated",
        aSubscription({ id: "sub_2", items: { data: [anItem({ id: "si_2" })] } }),
      ),
    );
    await db().subscription.updateMany({ data: { stripeStateAt: at(7_200), syncedAt: at(7_200) } });
    await look(at(7_200 + 15 * 60));
    expect(stripe.api.requests).toEqual([]);
    stripe.api.put(aSubscription());
    stripe.api.put(aSubscription({ id: "sub_2", items: { data: [anItem({ id: "si_2" })] } }));
    await look(at(7_200 + 15 * 60 + 1));
    expect(stripe.api.requests.toSorted()).toEqual([
      "GET /v1/subscriptions/sub_1",
      "GET /v1/subscriptions/sub_2",
    ]);
  });

  it.each([
    ["in its period", {}, -60],
    ["that has no period", { items: { data: [] } }, 7_200],
    ["while the renewal's bill is being made", {}, 600],
    ["that has ended", { status: "canceled" }, 7_200],
  ])("is not asked about %s", async (_, fields, seconds) => {
    await deliver(updated(fields));
    await look(at(seconds));
    expect(stripe.api.requests).toEqual([]);
  });
});
