import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { exportAccount } from "@/lib/account/export";
import { changePassword, checkPassword } from "@/lib/account/password";
import { rename } from "@/lib/account/profile";
import { AccountRefusal } from "@/lib/account/refusal";
import { auth } from "@/lib/auth";
import { updateContact } from "@/lib/billing/contact";
import { syncSubscription } from "@/lib/billing/subscription/lifecycle";
import { keepUp } from "@/lib/billing/upkeep";
import { db } from "@/lib/db";
import { query } from "@/lib/pool";
import { endOtherSignIns, endSignIn, readSignIns } from "@/lib/sign-ins";
import { stripe } from "@/lib/stripe";
import { useDatabase } from "../../support/database";
import { aMember, type Member, PASSWORD } from "../../support/member";
import { sellPlans } from "../../support/plans";
import { useStripe } from "../../support/stripe";
import { whileWriting } from "../../support/while-writing";

useDatabase();
const local = useStripe();

beforeAll(sellPlans);

/** Somebody with a password, a sign-in, a customer at Stripe and a plan. */
async function aSubscriber() {
  const member = await aMember();
  const { id, customer } = member;
  const { token } = await (await auth().$context).internalAdapter.createSession(id);
  const api = await stripe();
  const method = await api.paymentMethods.attach("pm_card_visa", { customer });
  const { data } = await api.prices.list({ lookup_keys: ["solo_monthly"] });
  const subscription = await api.subscriptions.create({
    ...{ customer, default_payment_method: method.id },
    items: [{ price: data[0]?.id ?? "" }],
    trial_period_days: 14,
  });
  await syncSubscription(subscription.id);
  return { ...member, token, subscription: subscription.id };
}

let ada: Awaited<ReturnType<typeof aSubscriber>>;
beforeEach(async () => {
  ada = await aSubscriber();
});

const account = ({ id }: Member) => db().user.findUniqueOrThrow({ where: { id } });
const atStripe = async ({ customer }: Member) => (await stripe()).customers.retrieve(customer);

describe("the name", () => {
  it("reaches Stripe, unless another one was given for the bills", async () => {
    await rename(ada, "Ada Lovelace");
    expect(await account(ada)).toMatchObject({ name: "Ada Lovelace" });
    expect(await atStripe(ada)).toMatchObject({ name: "Ada Lovelace" });
    await (await stripe()).customers.update(ada.customer, { name: "Ada Ltd" });
    await rename({ ...ada, name: "Ada Lovelace" }, "Countess");
    expect(await atStripe(ada)).toMatchObject({ name: "Ada Ltd" });
  });

  it("is sent where it is another, to a customer that Stripe has", async () => {
    const gone = await aMember();
    await (await stripe()).customers.del(gone.customer);
    await db().user.create({ data: { id: "stranger", name: "Eve", email: "eve@example.com" } });
    await db().customer.create({ data: { id: "cus_elsewhere", userId: "stranger" } });
    for (const id of [gone.id, "stranger", "nobody"])
      expect(await updateContact(id, gone, { ...gone, name: "Countess" })).toBe(false);
    local.api.requests.length = 0;
    expect(await updateContact(ada.id, ada, ada)).toBe(false);
    expect(local.api.requests).toEqual([`GET /v1/customers/${ada.customer}`]);
    const after = { name: "Countess", email: "countess@example.com" };
    expect(await updateContact(ada.id, ada, after)).toBe(true);
    // What the bills have is another one now.
    expect(await updateContact(ada.id, ada, { name: "Bob", email: "bob@example.com" })).toBe(false);
    expect(await atStripe(ada)).toMatchObject(after);
    expect(await db().customer.findUnique({ where: { userId: ada.id } })).toMatchObject({
      email: after.email,
    });
  });

  it("is not changed while Stripe is away", async () => {
    local.api.failWith(503);
    await expect(rename(ada, "Countess")).rejects.toThrow();
    expect(await account(ada)).toMatchObject({ name: ada.name });
  });
});

