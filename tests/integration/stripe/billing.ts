import { setTimeout as sleep } from "node:timers/promises";
import type Stripe from "stripe";

/** Days and hours in seconds. */
export const HOUR = 3600;
export const DAY = 24 * HOUR;

/** What there is to subscribe to, in euros: Solo for 5 and Pro for 20 a month, Solo for 50 a year. */
export async function catalogue(stripe: Stripe) {
  const [solo, pro] = [
    await stripe.products.create({ name: "Solo" }),
    await stripe.products.create({ name: "Pro" }),
  ];
  const price = (product: Stripe.Product, unit_amount: number, interval: "month" | "year") =>
    stripe.prices.create({ product: product.id, currency: "eur", unit_amount, recurring: { interval } });
  return {
    solo: await price(solo, 500, "month"),
    pro: await price(pro, 2000, "month"),
    yearly: await price(solo, 5000, "year"),
    setup: await stripe.prices.create({ product: solo.id, currency: "eur", unit_amount: 1000 }),
  };
}

/** A customer with a card of their own. */
export async function customerWith(
  stripe: Stripe,
  card: string,
  more: Stripe.CustomerCreateParams = {},
): Promise<{ customer: string; default_payment_method: string }> {
  const { id } = await stripe.customers.create({ email: "ada@example.com", ...more });
  const method = await stripe.paymentMethods.attach(card, { customer: id });
  return { customer: id, default_payment_method: method.id };
}

/** Advances a test clock, and waits until it is ready. */
export async function advanceClock(stripe: Stripe, clock: string, to: number): Promise<void> {
  await stripe.testHelpers.testClocks.advance(clock, { frozen_time: to });
  for (;;) {
    const { status } = await stripe.testHelpers.testClocks.retrieve(clock);
    if (status === "ready") return;
    if (status !== "advancing") throw new Error(`The clock is ${status}.`);
    await sleep(5);
  }
}

export const at = (moment: string) => Date.parse(moment) / 1000;

/** `2026-11-24`, of epoch seconds. */
export const day = (seconds: number | null | undefined) =>
  new Date((seconds ?? 0) * 1000).toISOString().slice(0, 10);

/** The events of a bill that a card pays at once, in Stripe's order. */
export const PAID_AT_ONCE = [
  "invoice.finalized",
  "payment_intent.created",
  "charge.succeeded",
  "payment_intent.succeeded",
  "invoice_payment.paid",
  "invoice.updated",
  "invoice.paid",
  "invoice.payment_succeeded",
];

/** What an invoice's lines say, with their amounts. */
export const lines = ({ lines }: Stripe.Invoice) =>
  lines.data.map(({ description, amount }) => `${description}: ${amount}`);
