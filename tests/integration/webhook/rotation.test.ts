import { setTimeout as sleep } from "node:timers/promises";
import Stripe from "stripe";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type LocalStripe, startLocalStripe } from "@/dev/stripe/server";
import { HANDLED_EVENTS, isHandled } from "@/lib/billing/webhook/events";
import { db } from "@/lib/db";
import { Balancer } from "../../support/balancer";
import { useDatabase } from "../../support/database";
import { type Endpoint, startEndpoint } from "../../support/endpoints";

useDatabase();
let balancer: Balancer;
let local: LocalStripe;
let server: Endpoint | undefined;

beforeAll(async () => {
  balancer = await Balancer.open();
  const url = `${balancer.url}/api/webhooks/stripe`;
  local = await startLocalStripe({ webhooks: [{ url, events: Object.keys(HANDLED_EVENTS) }] });
  local.weather.become({ retryMs: 100 });
});
afterAll(async () => {
  await server?.kill();
  await local.close();
  balancer.close();
});

/** As a host deploys: a new server with the new environment, then the old one goes. */
async function deploy(secrets: string): Promise<void> {
  const before = server;
  server = await startEndpoint({ STRIPE_WEBHOOK_SECRET: secrets, STRIPE_API_BASE: local.url });
  balancer.targets = [server.url];
  await sleep(300); // what was on its way to the old one
  await before?.kill();
}

/** Rolls the endpoint's secret, as in Stripe's dashboard. */
async function roll(expiresIn: number): Promise<string> {
  const response = await fetch(`${local.url}/_local/webhook_endpoints/${local.webhooks[0]?.id}/roll`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ expires_in: expiresIn }),
  });
  return (await response.json()).secret;
}

/** Something happens at Stripe all the time. @returns stops it */
function keepBusy(): () => Promise<void> {
  const stripe = new Stripe("sk_test_local", { protocol: "http", host: "127.0.0.1", port: local.port });
  let isBusy = true;
  const busy = (async () => {
    for (let n = 0; isBusy; n += 1) {
      await stripe.customers.create({ email: `person${n}@example.com` });
      await sleep(30);
    }
  })();
  return async () => {
    isBusy = false;
    await busy;
  };
}

const answers = () => local.delivery.log.all().map(({ status }) => status);

it("a secret is rolled in Stripe's own way, with both deployed for a while, and no delivery is refused", async () => {
  const old = local.webhooks[0]?.secret ?? "";
  await deploy(old);
  const stop = keepBusy();
  const next = await roll(86_400);
  await deploy(`${next},${old}`);
  // The 24 hours are over.
  local.account.store.note(local.webhooks[0]?.id ?? "", { secrets: [{ secret: next, until: null }] });
  await sleep(200);
  await deploy(next);
  await sleep(200);
  await stop();
  await vi.waitUntil(() => [...local.account.outbox.all()].length === 0, { timeout: 60_000 });
  expect(answers()).not.toContain(400);
  await everythingIsHere();
});

it("one that was rolled at once, and deployed only later, costs a delay and no event", async () => {
  const stop = keepBusy();
  const next = await roll(0);
  await vi.waitUntil(() => answers().filter((status) => status === 400).length > 3, { timeout: 60_000 });
  await deploy(next);
  await stop();
  await vi.waitUntil(() => [...local.account.outbox.all()].length === 0, { timeout: 60_000 });
  await everythingIsHere();
});

async function everythingIsHere(): Promise<void> {
  const sent = local.account.events.filter(({ type }) => isHandled(type)).map(({ id }) => id);
  expect(sent.length).toBeGreaterThan(20);
  const rows = await db().stripeEvent.findMany({ select: { id: true, outcome: true } });
  expect(rows.map(({ id }) => id).sort()).toEqual(sent.sort());
  expect(rows.filter(({ outcome }) => outcome !== "applied")).toEqual([]);
}
