import { beforeEach, describe, expect, it, vi } from "vitest";
import { linkCustomer } from "@/lib/billing/ownership";
import { syncSubscription } from "@/lib/billing/subscription/lifecycle";
import { drainDue } from "@/lib/billing/webhook/drain";
import { db } from "@/lib/db";
import { stripe as client } from "@/lib/stripe";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver, inboxRow, skipDelays } from "../../support/deliver";
import { aCustomer, anEvent, anInvoice, anItem, aProduct, aSubscription, T0 } from "../../support/events";
import { useStripe } from "../../support/stripe";

useDatabase();
const stripe = useStripe();
beforeEach(clearBilling);

const updated = (fields: object, created = T0) =>
  anEvent("customer.subscription.updated", aSubscription({ ...fields }), { created });
const row = () => db().subscription.findUniqueOrThrow({ where: { id: "sub_1" } });

describe("a second event of the same second", () => {
  it("that says something else is acknowledged, and settled by Stripe", async () => {
    stripe.api.put(aSubscription({ status: "past_due" }));
    await deliver(updated({ status: "active" }));
    const second = updated({ status: "paused" });
    expect(await deliver(second)).toMatchObject({ status: 200, result: "deferred" });
    await drainDue();
    expect(await row()).toMatchObject({ status: "past_due" });
    expect(await inboxRow(second)).toMatchObject({ status: "done", outcome: "applied" });
    expect(stripe.api.requests).toEqual(["GET /v1/subscriptions/sub_1"]);
  });

  it("of a product that is taken off sale is settled by Stripe, and one that says the same is not", async () => {
    await deliver(anEvent("product.created", aProduct()));
    expect(await deliver(anEvent("product.updated", aProduct()))).toMatchObject({ result: "applied" });
    const off = anEvent("product.updated", aProduct({ active: false }));
    expect(await deliver(off)).toMatchObject({ result: "deferred" });
    await drainDue();
    expect((await inboxRow(off)).lastError).toContain("knows no product prod_pro");
  });

  it("that says the same needs no call to Stripe", async () => {
    await deliver(updated({}));
    expect(await deliver(updated({}))).toMatchObject({ result: "applied" });
    expect(stripe.api.requests).toEqual([]);
  });

  it("of a subscription's first payment needs no call to Stripe, in either order", async () => {
    const incomplete = anEvent("customer.subscription.created", aSubscription({ status: "incomplete" }));
    const active = updated({ status: "active" });
    await deliver(incomplete);
    expect(await deliver(active)).toMatchObject({ result: "applied" });
    await clearBilling();
    await deliver(active);
    expect(await deliver(incomplete)).toMatchObject({ result: "superseded" });
    expect(await row()).toMatchObject({ status: "active" });
    expect(stripe.api.requests).toEqual([]);
  });

  it("of an invoice's life needs no call to Stripe, in any order", async () => {
    const life = [
      anEvent("invoice.finalized", anInvoice()),
      anEvent("invoice.payment_failed", anInvoice({ attempt_count: 1 })),
      anEvent("invoice.paid", anInvoice({ status: "paid", attempt_count: 1, amount_paid: 2000 })),
    ];
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      await clearBilling();
      for (const index of order) await deliver(life[index] ?? {});
      expect(await db().invoice.findUnique({ where: { id: "in_1" } })).toMatchObject({
        status: "paid",
        attemptCount: 1,
      });
    }
    expect(stripe.api.requests).toEqual([]);
  });

  it("of a customer that belongs to a user needs no call to Stripe if it says the same", async () => {
    await db().user.upsert({
      where: { id: "user_ada" },
      create: { id: "user_ada", name: "Ada", email: "a@b.example" },
      update: {},
    });
    await linkCustomer({ userId: "user_ada", customerId: "cus_1" });
    await deliver(anEvent("customer.created", aCustomer()));
    expect(await deliver(anEvent("customer.updated", aCustomer()))).toMatchObject({ result: "applied" });
  });

  it("many of them cost one call", async () => {
    stripe.api.put(aSubscription({ status: "active" }));
    stripe.api.failWith(500);
    vi.spyOn(console, "error").mockImplementation(() => {});
    await deliver(updated({ status: "active", metadata: { n: "0" } }));
    const others = Array.from({ length: 9 }, (_, n) => updated({ metadata: { n: String(n + 1) } }));
    for (const event of others) expect(await deliver(event)).toMatchObject({ result: "deferred" });
    await drainDue();
    stripe.api.failWith(null);
    const before = stripe.api.requests.length;
    await skipDelays();
    await drainDue();
    expect(stripe.api.requests.length - before).toBe(1);
    expect(await db().stripeEvent.count({ where: { status: "pending" } })).toBe(0);
    expect(await row()).toMatchObject({ metadata: {} });
  });
});

