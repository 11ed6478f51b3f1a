import { beforeAll, expect, it } from "vitest";
import { deleteAccount } from "@/lib/account/delete";
import { auth } from "@/lib/auth";
import { startCheckout } from "@/lib/billing/checkout";
import { linkCustomer } from "@/lib/billing/ownership";
import { db } from "@/lib/db";
import { stripe } from "@/lib/stripe";
import { useDatabase } from "../../support/database";
import { sellPlans } from "../../support/plans";
import { useStripe } from "../../support/stripe";
import { aSubscriber, type Subscriber } from "../../support/subscriber";
import { card, GOOD, submit, visit } from "../stripe/pages-support";

useDatabase();
const local = useStripe();
beforeAll(sellPlans);

/** A subscriber who can sign in, with a bill. */
async function aMember(): Promise<Subscriber & { email: string }> {
  const member = await aSubscriber("team_monthly", { seats: 2 });
  const { userId: id, customerId, subscriptionId } = member;
  const { email } = await db().user.findUniqueOrThrow({ where: { id } });
  await db().account.create({
    data: { id: `account of ${id}`, accountId: id, providerId: "credential", userId: id, password: "hash" },
  });
  await (await auth().$context).internalAdapter.createSession(id);
  await db().invoice.create({
    data: {
      ...{ id: `in_${id}`, customerId, subscriptionId, status: "paid", currency: "usd" },
      ...{ amountDue: 3000n, amountPaid: 3000n, stripeStateAt: new Date() },
    },
  });
  return { ...member, email };
}

const userRows = async ({ userId }: Subscriber) => ({
  users: await db().user.count({ where: { id: userId } }),
  sessions: await db().session.count({ where: { userId } }),
  accounts: await db().account.count({ where: { userId } }),
  customers: await db().customer.count({ where: { userId } }),
});

const GONE = { users: 0, sessions: 0, accounts: 0, customers: 0 };
const THERE = { users: 1, sessions: 1, accounts: 1, customers: 1 };

async function expectDeleted(member: Subscriber): Promise<void> {
  const { customerId, subscriptionId: id } = member;
  expect(await userRows(member)).toEqual(GONE);
  expect(await db().customer.findUnique({ where: { id: customerId } })).toMatchObject({
    userId: null,
    deletedAt: expect.any(Date),
  });
  expect(await db().subscription.findUnique({ where: { id } })).toMatchObject({ status: "canceled" });
  const api = await stripe();
  expect((await api.subscriptions.retrieve(id)).status).toBe("canceled");
  expect(await api.customers.retrieve(customerId)).toMatchObject({ deleted: true });
}

it("the plan ends at Stripe, nothing signs in any more, and the bills stay", async () => {
  const [ada, eve] = [await aMember(), await aMember()];
  const { customerId } = ada;
  await db().subscription.create({
    data: { id: "sub_over", customerId, status: "canceled", livemode: false, stripeStateAt: new Date() },
  });
  await deleteAccount(ada.userId);
  // Nothing more happens to what has ended.
  expect(local.api.requests).not.toContain("GET /v1/subscriptions/sub_over");
  await expectDeleted(ada);
  expect(await db().invoice.count({ where: { customerId: ada.customerId, status: "paid" } })).toBe(1);
  expect(await userRows(eve)).toEqual(THERE);
  expect((await (await stripe()).subscriptions.retrieve(eve.subscriptionId)).status).toBe("active");
});

it("whoever never bought anything is deleted without a question to Stripe", async () => {
  await db().user.create({ data: { id: "guest", name: "Guest", email: "guest@example.com" } });
  await deleteAccount("guest");
  expect(await db().user.count({ where: { id: "guest" } })).toBe(0);
  expect(local.api.requests).toEqual([]);
});

