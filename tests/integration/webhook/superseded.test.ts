import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventBody } from "@/dev/stripe/delivery/event-body";
import { attach } from "@/dev/stripe/engine/payment-methods";
import type { EventRecord } from "@/dev/stripe/events";
import { random } from "@/dev/stripe/ids";
import { type LocalStripe, startLocalStripe } from "@/dev/stripe/server";
import { linkCustomer } from "@/lib/billing/ownership";
import { type BillingView, readBilling } from "@/lib/billing/queries";
import { drainDue } from "@/lib/billing/webhook/drain";
import { isHandled } from "@/lib/billing/webhook/events";
import { db } from "@/lib/db";
import { clientOf } from "@/tests/integration/stripe/support";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver } from "../../support/deliver";
import { VERSIONS } from "../../support/lives/batch";
import { openShop, type Shop } from "../../support/lives/shop";
import { keyOf } from "../../support/lives/states";
import { readRows } from "../../support/lives/witness";

useDatabase();

let local: LocalStripe;
let shop: Shop;
let customer: string;
/** How many events there were before the test. */
let seen = 0;

beforeAll(async () => {
  local = await startLocalStripe();
  process.env.STRIPE_API_BASE = local.url;
  shop = await openShop(clientOf(local), local.account);
});
afterAll(() => local.close());

beforeEach(async () => {
  await db().user.deleteMany();
  await db().user.create({ data: { id: "user_ada", name: "Ada", email: "ada@example.com" } });
  seen = local.account.events.length;
  ({ id: customer } = await shop.stripe.customers.create({ email: "ada@example.com" }));
  attach(local.account, "pm_card_visa", customer);
});

/** A second passes, so that what comes is newer than what was. */
let clock = Math.floor(Date.now() / 1000) - 3_600;
const pass = () => {
  clock += 1;
  local.account.realNow = () => clock;
};

const subscribe = async (plan: number) => {
  pass();
  const [method] = local.account.store.ofCustomer("payment_method", customer);
  const { id } = await shop.stripe.subscriptions.create({
    customer,
    items: [{ price: shop.prices[plan] ?? "" }],
    default_payment_method: method?.id ?? "",
  });
  pass();
  return id;
};

const events = () => local.account.events.slice(seen).filter(({ type }) => isHandled(type));

async function send(some: readonly EventRecord[], version: string = VERSIONS[4]): Promise<void> {
  for (const event of some)
    expect(await deliver(eventBody(local.account, event, version))).toMatchObject({ status: 200 });
  await drainDue();
}

/** What a dashboard shows, in the words of a test. */
const shown = ({ access, subscription, others }: BillingView) => ({
  access: access.access,
  state: access.state,
  subscription: subscription?.id ?? null,
  others: others.map(({ id }) => id),
});
const billing = async () => shown(await readBilling("user_ada", new Date(clock * 1000)));

/** In their order, turned round, and shuffled a few times. */
function orders(of: readonly EventRecord[]): EventRecord[][] {
  const shuffled = [1, 2, 3].map((seed) => {
    const chance = random(seed);
    return of
      .map((event) => ({ event, key: chance() }))
      .sort((a, b) => a.key - b.key)
      .map(({ event }) => event);
  });
  return [[...of], [...of].reverse(), ...shuffled];
}

/** Whatever the order, the dashboard ends by showing the same. */
async function expectInAnyOrder(expected: Partial<Awaited<ReturnType<typeof billing>>>): Promise<void> {
  for (const order of orders(events())) {
    await clearBilling();
    await linkCustomer({ userId: "user_ada", customerId: customer });
    await send(order);
    expect(await billing()).toMatchObject(expected);
  }
}

describe("a customer with more than one subscription, whatever the order of their events,", () => {
  it("has access by either of two that live", async () => {
    const solo = await subscribe(0);
    const team = await subscribe(1);
    const end = ({ account }: Shop, id: string) =>
      account.store.get("subscription", id)?.items.data[0]?.current_period_end ?? 0;
    const [first, second] = end(shop, team) >= end(shop, solo) ? [team, solo] : [solo, team];
    await expectInAnyOrder({ access: true, state: "active", subscription: first, others: [second] });
  });

  it("keeps the new one when the old one ends after it began", async () => {
    const old = await subscribe(0);
    const fresh = await subscribe(1);
    await shop.stripe.subscriptions.cancel(old);
    await expectInAnyOrder({ access: true, state: "active", subscription: fresh, others: [] });
  });

  it("has access again by subscribing after a cancellation", async () => {
    const old = await subscribe(0);
    await shop.stripe.subscriptions.cancel(old);
    const fresh = await subscribe(0);
    await expectInAnyOrder({ access: true, state: "active", subscription: fresh, others: [] });
  });

  it("is shown the old one, ended, when the new one was never paid", async () => {
    const old = await subscribe(0);
    await shop.stripe.subscriptions.cancel(old);
    pass();
    const { id } = await shop.stripe.subscriptions.create({
      customer,
      items: [{ price: shop.prices[1] ?? "" }],
      payment_behavior: "default_incomplete",
    });
    pass();
    await expectInAnyOrder({ access: false, state: "incomplete", subscription: id, others: [] });
  });

  it("has nothing once they were deleted in Stripe, though the card is good", async () => {
    await subscribe(0);
    await subscribe(1);
    await shop.stripe.customers.del(customer);
    pass();
    await expectInAnyOrder({ access: false, state: "ended", others: [] });
  });
});

it.each(VERSIONS)(
  "a life in the shapes of %s gives the rows that it gives in the newest",
  async (version) => {
    const old = await subscribe(0);
    await shop.stripe.subscriptions.update(old, { cancel_at_period_end: true });
    pass();
    await subscribe(2);
    await shop.stripe.subscriptions.cancel(old);
    const rowsIn = async (shape: string) => {
      await clearBilling();
      await send(events(), shape);
      return readRows();
    };
    const rows = await rowsIn(version);
    expect(rows).toEqual(await rowsIn(VERSIONS[4]));
    expect([...rows.keys()]).toContain(keyOf("subscription", old));
  },
);

it("a thousand events of checkouts, each within a second, need at most 20 calls to Stripe", async () => {
  const before = local.requests.length;
  await clearBilling();
  while (events().length < 1_000) {
    const { id } = await shop.stripe.customers.create({ email: `${events().length}@example.com` });
    const session = await shop.stripe.checkout.sessions.create({
      mode: "subscription",
      customer: id,
      line_items: [{ price: shop.prices[0] ?? "", quantity: 1 }],
      success_url: "https://app.example.com/welcome",
    });
    const form = { payment_method: "pm_card_visa" };
    await shop.stripe.rawRequest("POST", `/v1/payment_pages/${session.id}/confirm`, form);
    pass();
  }
  const asked = local.requests.length - before;
  const [first] = orders(events());
  for (let from = 0; first && from < first.length; from += 8)
    await Promise.all(first.slice(from, from + 8).map((event) => send([event])));
  const calls = local.requests.length - before - asked;
  process.stdout.write(`${events().length} events of checkouts: ${calls} calls to Stripe.\n`);
  expect(calls).toBeLessThanOrEqual(20);
  expect(await db().stripeEvent.count({ where: { status: "done" } })).toBe(events().length);
}, 300_000);