describe("password and sign-ins", () => {
  const signIn = ({ email }: Member, password = PASSWORD) =>
    auth().api.signInEmail({ body: { email, password }, returnHeaders: true });
  const headersOf = (answer: { headers: Headers }) =>
    new Headers({
      cookie: answer.headers
        .getSetCookie()
        .map((one) => one.split(";")[0])
        .join("; "),
    });

  it("a new password ends every other sign-in, and the old one opens nothing", async () => {
    const headers = headersOf(await signIn(ada));
    const wanted = { password: PASSWORD, newPassword: "another horse battery" };
    await changePassword(ada.id, wanted, headers);
    expect(await auth().api.getSession({ headers })).toBeNull();
    expect(await readSignIns(ada.id)).toHaveLength(1);
    await expect(signIn(ada)).rejects.toThrow();
    await signIn(ada, wanted.newPassword);
  });

  it("a new password ends who signs in by the old one while it is written too", async () => {
    const headers = headersOf(await signIn(ada));
    const wanted = { password: PASSWORD, newPassword: "another horse battery" };
    await whileWriting(
      "accounts",
      () => changePassword(ada.id, wanted, headers),
      // On a slow machine it comes too late, and is refused.
      () => signIn(ada).catch(() => null),
    );
    expect(await readSignIns(ada.id)).toHaveLength(1);
  });

  it("a wrong password changes nothing", async () => {
    const headers = headersOf(await signIn(ada));
    const wanted = { password: "not my password", newPassword: "another horse battery" };
    await expect(changePassword(ada.id, wanted, headers)).rejects.toThrow(AccountRefusal.wrongPassword());
    await signIn(ada);
  });

  it("after twenty guesses in a minute not even the right password is heard; another user's is", async () => {
    await expect(checkPassword(ada.id, "a guess")).rejects.toThrow(AccountRefusal.wrongPassword());
    await query("update rate_limits set count = count + 19");
    await expect(checkPassword(ada.id, PASSWORD)).rejects.toThrow(AccountRefusal.tooManyAttempts("password"));
    await checkPassword((await aSubscriber()).id, PASSWORD);
    await query("update rate_limits set last_request = last_request - 61000");
    await checkPassword(ada.id, PASSWORD);
  });

  /** More than the library lists at once, and as many that have run out. */
  const signInOften = ({ id }: Member) =>
    query(
      `insert into sessions (id, token, expires_at, user_id, updated_at)
      select id, id, now() + case when n % 2 = 0 then interval '1 day' else interval '-1 day' end, $1, now()
      from (select n, $1 || ' ' || n as id from generate_series(1, 300) n) often`,
      [id],
    );
  const sessionsOf = async ({ id }: Member) => {
    const sessions = await db().session.findMany({ where: { userId: id } });
    return sessions.map(({ token }) => token);
  };

  it("every other of one's own is ended, however many there are, and nobody else's", async () => {
    const eve = await aSubscriber();
    for (const one of [ada, eve]) await signInOften(one);
    expect((await readSignIns(ada.id)).every(({ id }) => !/ \d*[13579]$/.test(id))).toBe(true);
    await endOtherSignIns(ada.id, { token: ada.token });
    expect(await sessionsOf(ada)).toEqual([ada.token]);
    expect(await sessionsOf(eve)).toHaveLength(301);
  });

  it("a new password ends however many were signed in while it was written", async () => {
    const headers = headersOf(await signIn(ada));
    const wanted = { password: PASSWORD, newPassword: "another horse battery" };
    await whileWriting(
      "accounts",
      () => changePassword(ada.id, wanted, headers),
      () => signInOften(ada),
    );
    expect(await sessionsOf(ada)).toHaveLength(1);
  });

  it("what a browser says of itself is kept as far as it can be true", async () => {
    const { internalAdapter } = await auth().$context;
    const { token } = await internalAdapter.createSession(ada.id, false, {
      userAgent: `Mozilla/5.0 ${"x".repeat(15_000)}`,
    });
    const { userAgent } = await db().session.findUniqueOrThrow({ where: { token } });
    expect(userAgent).toMatch(/^Mozilla\/5\.0 x{288}$/);
  });

  it("those that have run out are forgotten by the upkeep", async () => {
    await signInOften(ada);
    expect(await keepUp(Date.now() - 1)).toMatchObject({ signIns: true });
    expect(await sessionsOf(ada)).toHaveLength(151);
  });

  it("one of one's own sign-ins can be ended, and nobody else's", async () => {
    const eve = await aSubscriber();
    const [own] = await readSignIns(ada.id);
    await endSignIn(eve.id, own?.id ?? "");
    expect(await readSignIns(ada.id)).toHaveLength(1);
    await endSignIn(ada.id, own?.id ?? "");
    expect(await readSignIns(ada.id)).toHaveLength(0);
  });
});