it("where Stripe is away, at whichever step, nothing is deleted here, and the next call goes on", async () => {
  const ada = await aMember();
  const { before } = local.local;
  let failures = 0;
  for (let passing = 0; failures === passing; passing += 1) {
    let passed = 0;
    local.local.before = (request) => {
      local.api.failWith(passed >= passing ? 503 : null);
      passed += 1;
      return before(request);
    };
    const hasFailed = await deleteAccount(ada.userId).then(
      () => false,
      () => true,
    );
    if (!hasFailed) break;
    failures += 1;
    expect(await userRows(ada), `after ${passing} answers`).toEqual(THERE);
  }
  local.local.before = before;
  local.api.failWith(null);
  // The list of sessions, the deletion, the subscription.
  expect(failures).toBe(3);
  await expectDeleted(ada);
});

it("asked for twice at once, it is done once, and both are told so", async () => {
  const ada = await aMember();
  await Promise.all([deleteAccount(ada.userId), deleteAccount(ada.userId)]);
  await deleteAccount(ada.userId);
  await expectDeleted(ada);
});

it("the database going away after Stripe was told leaves an account that can be deleted still", async () => {
  const ada = await aMember();
  const trap = `create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$`;
  await db().$executeRawUnsafe(trap);
  await db().$executeRaw`create trigger refuse before delete on users for each row execute function refuse()`;
  await expect(deleteAccount(ada.userId)).rejects.toThrow();
  expect(await userRows(ada)).toEqual(THERE);
  await db().$executeRaw`drop trigger refuse on users`;
  await deleteAccount(ada.userId);
  await expectDeleted(ada);
});

it("a payment page that is still open in another tab takes no money afterwards", async () => {
  await db().user.create({ data: { id: "two-tabs", name: "Ada", email: "two-tabs@example.com" } });
  const user = { id: "two-tabs", name: "Ada", email: "two-tabs@example.com" };
  const start = await startCheckout(user, { lookupKey: "solo_monthly", seats: 1 });
  const eve = { id: "eve", name: "Eve", email: "eve@example.com" };
  await db().user.create({ data: eve });
  const other = await startCheckout(eve, { lookupKey: "solo_monthly", seats: 1 });
  if (start.outcome !== "open" || other.outcome !== "open") throw new Error("There is something to pay.");
  const { id: customerId } = await db().customer.findUniqueOrThrow({ where: { userId: user.id } });
  await deleteAccount(user.id);
  expect((await visit(start.url)).html).not.toContain("Card number");
  expect((await visit(other.url)).html).toContain("Card number");
  await submit(start.url, card(GOOD, { email: user.email }));
  const made = [...local.local.account.store.ofCustomer("subscription", customerId)];
  expect(made).toEqual([]);
});

it("what another tab buys while the account is being deleted is closed as well", async () => {
  const ada = await aMember();
  const user = { id: ada.userId, name: "Ada", email: ada.email };
  const { before } = local.local;
  local.local.before = async (request) => {
    if (request.path === `/v1/subscriptions/${ada.subscriptionId}`) {
      local.local.before = before;
      // The event of the deletion is quicker than the request that asked for it.
      await db().customer.update({ where: { id: ada.customerId }, data: { deletedAt: new Date() } });
      expect(await startCheckout(user, { lookupKey: "solo_monthly", seats: 1 })).toMatchObject({
        outcome: "open",
      });
    }
    return before(request);
  };
  await deleteAccount(ada.userId);
  await expectDeleted(ada);
  const api = await stripe();
  const { data: open } = await api.checkout.sessions.list({ status: "open", limit: 100 });
  expect(open.filter(({ client_reference_id }) => client_reference_id === ada.userId)).toEqual([]);
  expect(local.local.account.store.all("customer").filter(({ email }) => email === ada.email)).toEqual([]);
});

it("a customer that Stripe does not know stands in nobody's way", async () => {
  await db().user.create({ data: { id: "moved", name: "Ada", email: "moved@example.com" } });
  await linkCustomer({ userId: "moved", customerId: "cus_of_another_account" });
  await deleteAccount("moved");
  expect(await db().user.count({ where: { id: "moved" } })).toBe(0);
});
