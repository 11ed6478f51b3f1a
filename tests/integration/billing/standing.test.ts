import { beforeEach, describe, expect, it } from "vitest";
import { versionOf } from "@/app/dashboard/version";
import { linkCustomer } from "@/lib/billing/ownership";
import { readBilling } from "@/lib/billing/queries";
import { withinLimit } from "@/lib/billing/standing";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver } from "../../support/deliver";
import { anEvent, anInvoice, anItem, aPrice, aProduct, aSubscription, T0 } from "../../support/events";

useDatabase();

const now = new Date((T0 + 86_400) * 1000);
const later = (days: number) => new Date(now.getTime() + days * 86_400_000);

beforeEach(async () => {
  await clearBilling();
  await db().user.deleteMany();
  await db().user.createMany({
    data: [
      { id: "user_ada", name: "Ada", email: "ada@example.com" },
      { id: "user_bob", name: "Bob", email: "bob@example.com" },
    ],
  });
  await linkCustomer({ userId: "user_ada", customerId: "cus_1" });
  await linkCustomer({ userId: "user_bob", customerId: "cus_2" });
  await deliver(anEvent("product.created", aProduct({ id: "prod_team", metadata: { plan: "team" } })));
  await deliver(
    anEvent(
      "price.created",
      aPrice({ id: "price_team", product: "prod_team", lookup_key: "team_monthly", unit_amount: 1_500 }),
    ),
  );
});

const price = {
  id: "price_team",
  object: "price",
  product: "prod_team",
  currency: "usd",
  unit_amount: 1_500,
};
const subscribe = (fields: Record<string, unknown> = {}) =>
  deliver(
    anEvent(
      "customer.subscription.created",
      aSubscription({ items: { object: "list", data: [anItem({ price })], has_more: false }, ...fields }),
    ),
  );
const standing = (at = now, user = "user_ada") => readBilling(user, at);
const features = async (at = now) => [...(await standing(at)).features].sort();
const entitle = (keys: string[], customer = "cus_1", created = T0) => {
  const summary = {
    object: "entitlements.active_entitlement_summary",
    customer,
    livemode: false,
    entitlements: {
      object: "list",
      data: keys.map((lookup_key) => ({ id: `ent_${lookup_key}`, lookup_key, livemode: false })),
      has_more: false,
    },
  };
  return deliver(anEvent("entitlements.active_entitlement_summary.updated", summary, { created }));
};

describe("features", () => {
  it("are the plan's while it gives access, and nobody else's", async () => {
    await subscribe();
    expect(await standing()).toMatchObject({ plan: { key: "team" }, access: { access: true }, bill: null });
    expect(await features()).toEqual(["history", "search", "sharing"]);
    expect(await standing(now, "user_bob")).toMatchObject({ plan: null, access: { state: "none" } });
    expect([...(await standing(now, "user_bob")).features]).toEqual([]);
    expect([...(await standing(now, "user_nobody")).features]).toEqual([]);
  });

  it("are the plan's, whichever of its items Stripe shows first", async () => {
    const addOn = anItem({
      id: "si_support",
      price: { ...price, id: "price_support", product: "prod_support" },
    });
    const plan = anItem({ id: "si_team", price, quantity: 3 });
    await subscribe({ items: { object: "list", data: [addOn, plan], has_more: false } });
    expect(await standing()).toMatchObject({
      plan: { key: "team" },
      subscription: { items: [{ id: "si_team", quantity: 3 }, { id: "si_support" }] },
    });
    expect(await features()).toEqual(["history", "search", "sharing"]);
  });

  it("are what Stripe's entitlements say where they are used, more or less than the plan file", async () => {
    await subscribe();
    expect((await entitle(["sso", "search", "a_feature_of_another_app"])).result).toBe("applied");
    expect(await features()).toEqual(["search", "sso"]);
    await entitle(["audit_log"], "cus_2");
    expect(await features()).toEqual(["search", "sso"]);
    await entitle(["history"], "cus_1", T0 + 1);
    expect(await features()).toEqual(["history"]);
  });

  it("are none once the subscription has ended, whatever Stripe's entitlements said", async () => {
    await subscribe({ status: "canceled", ended_at: T0 });
    await entitle(["sso"]);
    expect(await features()).toEqual([]);
  });

  it("last through the days of grace, and not longer", async () => {
    await subscribe({ status: "past_due" });
    await deliver(anEvent("invoice.payment_failed", anInvoice({ attempt_count: 1 })));
    expect(await features(later(5))).toEqual(["history", "search", "sharing"]);
    expect(await features(later(7))).toEqual([]);
    expect(await standing(later(7))).toMatchObject({ plan: { key: "team" }, limits: null });
  });
});

