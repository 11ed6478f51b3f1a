import { beforeEach, describe, expect, it } from "vitest";
import { readPlans } from "@/lib/billing/on-sale";
import { linkCustomer } from "@/lib/billing/ownership";
import { readBilling } from "@/lib/billing/queries";
import { drainDue } from "@/lib/billing/webhook/drain";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver } from "../../support/deliver";
import { anEvent, anInvoice, anItem, aPrice, aProduct, aSubscription, T0 } from "../../support/events";
import { useStripe } from "../../support/stripe";

useDatabase();
useStripe();

const now = new Date((T0 + 86_400) * 1000);
const billing = () => readBilling("user_ada", now);
const send = (type: string, object: Record<string, unknown>, created = T0) =>
  deliver(anEvent(type, object, { created }));

beforeEach(async () => {
  await clearBilling();
  await db().user.deleteMany();
  await db().user.create({ data: { id: "user_ada", name: "Ada", email: "ada@example.com" } });
  await linkCustomer({ userId: "user_ada", customerId: "cus_1" });
});

describe("what the dashboard reads", () => {
  it("the subscription with its plan and price in words and figures", async () => {
    await send("product.created", aProduct());
    await send("price.created", aPrice());
    await send(
      "customer.subscription.updated",
      aSubscription({ items: { data: [anItem({ quantity: 3 })] } }),
    );
    expect(await billing()).toMatchObject({
      access: { access: true, state: "active" },
      subscription: {
        id: "sub_1",
        items: [
          {
            productName: "Pro",
            quantity: 3,
            price: { unitAmount: { amount: 2000, currency: "usd" }, interval: "month" },
          },
        ],
        confirmedAt: new Date(T0 * 1000),
      },
      others: [],
      bill: null,
      timeline: [],
      settling: false,
    });
  });

  it("that nothing is collected for a while, and until when; the plan stays on", async () => {
    const paused = (pause_collection: object | null) => aSubscription({ pause_collection });
    await send("customer.subscription.updated", paused({ behavior: "keep_as_draft", resumes_at: T0 + 99 }));
    expect(await billing()).toMatchObject({
      access: { access: true, state: "active" },
      subscription: { pause: { isCollectedLater: true, resumesAt: new Date((T0 + 99) * 1000) } },
    });
    await send("customer.subscription.updated", paused({ behavior: "void", resumes_at: null }), T0 + 1);
    expect((await billing()).subscription?.pause).toEqual({ isCollectedLater: false, resumesAt: null });
    await send("customer.subscription.updated", paused(null), T0 + 2);
    expect((await billing()).subscription?.pause).toBeNull();
  });

  it("a product or price that is not here yet leaves a gap and breaks nothing", async () => {
    await send("customer.subscription.updated", aSubscription());
    expect((await billing()).subscription?.items).toMatchObject([{ productName: null, price: null }]);
  });

  it("the bill that a failed payment left open, from which the grace period counts", async () => {
    await send("customer.subscription.updated", aSubscription({ status: "past_due" }));
    await send(
      "invoice.finalized",
      anInvoice({ id: "in_0", created: T0 - 99, status: "paid", amount_paid: 2000, attempt_count: 1 }),
    );
    await send(
      "invoice.payment_failed",
      anInvoice({ attempt_count: 2, created: T0, next_payment_attempt: T0 + 3600 }),
    );
    const view = await billing();
    expect(view.bill).toMatchObject({
      due: { amount: 2000, currency: "usd" },
      nextPaymentAttempt: new Date((T0 + 3600) * 1000),
    });
    expect(view.access).toMatchObject({
      access: true,
      state: "past_due",
      until: new Date((T0 + 7 * 86_400) * 1000),
    });
  });

  it("the grace period counts from the oldest bill that is open, and from when it was due", async () => {
    await send("customer.subscription.updated", aSubscription({ status: "past_due" }));
    const failed = (id: string, fields: Record<string, unknown>) =>
      send("invoice.payment_failed", anInvoice({ id, attempt_count: 1, ...fields }));
    const grace = async () => (await billing()).access.until?.getTime();
    const sevenDaysFrom = (seconds: number) => (seconds + 7 * 86_400) * 1000;
    await failed("in_2", { created: T0 + 200 });
    await failed("in_1", { created: T0 + 100 });
    expect(await grace()).toBe(sevenDaysFrom(T0 + 100));
    await failed("in_0", { created: T0 + 50, due_date: T0 + 150 });
    expect(await grace()).toBe(sevenDaysFrom(T0 + 150));
  });

  it("invoices, the newest first, without drafts", async () => {
    for (const [n, status] of ["paid", "draft", "open"].entries())
      await send("invoice.updated", anInvoice({ id: `in_${n}`, status, created: T0 + n }));
    expect((await billing()).invoices.map(({ id }) => id)).toEqual(["in_2", "in_0"]);
  });

  it("a second live subscription beside the first", async () => {
    await send("customer.subscription.updated", aSubscription());
    await send("customer.subscription.updated", aSubscription({ id: "sub_2", items: { data: [] } }));
    await send("customer.subscription.deleted", aSubscription({ id: "sub_3", items: { data: [] } }));
    const view = await billing();
    expect([view.subscription?.id, ...view.others.map(({ id }) => id)].sort()).toEqual(["sub_1", "sub_2"]);
  });

  it("the subscription that decides, also where a newer one has ended", async () => {
    await send("customer.subscription.updated", aSubscription());
    const newer = aSubscription({ id: "sub_2", status: "canceled", start_date: T0 + 9, items: { data: [] } });
    await send("customer.subscription.deleted", newer);
    expect(await billing()).toMatchObject({ subscription: { id: "sub_1" }, others: [] });
  });

  it("says that it is settling while an event about it waits", async () => {
    await send("customer.subscription.updated", aSubscription());
    await db().stripeEvent.updateMany({ data: { status: "pending", nextAttemptAt: null } });
    expect((await billing()).settling).toBe(true);
    await db().stripeEvent.updateMany({ data: { status: "done" } });
    expect((await billing()).settling).toBe(false);
    await drainDue();
  });
});

