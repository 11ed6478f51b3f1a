import type Stripe from "stripe";
import { expect, test } from "vitest";
import { eventBody } from "@/dev/stripe/delivery/event-body";
import type { JsonObject } from "@/lib/billing/read";
import {
  customerFromStripe,
  invoiceFromStripe,
  priceFromStripe,
  productFromStripe,
  subscriptionFromStripe,
} from "@/lib/billing/subscription/from-stripe";
import { catalogue, customerWith, DAY } from "./billing";
import { useLocalStripe } from "./support";

const it = useLocalStripe();

const OLD = "2024-06-20";
const NEW = "2026-10-28.endive";

/** What the API says in a version. */
async function seen(path: string, version: string): Promise<Record<string, unknown>> {
  const { body } = await it.raw(`GET ${path}`, undefined, { "stripe-version": version });
  if (typeof body !== "object" || body === null || "error" in body) throw new Error(JSON.stringify(body));
  return { ...body };
}

/** The last event of a type, as an endpoint of a version gets it. */
function lastEvent(type: string, version: string) {
  const event = it.events().findLast((event) => event.type === type);
  if (!event) throw new Error(`No ${type} among ${it.eventTypes().join(", ")}`);
  const sent: unknown = JSON.parse(JSON.stringify(eventBody(it.local.account, event, version)));
  return sent;
}

async function subscribed(more: Partial<Stripe.SubscriptionCreateParams> = {}) {
  const { solo, pro } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const subscription = await it.stripe.subscriptions.create({
    ...who,
    items: [{ price: solo.id, quantity: 2 }],
    ...more,
  });
  return { subscription, solo, pro, customer: who.customer, invoice: String(subscription.latest_invoice) };
}

test("before basil the period, the plan and the quantity stand at the subscription", async () => {
  const { subscription, solo } = await subscribed();
  const [item] = subscription.items.data;
  const old = await seen(`/v1/subscriptions/${subscription.id}`, OLD);
  expect(old).toMatchObject({
    current_period_start: item?.current_period_start,
    current_period_end: item?.current_period_end,
    plan: { id: solo.id, object: "plan", amount: 500 },
    quantity: 2,
    discount: null,
    items: { data: [{ id: item?.id, price: { id: solo.id }, plan: { id: solo.id } }] },
  });
  expect(old).not.toHaveProperty("items.data.0.current_period_end");
  expect(old).not.toHaveProperty("items.data.0.current_period_start");
  const now = await seen(`/v1/subscriptions/${subscription.id}`, NEW);
  expect(now).not.toHaveProperty("current_period_end");
  expect(now).not.toHaveProperty("plan");
  expect(now).toHaveProperty("items.data.0.current_period_end", item?.current_period_end);
});

test("with several items the period covers all, and no plan stands for them", async () => {
  const { solo, pro } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const { id, items } = await it.stripe.subscriptions.create({
    ...who,
    items: [{ price: solo.id }, { price: pro.id }],
  });
  const old = await seen(`/v1/subscriptions/${id}`, OLD);
  expect(old).toMatchObject({ plan: null, current_period_end: items.data[0]?.current_period_end });
  expect(old).not.toHaveProperty("quantity");
});

test("before basil an invoice names its subscription, its payment and whether it is paid", async () => {
  const { subscription, invoice } = await subscribed({ metadata: { team: "7" } });
  const old = await seen(`/v1/invoices/${invoice}`, OLD);
  const [intent] = (await it.stripe.paymentIntents.list()).data;
  expect(intent?.status).toBe("succeeded");
  expect(old).toMatchObject({
    subscription: subscription.id,
    subscription_details: { metadata: { team: "7" } },
    payment_intent: intent?.id,
    charge: intent?.latest_charge,
    paid: true,
    paid_out_of_band: false,
    tax: null,
    total_tax_amounts: [],
    discount: null,
    application_fee_amount: null,
    transfer_data: null,
    quote: null,
  });
  expect(old).not.toHaveProperty("parent");
  expect(old).not.toHaveProperty("total_taxes");
  const now = await seen(`/v1/invoices/${invoice}`, NEW);
  expect(now).toHaveProperty("parent.subscription_details.subscription", subscription.id);
  for (const gone of ["subscription", "payment_intent", "charge", "paid", "tax", "discount"]) {
    expect(now).not.toHaveProperty(gone);
  }
});

