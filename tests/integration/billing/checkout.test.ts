import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/dev/stripe/http/errors";
import { expireEach, startCheckout } from "@/lib/billing/checkout";
import { applyCheckout } from "@/lib/billing/checkout-return";
import { ensureCustomer } from "@/lib/billing/ownership";
import { readBilling } from "@/lib/billing/queries";
import { syncSubscription } from "@/lib/billing/subscription/lifecycle";
import { db } from "@/lib/db";
import { stripe } from "@/lib/stripe";
import { useDatabase } from "../../support/database";
import { sellPlans } from "../../support/plans";
import { useStripe } from "../../support/stripe";
import { card, DECLINED, GOOD, submit } from "../stripe/pages-support";

useDatabase();
const local = useStripe();

let ada = { id: "", name: "Ada", email: "ada@example.com" };
let count = 0;

beforeAll(sellPlans);
beforeEach(async () => {
  count += 1;
  ada = { id: `user_${count}`, name: "Ada", email: `ada-${count}@example.com` };
  await db().user.create({ data: ada });
});

const choose = (lookupKey: string, seats = 1) => startCheckout(ada, { lookupKey, seats });
const sessions = async () => {
  const customer = await db().customer.findUniqueOrThrow({ where: { userId: ada.id } });
  return (await (await stripe()).checkout.sessions.list({ customer: customer.id })).data;
};
const subscriptionsAtStripe = async () => {
  const customer = await db().customer.findUniqueOrThrow({ where: { userId: ada.id } });
  return (await (await stripe()).subscriptions.list({ customer: customer.id, status: "all" })).data;
};

/** Chooses and pays, as somebody who closes the tab before they are back. */
async function buy(lookupKey: string, number = GOOD): Promise<string> {
  const start = await choose(lookupKey);
  if (start.outcome !== "open") throw new Error("There is something to pay.");
  await submit(start.url, card(number, { email: ada.email }));
  return start.url.split("/").at(-1) ?? "";
}