describe("the export", () => {
  const exported = z.object({
    signIns: z.array(z.unknown()),
    billing: z.object({ events: z.array(z.object({ id: z.string() })) }),
  });

  /** What stands in the file of each table that could hold something of a user's; or why nothing does. */
  const TABLES: Record<string, string> = {
    users: "account",
    sessions: "signIns",
    accounts: "signInMethods",
    trials: "trial",
    customers: "billing.customer",
    subscriptions: "billing.subscriptions",
    subscription_items: "billing.subscriptions.0.items",
    subscription_schedules: "billing.schedules",
    entitlement_summaries: "billing.entitlements",
    invoices: "billing.invoices",
    facts: "billing.facts",
    stripe_events: "billing.events",
    verifications: "emailChange",
    rate_limits: "nothing: counts attempts by address, and is emptied within minutes",
    delivery_counts: "nothing: sums",
    products: "nothing: the same for everybody",
    prices: "nothing: the same for everybody",
    progress: "nothing: of the app itself",
    met_at_stripe: "nothing: of the app itself",
    findings: "nothing: what operators are told, and is forgotten when it is over",
    operator_acts: "nothing: what operators did, with their addresses",
    replays: "nothing: what operators did, with their addresses",
    revenue_months: "nothing: sums",
    _prisma_migrations: "nothing: of the app itself",
  };

  it("names every table that there is", async () => {
    const tables = await query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public'",
    );
    expect(tables.map(({ name }) => name).sort()).toEqual(Object.keys(TABLES).sort());
  });

  it("has all of one's own, nothing that signs in, and nothing of anybody else", async () => {
    const eve = await aSubscriber();
    for (const { customer, subscription } of [ada, eve]) {
      await db().invoice.create({
        data: {
          ...{ id: `in_${customer}`, customerId: customer, currency: "usd", stripeStateAt: new Date() },
          ...{ amountDue: 9_000_000_000n, subscriptionId: subscription },
        },
      });
      await db().stripeEvent.create({
        data: {
          ...{ id: `evt_${customer}`, type: "invoice.paid", livemode: false, customerId: customer },
          ...{ payload: '{"client_secret":"x"}', status: "done" },
        },
      });
    }
    const file = JSON.stringify(await exportAccount(ada.id));
    const data: unknown = JSON.parse(file);
    expect(data).toMatchObject({
      incomplete: null,
      account: { name: ada.name, email: ada.email },
      signIns: [{ createdAt: expect.any(String) }],
      signInMethods: [{ providerId: "credential" }],
      trial: { subscriptionId: ada.subscription },
      billing: {
        customer: { id: ada.customer },
        subscriptions: [{ id: ada.subscription, items: [{ quantity: 1 }] }],
        invoices: [{ id: `in_${ada.customer}`, amountDue: 9_000_000_000 }],
        events: [{ id: `evt_${ada.customer}`, type: "invoice.paid" }],
      },
    });
    for (const foreign of [eve.id, eve.email, eve.customer, eve.subscription])
      expect(file).not.toContain(foreign);
    const { password } = await db().account.findFirstOrThrow({ where: { userId: ada.id } });
    for (const secret of [password ?? "", ada.token, "client_secret"]) {
      expect(secret).not.toBe("");
      expect(file).not.toContain(secret);
    }
  });

  it("has the newest 10,000 of each list, and says which lists were longer", async () => {
    await query(
      `insert into stripe_events (id, type, livemode, customer_id, payload, status, received_at)
      select 'evt_' || n, 'invoice.paid', false, $1, '', 'done', now() - n * interval '1 second'
      from generate_series(1, 10001) n`,
      [ada.customer],
    );
    await query(
      `insert into sessions (id, token, expires_at, user_id, created_at, updated_at)
      select 's' || n, 's' || n, now(), $1, now() - n * interval '1 second', now() from generate_series(1, 10000) n`,
      [ada.id],
    );
    const data = await exportAccount(ada.id);
    expect(data).toMatchObject({ incomplete: { newest: 10_000, of: ["signIns", "events"] } });
    const { billing, signIns } = exported.parse(data);
    const ids = billing.events.map(({ id }) => id);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([10_000, "evt_10000", "evt_1"]);
    expect(signIns).toHaveLength(10_000);
  });

  it("of somebody who bought nothing it is what there is", async () => {
    await db().user.create({ data: { id: "guest", name: "Guest", email: "guest@example.com" } });
    expect(await exportAccount("guest")).toMatchObject({ account: { name: "Guest" }, billing: null });
  });
});