it("limits are the plan's, and without a plan there is room for nothing", async () => {
  expect(withinLimit(await standing(), "decisions", 0)).toBe(false);
  await subscribe({ id: "sub_2", items: { object: "list", data: [], has_more: false } });
  expect(await standing()).toMatchObject({ plan: null, limits: null, access: { access: true } });
  await subscribe();
  expect(withinLimit(await standing(), "decisions", 1_000_000)).toBe(true);
  expect(withinLimit({ limits: { decisions: 100 } }, "decisions", 99)).toBe(true);
  expect(withinLimit({ limits: { decisions: 100 } }, "decisions", 100)).toBe(false);
});

describe("a bank that asks is told apart from a card that is declined", () => {
  const at = (seconds: number) => ({ created: T0 + seconds });
  const bill = (fields: Record<string, unknown> = {}) => anInvoice({ attempt_count: 1, ...fields });
  const asked = (seconds: number) => anEvent("invoice.payment_action_required", bill(), at(seconds));
  const failed = (seconds: number, fields = {}) =>
    anEvent("invoice.payment_failed", bill(fields), at(seconds));

  const cases = [
    { says: "a declined card", events: [failed(10)], needsAction: false },
    { says: "a bank that asks", events: [asked(10), failed(10)], needsAction: true },
    {
      says: "a bank that asks, told a second before the failure",
      events: [asked(10), failed(11)],
      needsAction: true,
    },
    {
      says: "a bank that asked, and a card that is declined later",
      events: [asked(10), failed(10), failed(4_000, { attempt_count: 2 })],
      needsAction: false,
    },
  ];
  for (const { says, events, needsAction } of cases)
    it(`${says}, in any order`, async () => {
      for (const order of [events, events.toReversed(), [...events, ...events].reverse()]) {
        await clearBilling();
        await linkCustomer({ userId: "user_ada", customerId: "cus_1" });
        await subscribe({ status: "past_due" });
        for (const event of order) await deliver(event);
        expect((await standing()).bill).toMatchObject({
          needsAction,
          due: { amount: 2_000, currency: "usd" },
        });
      }
    });

  it("is nothing once the bill is paid", async () => {
    await subscribe();
    await deliver(asked(10));
    await deliver(anEvent("invoice.paid", bill({ status: "paid", amount_paid: 2_000 }), at(20)));
    expect((await standing()).bill).toBeNull();
  });
});

it("a bill says what is still due of it, and until when the change of plan waits that it is for", async () => {
  const [expires_at, retry] = [T0 + 86_400 * 2, T0 + 86_400 * 3];
  await subscribe({ status: "past_due", pending_update: { expires_at } });
  const partly = anInvoice({ attempt_count: 1, amount_paid: 500, next_payment_attempt: retry });
  await deliver(anEvent("invoice.payment_failed", partly));
  expect((await standing()).bill).toEqual({
    due: { amount: 1_500, currency: "usd" },
    nextPaymentAttempt: new Date(retry * 1000),
    hostedInvoiceUrl: "https://invoice.stripe.com/i/1",
    needsAction: false,
    changeExpiresAt: new Date(expires_at * 1000),
  });
  await db().subscription.updateMany({ data: { latestInvoiceId: "in_2" } });
  expect((await standing()).bill).toMatchObject({ changeExpiresAt: null });
});

it("what the banner alone shows makes another version of the dashboard, too", async () => {
  const versionAfter = async (type: string) => {
    await deliver(anEvent(type, anInvoice({ attempt_count: 1 })));
    await db().fact.deleteMany();
    return versionOf(await standing());
  };
  await subscribe({ status: "past_due" });
  const declined = await versionAfter("invoice.payment_failed");
  expect(await versionAfter("invoice.payment_failed")).toBe(declined);
  expect(await versionAfter("invoice.payment_action_required")).not.toBe(declined);
});