describe("choosing a plan", () => {
  it("leads to a Checkout of the user's own customer, for that price, that comes back here", async () => {
    const start = await choose("team_monthly", 3);
    const [session] = await sessions();
    expect(start).toEqual({ outcome: "open", url: session?.url });
    expect(session).toMatchObject({
      mode: "subscription",
      client_reference_id: ada.id,
      allow_promotion_codes: true,
      success_url: "http://localhost:3000/checkout/return?session_id={CHECKOUT_SESSION_ID}",
      cancel_url: "http://localhost:3000/checkout?plan=team_monthly&seats=3",
    });
    const { data } = await (await stripe()).checkout.sessions.listLineItems(session?.id ?? "");
    expect(data).toMatchObject([
      {
        quantity: 3,
        price: { lookup_key: "team_monthly" },
        adjustable_quantity: { enabled: true, minimum: 1, maximum: 500 },
      },
    ]);
    expect(session).toMatchObject({ billing_address_collection: "auto", automatic_tax: { enabled: false } });
  });

  it("that is not sold by the seat is one, however many were asked for", async () => {
    await choose("solo_monthly", 3);
    const [session] = await sessions();
    const { data } = await (await stripe()).checkout.sessions.listLineItems(session?.id ?? "");
    expect(data).toMatchObject([{ quantity: 1, adjustable_quantity: null }]);
    expect(session?.cancel_url).toContain("plan=solo_monthly&seats=1");
  });

  it("asks for the address and the tax id where tax is to be worked out", async () => {
    vi.stubEnv("CHECKOUT_TAX", "automatic");
    vi.stubEnv("CHECKOUT_ADDRESS", "required");
    vi.resetModules();
    const anew = await import("@/lib/billing/checkout");
    await anew.startCheckout(ada, { lookupKey: "solo_monthly", seats: 1 });
    expect((await sessions())[0]).toMatchObject({
      billing_address_collection: "required",
      automatic_tax: { enabled: true },
      tax_id_collection: { enabled: true },
    });
  });

  it("closes no session of anybody else", async () => {
    const bob = { id: `user_bob_${count}`, name: "Bob", email: `bob-${count}@example.com` };
    await db().user.create({ data: bob });
    await choose("solo_monthly");
    for (const _ of ["made", "found again"])
      await startCheckout(bob, { lookupKey: "solo_monthly", seats: 1 });
    expect((await sessions()).map(({ status }) => status)).toEqual(["open"]);
    // Nor one that is about something else than a plan.
    const customer = String((await sessions())[0]?.customer);
    const success_url = "https://app.example.com/saved";
    const api = await stripe();
    await api.checkout.sessions.create({ mode: "setup", currency: "usd", customer, success_url });
    await choose("company_monthly");
    expect((await sessions()).map(({ mode, status }) => [mode, status])).toEqual([
      ["subscription", "open"],
      ["setup", "open"],
      ["subscription", "expired"],
    ]);
  });

  it("leads to no address that is not of the web", async () => {
    await choose("solo_monthly");
    const { account } = local.local;
    const session = account.store.get("checkout.session", (await sessions())[0]?.id ?? "");
    if (session) account.change("checkout.session", session, { url: "javascript:https://" }, null);
    await expect(choose("solo_monthly")).rejects.toThrow(session?.id);
  });

  it("while the one before is paid in another tab leaves nothing else to be paid", async () => {
    await choose("solo_monthly");
    const [first] = await sessions();
    const { account } = local.local;
    const newId = account.newId.bind(account);
    // The payment comes through while the second session is made.
    vi.spyOn(account, "newId").mockImplementation((kind) => {
      const paid = kind === "checkout.session" && account.store.get(kind, first?.id ?? "");
      if (paid) account.change("checkout.session", paid, { status: "complete" }, null);
      return newId(kind);
    });
    expect(await choose("company_monthly")).toEqual({ outcome: "subscribed" });
    expect((await sessions()).map(({ status }) => status)).toEqual(["expired", "complete"]);
  });

  it("while the one before cannot be closed, and stays open, fails", async () => {
    await choose("solo_monthly");
    const { before } = local.local;
    const refusal = vi.spyOn(local.local, "before").mockImplementation(async (request) => {
      if (request.path.endsWith("/expire")) throw ApiError.invalid("This session cannot be expired now.");
      return before(request);
    });
    await expect(choose("company_monthly")).rejects.toThrow("cannot be expired now");
    refusal.mockRestore();
    await choose("company_monthly");
    expect((await sessions()).map(({ status }) => status)).toEqual(["open", "expired"]);
  });

  it("whose price Stripe does not know fails, and the customer stays", async () => {
    await choose("solo_monthly");
    const before = await db().customer.findUniqueOrThrow({ where: { userId: ada.id } });
    const { id } = await db().price.findFirstOrThrow({ where: { lookupKey: "company_monthly" } });
    await db().price.update({ where: { id }, data: { id: "price_none" } });
    await expect(choose("company_monthly")).rejects.toMatchObject({ code: "resource_missing" });
    await db().price.update({ where: { id: "price_none" }, data: { id } });
    expect(await db().customer.findUniqueOrThrow({ where: { userId: ada.id } })).toEqual(before);
  });

  it("again, after a subscription whose first payment was never made, is no second one", async () => {
    await choose("solo_monthly");
    const [session] = await sessions();
    const price = await db().price.findFirstOrThrow({ where: { lookupKey: "solo_monthly" } });
    await (await stripe()).subscriptions.create({
      customer: String(session?.customer),
      items: [{ price: price.id }],
      payment_behavior: "default_incomplete",
    });
    expect(await choose("solo_monthly")).toMatchObject({ outcome: "open" });
  });

  it("whose product was taken off sale is refused, also while its price is on sale still", async () => {
    const { productId } = await db().price.findFirstOrThrow({ where: { lookupKey: "company_monthly" } });
    const archive = (active: boolean) =>
      db().product.updateMany({ where: { id: productId ?? "" }, data: { active } });
    await archive(false);
    await expect(choose("company_monthly")).rejects.toThrow("No price is on sale");
    await archive(true);
    expect(await choose("company_monthly")).toMatchObject({ outcome: "open" });
  });

  /** A customer who chooses in so many tabs: none makes a session before all have seen that there is none. */
  const inTabs = async (tabs: number) => {
    await ensureCustomer(ada);
    const answer = local.local.before;
    let goOn = () => {};
    const allHaveSeen = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let seen = 0;
    vi.spyOn(local.local, "before").mockImplementation(async (request) => {
      if (request.path === "/v1/subscriptions") {
        seen += 1;
        if (seen === tabs) goOn();
        await allHaveSeen;
      }
      return answer(request);
    });
  };

  it("twice, in as many tabs as there are, leads to one session", async () => {
    await inTabs(5);
    const starts = await Promise.all(Array.from({ length: 5 }, () => choose("solo_monthly")));
    const later = await choose("solo_monthly");
    expect(new Set([...starts, later].map((start) => JSON.stringify(start))).size).toBe(1);
    expect(await sessions()).toHaveLength(1);
  });

  it("that is not the one before closes the session before, so that only one can be paid", async () => {
    await choose("solo_monthly");
    await choose("company_monthly");
    expect((await sessions()).map(({ status, amount_total }) => [status, amount_total])).toEqual([
      ["open", 9_000],
      ["expired", 500],
    ]);
  });

  it("another in each of two tabs leaves one at the most that can be paid", async () => {
    await inTabs(3);
    await Promise.all([choose("solo_monthly"), choose("company_monthly"), choose("company_yearly")]);
    expect((await sessions()).filter(({ status }) => status === "open")).toHaveLength(1);
  });

  it("another in each of many tabs leaves one at the most as well", async () => {
    await inTabs(25);
    const wishes = Array.from({ length: 25 }, (_, n) =>
      startCheckout(ada, { lookupKey: "team_monthly", seats: n + 1 }),
    );
    await Promise.all(wishes);
    const { id: customer } = await db().customer.findUniqueOrThrow({ where: { userId: ada.id } });
    const all = (await (await stripe()).checkout.sessions.list({ customer, limit: 100 })).data;
    expect(all).toHaveLength(25);
    expect(all.filter(({ status }) => status === "open").length).toBeLessThan(2);
  });

  it("again, after the session has expired, opens another one", async () => {
    await choose("solo_monthly");
    const [first] = await sessions();
    await (await stripe()).checkout.sessions.expire(first?.id ?? "");
    expect(await choose("solo_monthly")).toMatchObject({ outcome: "open" });
    expect((await sessions()).map(({ status }) => status)).toEqual(["open", "expired"]);
  });

  it("whose card was declined leads to the same session again", async () => {
    const id = await buy("solo_monthly", DECLINED);
    expect(await choose("solo_monthly")).toMatchObject({ url: expect.stringContaining(id) });
    expect(await subscriptionsAtStripe()).toEqual([]);
  });

  it("with a subscription leads to it, also before any event has told of it", async () => {
    await buy("solo_monthly");
    expect(await choose("team_monthly")).toEqual({ outcome: "subscribed" });
    expect((await readBilling(ada.id, new Date())).access).toMatchObject({ access: true, state: "active" });
    expect((await sessions()).filter(({ status }) => status === "open")).toEqual([]);
  });

  it("again, after the subscription has ended, is a new purchase of the same", async () => {
    await buy("solo_monthly");
    const [first] = await subscriptionsAtStripe();
    await (await stripe()).subscriptions.cancel(first?.id ?? "");
    await buy("solo_monthly");
    expect((await subscriptionsAtStripe()).map(({ status }) => status)).toEqual(["active", "canceled"]);
  });

  it("with a customer of another test account makes one here", async () => {
    await db().customer.create({ data: { id: `cus_elsewhere_${count}`, userId: ada.id } });
    expect(await choose("solo_monthly")).toMatchObject({ outcome: "open" });
    expect((await sessions())[0]?.customer).not.toBe(`cus_elsewhere_${count}`);
  });

  it("that nobody sells is refused in words", async () => {
    await expect(choose("enterprise_monthly")).rejects.toThrow("stripe:setup");
    await db().price.updateMany({ where: { lookupKey: "company_yearly" }, data: { active: false } });
    await expect(choose("company_yearly")).rejects.toThrow("stripe:setup");
    await db().price.updateMany({ where: { lookupKey: "company_yearly" }, data: { active: true } });
    // One that Stripe has on sale, and that is no plan of ours.
    const { id } = await db().price.findFirstOrThrow({ where: { lookupKey: "company_yearly" } });
    await db().price.update({ where: { id }, data: { lookupKey: "consulting" } });
    await expect(choose("consulting")).rejects.toThrow("stripe:setup");
    await db().price.update({ where: { id }, data: { lookupKey: "company_yearly" } });
  });

  it("while Stripe does not answer fails, and goes through afterwards", async () => {
    local.api.failWith(500);
    await expect(choose("solo_monthly")).rejects.toMatchObject({ type: "StripeAPIError" });
    local.api.failWith(null);
    expect(await choose("solo_monthly")).toMatchObject({ outcome: "open" });
  });
});