describe("what the pricing page reads", () => {
  const plan = (key: string) => aProduct({ id: `prod_${key}`, name: key, metadata: { plan: key } });
  const priceOf = (key: string, id: string, more: object = {}) =>
    aPrice({ id, product: `prod_${key}`, lookup_key: `${key}_monthly`, ...more });
  const yearly = (key: string) => ({
    lookup_key: `${key}_yearly`,
    recurring: { interval: "year", interval_count: 1 },
  });

  it("the plans that Stripe has on sale, the smallest first, at Stripe's prices", async () => {
    await send("product.created", plan("team"));
    await send("product.created", plan("solo"));
    await send("product.created", plan("company"));
    await send("price.created", priceOf("team", "price_team", { unit_amount: 9000 }));
    await send("price.created", priceOf("solo", "price_year", { unit_amount: 20_000, ...yearly("solo") }));
    await send("price.created", priceOf("solo", "price_month"));
    await send("price.created", priceOf("company", "price_old", { active: false }));
    await send("price.created", aPrice({ id: "price_other", lookup_key: "consulting" }));
    expect((await readPlans()).map(({ key, prices }) => [key, prices.map(({ id }) => id)])).toEqual([
      ["solo", ["price_month", "price_year"]],
      ["team", ["price_team"]],
    ]);
    expect((await readPlans())[1]?.prices).toEqual([
      {
        id: "price_team",
        lookupKey: "team_monthly",
        unitAmount: { amount: 9000, currency: "usd" },
        interval: "month",
        intervalCount: 1,
        metered: false,
      },
    ]);
    // Tiers have no single figure, and what is used is counted afterwards.
    const metered = { interval: "month", interval_count: 2, usage_type: "metered" };
    const tiers = priceOf("team", "price_team", { unit_amount: null, recurring: metered });
    await send("price.updated", tiers, T0 + 1);
    expect((await readPlans())[1]?.prices).toMatchObject([
      { unitAmount: null, intervalCount: 2, metered: true },
    ]);
  });

  it("leaves out what was taken off sale or deleted", async () => {
    await send("product.created", plan("solo"));
    await send("price.created", priceOf("solo", "price_gone"));
    await send("price.deleted", priceOf("solo", "price_gone"), T0 + 1);
    await send("product.created", aProduct({ id: "prod_team", active: false }));
    await send("price.created", priceOf("team", "price_team"));
    expect(await readPlans()).toEqual([]);
  });

  it("while a lookup key moves on, takes the price that was heard of last", async () => {
    await send("product.created", plan("solo"));
    await send("price.created", priceOf("solo", "price_new", { unit_amount: 600 }), T0 + 1);
    await send("price.updated", priceOf("solo", "price_before"));
    expect((await readPlans())[0]?.prices.map(({ id }) => id)).toEqual(["price_new"]);
  });

  it("is empty, and not an error, before there is a catalogue", async () => {
    expect(await readPlans()).toEqual([]);
  });
});