test("before basil a line has its price, whole, and names its subscription and item", async () => {
  const { subscription, invoice, solo } = await subscribed();
  const old = await seen(`/v1/invoices/${invoice}`, OLD);
  expect(old).toMatchObject({
    lines: {
      data: [
        {
          object: "line_item",
          amount: 1000,
          amount_excluding_tax: 1000,
          type: "subscription",
          price: { id: solo.id, object: "price", unit_amount: 500 },
          plan: { id: solo.id, object: "plan", amount: 500, interval: "month" },
          proration: false,
          subscription: subscription.id,
          subscription_item: subscription.items.data[0]?.id,
          tax_amounts: [],
          unit_amount_excluding_tax: "500",
        },
      ],
    },
  });
  for (const gone of ["parent", "pricing", "taxes"]) expect(old).not.toHaveProperty(`lines.data.0.${gone}`);
});

test("before basil a charge and a payment intent name their invoice", async () => {
  const { invoice } = await subscribed();
  const [charge] = (await it.stripe.charges.list()).data;
  expect(await seen(`/v1/charges/${charge?.id}`, OLD)).toMatchObject({ invoice });
  expect(await seen(`/v1/payment_intents/${charge?.payment_intent}`, OLD)).toMatchObject({ invoice });
  expect(await seen(`/v1/charges/${charge?.id}`, NEW)).not.toHaveProperty("invoice");
});

test("before basil the payment of an invoice can be expanded through the subscription", async () => {
  const { subscription } = await subscribed();
  const path = `/v1/subscriptions/${subscription.id}?expand[]=latest_invoice.payment_intent.latest_charge`;
  expect(await seen(path, OLD)).toMatchObject({
    latest_invoice: {
      object: "invoice",
      subscription: subscription.id,
      payment_intent: { object: "payment_intent", latest_charge: { object: "charge", amount: 1000 } },
    },
  });
  const { body } = await it.raw(`GET ${path}`);
  expect(body).toMatchObject({ error: { message: expect.stringContaining("cannot be expanded") } });
});

test("an item that is charged with the next invoice has the old shape too", async () => {
  const { customer } = await subscribed();
  const { id } = await it.stripe.invoiceItems.create({ customer, amount: 300, currency: "eur" });
  const old = await seen(`/v1/invoiceitems/${id}`, OLD);
  expect(old).toMatchObject({ object: "invoiceitem", amount: 300, subscription: null, unit_amount: 300 });
  expect(old).not.toHaveProperty("parent");
  expect(old).not.toHaveProperty("pricing");
});

test("until clover a discount and a promotion code have their coupon, whole", async () => {
  const coupon = await it.stripe.coupons.create({ percent_off: 20, duration: "forever", id: "TWENTY" });
  const code = await it.stripe.promotionCodes.create({ promotion: { type: "coupon", coupon: coupon.id } });
  for (const version of [OLD, "2025-03-31.basil"]) {
    const old = await seen(`/v1/promotion_codes/${code.id}`, version);
    expect(old).toMatchObject({ coupon: { id: "TWENTY", object: "coupon", percent_off: 20 } });
    expect(old).not.toHaveProperty("promotion");
  }
  expect(await seen(`/v1/promotion_codes/${code.id}`, "2025-09-30.clover")).toMatchObject({
    promotion: { type: "coupon", coupon: "TWENTY" },
  });
  const { subscription } = await subscribed({ discounts: [{ coupon: coupon.id }] });
  expect(await seen(`/v1/subscriptions/${subscription.id}`, OLD)).toMatchObject({
    discount: { object: "discount", coupon: { id: "TWENTY" } },
  });
  expect(await seen(`/v1/subscriptions/${subscription.id}?expand[]=discounts`, NEW)).toMatchObject({
    discounts: [{ object: "discount", source: { type: "coupon", coupon: "TWENTY" } }],
  });
});