it("a session that is closed already is no obstacle, and one that was paid is", async () => {
  await choose("solo_monthly");
  expect(await expireEach(await sessions())).toBe(true);
  expect(await expireEach(await sessions())).toBe(true);
  await buy("solo_monthly");
  expect(await expireEach(await sessions())).toBe(false);
});

describe("a trial", () => {
  const trialEnds = async () => (await subscriptionsAtStripe())[0]?.trial_end;

  it("is had once: neither its end nor another cadence gives another one", async () => {
    await buy("team_monthly");
    expect(await trialEnds()).toBeGreaterThan(Date.now() / 1000 + 13 * 86_400);
    const [first] = await subscriptionsAtStripe();
    // Before any event has told of it.
    await (await stripe()).subscriptions.cancel(first?.id ?? "");
    await buy("team_yearly");
    expect(await trialEnds()).toBeNull();
  });

  it("is remembered when the customer is another one, and the rows are gone", async () => {
    await buy("team_monthly");
    const [first] = await subscriptionsAtStripe();
    await syncSubscription(first?.id ?? "");
    await (await stripe()).customers.del(String(first?.customer));
    await db().subscription.deleteMany();
    await db().customer.updateMany({ where: { userId: ada.id }, data: { deletedAt: new Date() } });
    await buy("team_monthly");
    const [second, ...more] = await subscriptionsAtStripe();
    expect(second?.customer).not.toBe(first?.customer);
    expect(more).toEqual([]);
    expect(second?.trial_end).toBeNull();
  });

  it("that was looked at and not begun is still there", async () => {
    await choose("team_monthly");
    await choose("solo_monthly");
    await buy("team_monthly");
    expect(await trialEnds()).not.toBeNull();
  });

  it("is not used up by a subscription that had none", async () => {
    await buy("solo_monthly");
    const [first] = await subscriptionsAtStripe();
    await (await stripe()).subscriptions.cancel(first?.id ?? "");
    await buy("team_monthly");
    expect(await trialEnds()).not.toBeNull();
  });

  it("is another user's own", async () => {
    await buy("team_monthly");
    const bob = { id: "user_bob", name: "Bob", email: "bob@example.com" };
    await db().user.create({ data: bob });
    const start = await startCheckout(bob, { lookupKey: "team_monthly", seats: 1 });
    expect(start).toMatchObject({ outcome: "open" });
    const customer = await db().customer.findUniqueOrThrow({ where: { userId: bob.id } });
    const { data } = await (await stripe()).checkout.sessions.list({ customer: customer.id });
    expect(data[0]?.amount_total).toBe(0);
  });
});

