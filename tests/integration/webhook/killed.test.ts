import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { signedRequest } from "@/dev/send/sign";
import { drainDue } from "@/lib/billing/webhook/drain";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { skipDelays } from "../../support/deliver";
import { startEndpoint } from "../../support/endpoints";
import { WEBHOOK_SECRET } from "../../support/env";
import { anEvent, aSubscription, T0 } from "../../support/events";
import { useStripe } from "../../support/stripe";

useDatabase();
const stripe = useStripe();

/** Delivers as Stripe does: again, to whatever process listens by then, until it is acknowledged. */
async function deliverUntilAcknowledged(event: object, endpoint: () => string, acknowledged: Set<unknown>) {
  for (let tries = 0; tries < 2_000; tries += 1) {
    const request = signedRequest(JSON.stringify(event), WEBHOOK_SECRET, { url: endpoint() });
    const response = await fetch(request).catch(() => null);
    if (response?.status === 200) return acknowledged.add(event);
    await sleep(50);
  }
  throw new Error("An event was never acknowledged.");
}

it("a process killed at any moment loses nothing that it acknowledged, and nothing is applied twice", async () => {
  const lives = Array.from({ length: 60 }, (_, n) => {
    const of = { id: `sub_${n}`, items: { data: [] } };
    // Every third has a second event of the same second, so that the kill also meets fetches and waiting events.
    const events = [anEvent("customer.subscription.updated", aSubscription({ ...of, status: "active" }))];
    if (n % 3 === 0)
      events.push(anEvent("customer.subscription.updated", aSubscription({ ...of, status: "paused" })));
    stripe.api.put(aSubscription({ ...of, status: n % 3 === 0 ? "past_due" : "active" }));
    return events;
  });
  stripe.api.delayMs = 20;
  let endpoint = await startEndpoint();
  const acknowledged = new Set<unknown>();
  let isOver = false;
  const killer = (async () => {
    for (let kills = 0; kills < 6 && !isOver; kills += 1) {
      await sleep(150 + 70 * kills);
      await endpoint.kill();
      endpoint = await startEndpoint();
    }
  })();
  const queue = lives.flat();
  const stripeWorkers = Array.from({ length: 4 }, async () => {
    for (let event = queue.pop(); event; event = queue.pop()) {
      await deliverUntilAcknowledged(event, () => endpoint.url, acknowledged);
      await sleep(20);
    }
  });
  await Promise.all(stripeWorkers);
  isOver = true;
  await killer;
  await endpoint.kill();

  // What the dead processes had leased is taken over once the lease is over.
  await db().$executeRaw`update stripe_events set locked_until = null`;
  await skipDelays();
  await drainDue();
  expect(acknowledged.size).toBe(80);
  expect(await db().stripeEvent.count({ where: { status: "done" } })).toBe(80);
  const rows = await db().subscription.findMany();
  expect(rows).toHaveLength(60);
  for (const [n] of lives.entries()) {
    const row = rows.find(({ id }) => id === `sub_${n}`);
    expect(row).toMatchObject({ status: n % 3 === 0 ? "past_due" : "active" });
    // Two events and one answer at the most: no write happened twice.
    expect(row?.version).toBeLessThanOrEqual(n % 3 === 0 ? 2 : 1);
    expect(row?.stripeStateAt.getTime()).toBeGreaterThanOrEqual(T0 * 1000);
  }
}, 120_000);
