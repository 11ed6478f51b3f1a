import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Stripe from "stripe";
import { expect, onTestFinished, test } from "vitest";
import { advanceAccount } from "@/dev/stripe/engine/advance";
import { startLocalStripe } from "@/dev/stripe/server";
import { customerWith, DAY } from "./billing";
import { clientOf } from "./support";

const monthly = { interval: "month" } as const;

async function sell(stripe: Stripe) {
  const meter = await stripe.billing.meters.create({
    display_name: "Calls",
    event_name: "call",
    default_aggregation: { formula: "sum" },
  });
  const product = await stripe.products.create({ name: "Pro", marketing_features: [{ name: "All" }] });
  const of = { product: product.id, currency: "eur" };
  const flat = await stripe.prices.create({
    ...of,
    unit_amount: 2000,
    lookup_key: "pro",
    recurring: monthly,
  });
  const used = await stripe.prices.create({
    ...of,
    billing_scheme: "tiered",
    tiers_mode: "graduated",
    tiers: [
      { up_to: 10, unit_amount: 0 },
      { up_to: "inf", unit_amount: 5 },
    ],
    recurring: { ...monthly, usage_type: "metered", meter: meter.id },
  });
  const duration = { duration: "repeating", duration_in_months: 1 } as const;
  const coupon = await stripe.coupons.create({ id: "FIRST", percent_off: 50, ...duration });
  const code = await stripe.promotionCodes.create({ promotion: { type: "coupon", coupon: coupon.id } });
  const who = await customerWith(stripe, "pm_card_visa");
  const subscription = await stripe.subscriptions.create({
    ...who,
    items: [{ price: flat.id }, { price: used.id }],
    discounts: [{ promotion_code: code.id }],
  });
  await stripe.coupons.del(coupon.id);
  const event = { event_name: "call", payload: { stripe_customer_id: who.customer, value: "30" } };
  await stripe.billing.meterEvents.create({ ...event, identifier: "call_1" });
  return { subscription, event };
}

const seen = async (stripe: Stripe) =>
  JSON.stringify([
    (await stripe.products.list()).data,
    (await stripe.prices.list({ expand: ["data.tiers"] })).data,
    (await stripe.promotionCodes.list()).data,
    (await stripe.billing.meters.list()).data,
    (await stripe.subscriptions.list({ expand: ["data.discounts"] })).data,
    (await stripe.invoices.list()).data,
  ]);

test("what is sold, for how much less, and what was used outlive a restart", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stripe-catalogue-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const options = { seed: 1, dataFile: join(folder, "stripe.data") };
  const first = await startLocalStripe(options);
  const { subscription, event } = await sell(clientOf(first));
  const before = await seen(clientOf(first));
  await first.close();

  const again = await startLocalStripe(options);
  onTestFinished(() => again.close());
  const stripe = clientOf(again);
  // Only where its pages are has changed.
  expect(await seen(stripe)).toBe(before.replaceAll(first.url, again.url));
  await expect(stripe.billing.meterEvents.create({ ...event, identifier: "call_1" })).rejects.toThrow(
    "An event already exists with identifier call_1.",
  );
  await advanceAccount(again.account, again.account.now() + 32 * DAY);
  const { data } = await stripe.invoices.list({ subscription: subscription.id });
  // 20 calls beyond the ten that cost nothing, and the whole price: the month of the coupon is over.
  expect(data.map(({ amount_paid }) => amount_paid)).toEqual([2100, 1000]);
  expect((await stripe.subscriptions.retrieve(subscription.id)).discounts).toEqual([]);
});