describe("the way back", () => {
  it("brings the subscription in before any event has, and again does no harm", async () => {
    const id = await buy("solo_monthly");
    expect(await applyCheckout(ada.id, id)).toEqual({ status: "complete" });
    expect((await readBilling(ada.id, new Date())).access).toMatchObject({ access: true, state: "active" });
    local.api.requests.length = 0;
    expect(await applyCheckout(ada.id, id)).toEqual({ status: "complete" });
    expect(local.api.requests).toEqual([`GET /v1/checkout/sessions/${id}`]);
    // A row that is behind: its first payment has been made since.
    await db().subscription.updateMany({ data: { status: "incomplete" } });
    expect(await applyCheckout(ada.id, id)).toEqual({ status: "complete" });
    expect((await readBilling(ada.id, new Date())).access).toMatchObject({ access: true, state: "active" });
  });

  it("with a session that is still open leads back to it", async () => {
    const start = await choose("solo_monthly");
    const [session] = await sessions();
    expect(await applyCheckout(ada.id, session?.id ?? "")).toEqual({
      status: "open",
      url: start.outcome === "open" ? start.url : null,
    });
  });

  it("with an expired session says so", async () => {
    await choose("solo_monthly");
    const [session] = await sessions();
    await (await stripe()).checkout.sessions.expire(session?.id ?? "");
    expect(await applyCheckout(ada.id, session?.id ?? "")).toEqual({ status: "expired" });
  });

  it("with somebody else's session is the same as with none, and brings nothing in", async () => {
    const id = await buy("solo_monthly");
    const eve = { id: `user_eve_${count}`, name: "Eve", email: "eve@example.com" };
    await db().user.create({ data: eve });
    expect(await applyCheckout(eve.id, id)).toEqual({ status: "unknown" });
    await startCheckout(eve, { lookupKey: "solo_monthly", seats: 1 });
    expect(await applyCheckout(eve.id, id)).toEqual({ status: "unknown" });
    expect((await readBilling(eve.id, new Date())).access.access).toBe(false);
  });

  it.each([
    ["nothing", ""],
    ["an id that Stripe does not know", "cs_test_none"],
    ["an id of another kind", "sub_1"],
    ["a path", "../customers"],
    ["parameters", "cs_test_1?expand[]=customer"],
    ["more than any id has", "cs_".padEnd(9_999, "a")],
  ])("with %s is unknown", async (_, sessionId) => {
    await choose("solo_monthly");
    expect(await applyCheckout(ada.id, sessionId)).toEqual({ status: "unknown" });
  });

  it("while Stripe does not answer is an error, not an answer", async () => {
    const id = await buy("solo_monthly");
    local.api.failWith(500);
    await expect(applyCheckout(ada.id, id)).rejects.toMatchObject({ type: "StripeAPIError" });
  });
});