describe("while Stripe cannot be asked", () => {
  async function tieThatWaits() {
    vi.spyOn(console, "error").mockImplementation(() => {});
    stripe.api.failWith(500);
    await deliver(updated({ status: "active" }));
    const tie = updated({ status: "paused" });
    await deliver(tie);
    await drainDue();
    return tie;
  }

  it("the event waits with its reason and a later time, and the row stays as it was", async () => {
    const tie = await tieThatWaits();
    const waiting = await inboxRow(tie);
    expect(waiting).toMatchObject({ status: "pending", attempts: 1, lockedUntil: null });
    expect(waiting.nextAttemptAt?.getTime()).toBeGreaterThan(Date.now());
    expect(waiting.lastError).toBeTruthy();
    expect(await row()).toMatchObject({ status: "active" });

    stripe.api.failWith(null);
    stripe.api.put(aSubscription({ status: "unpaid" }));
    await skipDelays();
    await drainDue();
    expect(await row()).toMatchObject({ status: "unpaid" });
  });

  it("newer events go on being applied, and end the wait", async () => {
    const tie = await tieThatWaits();
    await deliver(updated({ status: "past_due" }, T0 + 1));
    await skipDelays();
    await drainDue();
    expect(await inboxRow(tie)).toMatchObject({ status: "done", outcome: "superseded" });
    expect(await row()).toMatchObject({ status: "past_due" });
  });

  it("that Stripe knows no such object is an answer", async () => {
    await deliver(updated({ status: "active" }));
    const tie = updated({ status: "paused" });
    await deliver(tie);
    await drainDue();
    const ended = await inboxRow(tie);
    expect(ended).toMatchObject({ status: "done", outcome: "ignored" });
    expect(ended.lastError).toContain("knows no subscription sub_1");
  });
});