test("until dahlia Checkout's page had another name", async () => {
  const { solo } = await catalogue(it.stripe);
  const { id } = await it.stripe.checkout.sessions.create({
    mode: "subscription",
    line_items: [{ price: solo.id, quantity: 1 }],
    success_url: "http://localhost/",
  });
  expect(await seen(`/v1/checkout/sessions/${id}`, "2026-02-25.clover")).toMatchObject({ ui_mode: "hosted" });
  expect(await seen(`/v1/checkout/sessions/${id}`, "2026-03-25.dahlia")).toMatchObject({
    ui_mode: "hosted_page",
  });
});

test("a renewal says what changed where the version has it", async () => {
  const { subscription } = await subscribed();
  const [item] = subscription.items.data;
  await it.advance(32 * DAY);
  expect(lastEvent("customer.subscription.updated", OLD)).toMatchObject({
    api_version: OLD,
    data: {
      object: { id: subscription.id, current_period_start: item?.current_period_end },
      previous_attributes: {
        current_period_start: item?.current_period_start,
        current_period_end: item?.current_period_end,
      },
    },
  });
  expect(lastEvent("customer.subscription.updated", OLD)).not.toHaveProperty(
    "data.previous_attributes.items",
  );
  expect(lastEvent("customer.subscription.updated", NEW)).toMatchObject({
    data: { previous_attributes: { items: { data: [{ current_period_end: item?.current_period_end }] } } },
  });
});

test("an invoice that is paid says so of before, too", async () => {
  await subscribed();
  expect(lastEvent("invoice.paid", OLD)).toMatchObject({ data: { object: { paid: true } } });
  expect(lastEvent("invoice.created", OLD)).toMatchObject({
    data: { object: { paid: false, payment_intent: null, charge: null } },
  });
});

test("an endpoint of an old version gets the old shape", async () => {
  const receiver = await it.listen();
  const { secret } = await it.stripe.webhookEndpoints.create({
    url: receiver.url,
    enabled_events: ["customer.subscription.created"],
    api_version: OLD,
  });
  receiver.secret = secret ?? "";
  const { subscription } = await subscribed();
  expect(await receiver.until("customer.subscription.created")).toMatchObject({
    api_version: OLD,
    data: { object: { current_period_end: subscription.items.data[0]?.current_period_end } },
  });
});

test("our own mapper makes the same rows of both shapes", async () => {
  const { subscription, invoice, customer, solo } = await subscribed({ metadata: { team: "7" } });
  await it.stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
  const both = async <Row>(path: string, map: (source: JsonObject) => Row) => {
    const [old, now] = [map(await seen(path, OLD)), map(await seen(path, NEW))];
    expect(old).toEqual(now);
    return now;
  };
  expect(await both(`/v1/subscriptions/${subscription.id}`, subscriptionFromStripe)).toMatchObject({
    status: "active",
    customerId: customer,
    latestInvoiceId: invoice,
    currentPeriodEnd: new Date(Number(subscription.items.data[0]?.current_period_end) * 1000),
    items: [{ priceId: solo.id, quantity: 2 }],
  });
  expect(await both(`/v1/invoices/${invoice}`, invoiceFromStripe)).toMatchObject({
    subscriptionId: subscription.id,
    status: "paid",
    amountPaid: 1000n,
  });
  await both(`/v1/customers/${customer}`, customerFromStripe);
  await both(`/v1/prices/${solo.id}`, priceFromStripe);
  await both(`/v1/products/${solo.product}`, productFromStripe);
});
