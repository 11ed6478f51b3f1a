import { createServer } from "node:http";
import { isDeepStrictEqual } from "node:util";
import Stripe from "stripe";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { POST } from "@/app/api/webhooks/stripe/route";
import { type LocalStripe, startLocalStripe } from "@/dev/stripe/server";
import {
  customerFromStripe,
  invoiceFromStripe,
  priceFromStripe,
  productFromStripe,
  subscriptionFromStripe,
} from "@/lib/billing/subscription/from-stripe";
import { drainDue } from "@/lib/billing/webhook/drain";
import { HANDLED_EVENTS } from "@/lib/billing/webhook/events";
import { db } from "@/lib/db";
import { skipDelays } from "./deliver";
import { WEBHOOK_SECRET } from "./env";

/**
 * A local Stripe that delivers to the app's real route, over HTTP. Call it after useDatabase, for both set what lib/env.ts
 * reads once.
 * @param timeScale how many seconds of Stripe's backoff pass in one of ours
 */
export function useConnectedStripe({ timeScale = 1 } = {}) {
  let local: LocalStripe | undefined;
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", async () => {
      const signature = String(incoming.headers["stripe-signature"]);
      const body = Buffer.concat(chunks);
      const request = new Request("http://localhost/api/webhooks/stripe", {
        method: "POST",
        body,
        headers: { "stripe-signature": signature },
      });
      const response = await POST(request);
      outgoing.writeHead(response.status).end(await response.text());
    });
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const events = Object.keys(HANDLED_EVENTS);
    const url = `http://127.0.0.1:${port}/api/webhooks/stripe`;
    local = await startLocalStripe({
      seed: 11,
      timeScale,
      webhooks: [{ url, secret: WEBHOOK_SECRET, events }],
    });
    process.env.STRIPE_API_BASE = local.url;
  });
  afterAll(async () => {
    await local?.close();
    server.close();
    server.closeAllConnections();
  });

  const running = () => {
    if (!local) throw new Error("The local Stripe runs from beforeAll on.");
    return local;
  };
  return {
    get local() {
      return running();
    },
    get stripe() {
      const { port } = running();
      return new Stripe("sk_test_local", { protocol: "http", host: "127.0.0.1", port, telemetry: false });
    },
    /** Until nothing is on its way from Stripe, and nothing waits here. */
    async untilQuiet(): Promise<void> {
      const { outbox } = running().account;
      await vi.waitUntil(() => [...outbox.all()].every(({ nextAt }) => nextAt === null), {
        timeout: 60_000,
        interval: 20,
      });
      await vi.waitUntil(
        async () => {
          await skipDelays();
          await drainDue();
          return (await db().stripeEvent.count({ where: { status: "pending" } })) === 0;
        },
        { timeout: 60_000, interval: 20 },
      );
    },
  };
}

type Connected = Pick<ReturnType<typeof useConnectedStripe>, "stripe">;

/** Lives of customers, as Stripe sees them: they begin, renew, fail to pay, change and end. */
export async function liveLives({ stripe }: Connected, count: number): Promise<void> {
  const product = await stripe.products.create({ name: "Team" });
  const price = (unit_amount: number) =>
    stripe.prices.create({
      product: product.id,
      currency: "usd",
      unit_amount,
      recurring: { interval: "month" },
    });
  const [small, large] = [await price(900), await price(2000)];
  for (let at = 0; at < count; at += 1) {
    const customer = await stripe.customers.create({ email: `person${at}@example.com` });
    const card = at % 5 === 4 ? "pm_card_chargeCustomerFail" : "pm_card_visa";
    const method = await stripe.paymentMethods.attach(card, { customer: customer.id });
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      default_payment_method: method.id,
      items: [{ price: at % 2 ? small.id : large.id, quantity: 1 + (at % 3) }],
      ...(at % 4 === 1 ? { trial_period_days: 14 } : {}),
    });
    const [item] = subscription.items.data;
    if (subscription.status === "incomplete") continue;
    if (at % 6 === 2 && item)
      await stripe.subscriptions.update(subscription.id, { items: [{ id: item.id, quantity: 7 }] });
    if (at % 6 === 3) await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    if (at % 6 === 5) await cancel(stripe, subscription.id);
    if (at % 7 === 6) await stripe.customers.update(customer.id, { email: `moved${at}@example.com` });
  }
}

/** Asked for again, because the first answer was lost, what is canceled is not to be found. */
async function cancel(stripe: Stripe, id: string): Promise<void> {
  await stripe.subscriptions.cancel(id).catch((error: unknown) => {
    if (!(error instanceof Stripe.errors.StripeError) || error.code !== "resource_missing") throw error;
  });
}

/** The rows that are not what Stripe says, by id. Drafts are left out: no event tells of them. */
export async function wrongRows({ stripe }: Connected): Promise<string[]> {
  const truth = new Map<string, object>();
  for await (const one of stripe.customers.list({ limit: 100 }))
    truth.set(one.id, customerFromStripe({ ...one }));
  for await (const one of stripe.products.list({ limit: 100 }))
    truth.set(one.id, productFromStripe({ ...one }));
  for await (const one of stripe.prices.list({ limit: 100 })) truth.set(one.id, priceFromStripe({ ...one }));
  for await (const one of stripe.subscriptions.list({ limit: 100, status: "all" }))
    truth.set(one.id, subscriptionFromStripe({ ...one }));
  for await (const one of stripe.invoices.list({ limit: 100 }))
    if (one.status !== "draft") truth.set(one.id, invoiceFromStripe({ ...one }));
  expect(truth.size).toBeGreaterThan(10);
  const rows = await billingRows();
  const ids = new Set([...truth.keys(), ...rows.keys()]);
  return [...ids].filter((id) => !isDeepStrictEqual(rows.get(id), truth.get(id)));
}

const omit = { version: true, stripeStateAt: true, syncedAt: true } as const;

/** Every row that events write, without what only the table knows. */
export async function billingRows(): Promise<Map<string, object>> {
  const items = { omit: { subscriptionId: true, position: true }, orderBy: { position: "asc" } } as const;
  const found = await Promise.all([
    db().subscription.findMany({ omit, include: { items } }),
    db().invoice.findMany({ omit }),
    db().customer.findMany({ omit: { ...omit, userId: true } }),
    db().product.findMany({ omit }),
    db().price.findMany({ omit }),
  ]);
  return new Map(found.flat().map((row) => [row.id, row]));
}