describe("an answer of Stripe", () => {
  it("is not undone by an event that was made before it and comes after it", async () => {
    const now = Math.floor(Date.now() / 1000);
    stripe.api.put(aSubscription({ status: "past_due" }));
    await deliver(updated({ status: "active" }, now));
    await deliver(updated({ status: "trialing" }, now));
    await drainDue();
    expect(await row()).toMatchObject({ status: "past_due" });
    await deliver(updated({ status: "active" }, now - 3));
    await drainDue();
    expect(await row()).toMatchObject({ status: "past_due" });
  });

  it("holds what made us ask, although the machine that answers is behind the one that stamps events", async () => {
    const ahead = Math.floor(Date.now() / 1000) + 60;
    stripe.api.put(aSubscription({ status: "past_due" }));
    await deliver(updated({ status: "active" }, ahead));
    await deliver(updated({ status: "trialing" }, ahead));
    await drainDue();
    expect(await deliver(updated({ status: "active" }, ahead - 1))).toMatchObject({ result: "superseded" });
    expect(await row()).toMatchObject({ status: "past_due" });
  });

  it("holds the event that made us ask, although the event did not hold all of its object", async () => {
    const ahead = Math.floor(Date.now() / 1000) + 60;
    stripe.api.put(aSubscription({ status: "past_due" }));
    await deliver(updated({ status: "active" }));
    const cut = { object: "list", data: [anItem()], has_more: true };
    expect(await deliver(updated({ items: cut }, ahead))).toMatchObject({ result: "deferred" });
    await drainDue();
    expect(await row()).toMatchObject({ status: "past_due", stripeStateAt: new Date(ahead * 1000) });
    expect(await deliver(updated({ status: "active" }, ahead - 1))).toMatchObject({ result: "superseded" });
  });

  it("is whole where an event, or Stripe's first answer, holds a part of a list", async () => {
    const api = await client();
    const { id: customer } = await api.customers.create({});
    const { id: product } = await api.products.create({ name: "Add-on" });
    const feature = await api.entitlements.features.create({ name: "Sign-on", lookup_key: "sso" });
    await api.products.createFeature(product, { entitlement_feature: feature.id });
    const monthly = { product, currency: "usd", recurring: { interval: "month" as const } };
    const prices = Array.from({ length: 12 }, (_, n) => api.prices.create({ ...monthly, unit_amount: n }));
    const { id } = await api.subscriptions.create({
      ...{ customer, collection_method: "send_invoice", days_until_due: 30 },
      items: (await Promise.all(prices)).map(({ id: price }) => ({ price })),
    });
    await syncSubscription(id);
    expect(await db().subscriptionItem.count({ where: { subscriptionId: id } })).toBe(12);
    const entitlements = { object: "list", data: [], has_more: true };
    const cut = {
      object: "entitlements.active_entitlement_summary",
      customer,
      livemode: false,
      entitlements,
    };
    const event = anEvent("entitlements.active_entitlement_summary.updated", cut);
    expect(await deliver(event)).toMatchObject({ result: "deferred" });
    const ofNobody = { ...cut, customer: "cus_none" };
    const unknown = anEvent("entitlements.active_entitlement_summary.updated", ofNobody);
    await deliver(unknown);
    await drainDue();
    expect((await inboxRow(unknown)).lastError).toContain("knows no entitlement summary cus_none");
    const entitled = await db().entitlementSummary.findUnique({ where: { id: customer } });
    expect(entitled?.lookupKeys).toEqual(["sso"]);
  });

  it.each([
    ["which still has it: made again under the same id", true, null],
    ["which has it no longer", false, new Date(T0 * 1000)],
  ])(
    "about a product deleted and changed in one second comes from Stripe, %s",
    async (_, exists, deletedAt) => {
      const events = [
        anEvent("product.deleted", aProduct()),
        anEvent("product.updated", aProduct({ name: "New" })),
      ];
      for (const order of [events, events.toReversed()]) {
        await clearBilling();
        if (exists) stripe.api.put(aProduct({ name: "New" }));
        for (const event of order) await deliver(event);
        await drainDue();
        expect(await db().product.findUnique({ where: { id: "prod_pro" } })).toMatchObject({ deletedAt });
        expect(await db().stripeEvent.count({ where: { status: { not: "done" } } })).toBe(0);
      }
    },
  );

  it("that there is no such customer ends nobody's access: an event must tell that they were deleted", async () => {
    await deliver(anEvent("customer.updated", aCustomer()));
    await deliver(anEvent("customer.updated", aCustomer({ email: "other@example.com" })));
    await drainDue();
    const customer = () => db().customer.findUnique({ where: { id: "cus_1" } });
    expect(await customer()).toMatchObject({ deletedAt: null });
    await deliver(anEvent("customer.deleted", aCustomer(), { created: T0 + 9 }));
    expect(await customer()).toMatchObject({ deletedAt: new Date((T0 + 9) * 1000) });
  });

  it("does not revive what has ended, however stale it is", async () => {
    stripe.api.put(aSubscription({ status: "active" }));
    await deliver(anEvent("customer.subscription.deleted", aSubscription()));
    await expect(syncSubscription("sub_1")).rejects.toThrow("older than the row");
    expect(await row()).toMatchObject({ status: "canceled" });
  });

  it("of a lagging replica does not take an invoice back, and is asked for again", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const paid = { status: "paid", attempt_count: 1, amount_paid: 2000 };
    await deliver(anEvent("invoice.paid", anInvoice(paid)));
    await deliver(anEvent("invoice.updated", anInvoice({ ...paid, number: "A-2" })));
    stripe.api.put(anInvoice());
    await drainDue();
    const invoice = () => db().invoice.findUnique({ where: { id: "in_1" } });
    expect(await invoice()).toMatchObject({ status: "paid" });
    stripe.api.put(anInvoice({ ...paid, number: "A-2" }));
    await skipDelays();
    await drainDue();
    expect(await invoice()).toMatchObject({ status: "paid", number: "A-2" });
  });

  it.each([
    ["nothing that can be read", { status: null }],
    ["another object", aSubscription({ id: "sub_victim", customer: "cus_thief" })],
  ])("that is %s changes no row and parks no event", async (_, answer) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    await deliver(
      anEvent("customer.subscription.updated", aSubscription({ id: "sub_victim", items: { data: [] } })),
    );
    await deliver(updated({ status: "active" }));
    const tie = updated({ status: "paused" });
    await deliver(tie);
    stripe.api.put(aSubscription(), answer);
    await drainDue();
    expect(await inboxRow(tie)).toMatchObject({ status: "pending" });
    const victim = await db().subscription.findUnique({ where: { id: "sub_victim" } });
    expect(victim).toMatchObject({ customerId: "cus_1" });
  });

  it("does not overwrite what was written while it was on its way", async () => {
    stripe.api.put(aSubscription({ status: "active" }));
    await deliver(updated({ status: "active", metadata: { a: "1" } }));
    await deliver(updated({ status: "active", metadata: { a: "2" } }));
    await drainDue();
    await deliver(updated({ metadata: { b: "1" } }, T0 + 86_400 * 400));
    stripe.api.delayMs = 300;
    await deliver(updated({ metadata: { b: "2" } }, T0 + 86_400 * 400));
    const draining = drainDue();
    await new Promise((resolve) => setTimeout(resolve, 100));
    stripe.api.put(aSubscription({ status: "canceled" }));
    await deliver(anEvent("customer.subscription.deleted", aSubscription(), { created: T0 + 86_400 * 401 }));
    await draining;
    expect(await row()).toMatchObject({
      status: "canceled",
      stripeStateAt: new Date((T0 + 86_400 * 401) * 1000),
    });
  });
});
