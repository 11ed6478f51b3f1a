import { expect, test } from "vitest";
import { type DemoEvent, demoScenes } from "@/dev/events/scenes";
import { signatureHeader } from "@/dev/send/sign";
import { receiveEvent } from "@/lib/billing/webhook/receive";
import { verifyEvent } from "@/lib/billing/webhook/verify";
import { db } from "@/lib/db";
import { useDatabase } from "@/tests/support/database";
import { WEBHOOK_SECRET } from "@/tests/support/env";

useDatabase();

const scenes = demoScenes(new Date("2026-11-23T09:00:00Z"));
const scene = (name: string) => scenes[name] ?? [];

async function receive(events: readonly DemoEvent[]): Promise<string[]> {
  const results: string[] = [];
  for (const event of events) {
    const payload = JSON.stringify(event);
    const signature = signatureHeader(payload, WEBHOOK_SECRET);
    const verification = verifyEvent({ payload, signature, secrets: [WEBHOOK_SECRET], now: new Date() });
    results.push(verification.ok ? await receiveEvent(verification.event) : verification.error);
  }
  return results;
}

const subscription = () =>
  db().subscription.findFirst({ where: { id: { not: { endsWith: "_trial" } } }, include: { items: true } });

test("the scenes tell the life of a subscription, each event applied as it comes", async () => {
  const apply = async (name: string) =>
    expect(await receive(scene(name))).toEqual(scene(name).map(() => "applied"));

  await apply("catalogue");
  expect(await db().product.count()).toBe(3);
  expect(await db().price.count({ where: { active: true } })).toBe(6);

  await apply("subscribe");
  expect(await subscription()).toMatchObject({
    customerId: "cus_demo",
    status: "active",
    cancelAt: null,
    currentPeriodEnd: new Date("2027-11-23T09:00:00Z"),
    items: [{ priceId: "price_demo_team_year", productId: "prod_demo_team", quantity: 3 }],
  });
  expect(await db().invoice.findMany()).toMatchObject([{ status: "paid", amountPaid: 45_000n }]);

  await apply("payment-failed");
  expect(await subscription()).toMatchObject({ status: "past_due", items: [{ quantity: 5 }] });
  expect(await db().invoice.findMany({ where: { status: "open" } })).toMatchObject([
    { amountDue: 30_000n, attemptCount: 1, nextPaymentAttempt: new Date("2026-11-26T09:10:00Z") },
  ]);

  await apply("payment-recovered");
  expect(await subscription()).toMatchObject({ status: "active" });
  expect(await db().invoice.count({ where: { status: "open" } })).toBe(0);

  await apply("cancel-at-period-end");
  expect(await subscription()).toMatchObject({
    status: "active",
    cancelAtPeriodEnd: false,
    cancelAt: new Date("2027-11-23T09:00:00Z"),
  });

  await apply("resume");
  expect(await subscription()).toMatchObject({ status: "active", cancelAt: null, canceledAt: null });

  await apply("end");
  expect(await subscription()).toMatchObject({
    status: "canceled",
    endedAt: new Date("2026-11-23T09:50:00Z"),
  });

  await apply("trial");
  expect(await db().subscription.findFirst({ where: { status: "trialing" } })).toMatchObject({
    trialEnd: new Date("2026-12-07T10:00:00Z"),
  });
});

test("sent again they are duplicates", async () => {
  const events = Object.values(scenes).flat();
  expect(new Set(await receive(events))).toEqual(new Set(["duplicate"]));
});
