import { randomInt } from "node:crypto";
import { Client } from "pg";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { findTrouble, openFindings } from "@/lib/billing/findings";
import { compareWithStripe } from "@/lib/billing/reconcile/compare";
import { compareWhenDue } from "@/lib/billing/reconcile/schedule";
import { db } from "@/lib/db";
import { pool } from "@/lib/pool";
import { billingRows, liveLives, useConnectedStripe, wrongRows } from "../../support/connected";
import { useDatabase } from "../../support/database";

useDatabase({ STRIPE_REQUESTS_PER_SECOND: "100" });
const connected = useConnectedStripe();

const compare = (given: Partial<Parameters<typeof compareWithStripe>[0]> = {}) =>
  compareWithStripe({
    name: "test",
    since: null,
    invoicesSince: new Date(0),
    isDry: false,
    deadline: Date.now() + 60_000,
    ...given,
  });

/** What is logged from now on with these words. */
function logged(words: string): () => object[] {
  const lines = vi.spyOn(console, "log").mockImplementation(() => {});
  return () => lines.mock.calls.map(([line]) => JSON.parse(line)).filter(({ message }) => message === words);
}

/** As if an hour had passed since: whatever is younger than a minute, a comparison leaves to the events. */
async function anHourPasses(): Promise<void> {
  for (const table of ["subscriptions", "invoices", "customers", "products", "prices"])
    await db().$executeRawUnsafe(
      `update ${table} set stripe_state_at = stripe_state_at - interval '1 hour', synced_at = null`,
    );
}

beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  connected.local.weather.become({ retryMs: 200 });
  await liveLives(connected, Number(process.env.COMPARED_LIVES ?? 18));
  await connected.untilQuiet();
}, 120_000);

/** Ways in which a hand, a restore or a bug may damage rows. */
const DAMAGES = [
  "update subscriptions set status = 'canceled', ended_at = now() where id = $1",
  "update subscriptions set status = 'active', ended_at = null, canceled_at = null where id = $1",
  "update subscriptions set current_period_end = now() + interval '9 years' where id = $1",
  "update subscriptions set customer_id = 'cus_other', version = version + 7 where id = $1",
  "update subscriptions set stripe_state_at = now() + interval '3 years' where id = $1",
  'update subscriptions set metadata = \'{"plan": "free"}\', cancel_at_period_end = not cancel_at_period_end where id = $1',
  "delete from subscriptions where id = $1",
  "update subscription_items set quantity = quantity + 100 where subscription_id = $1",
  "delete from subscription_items where subscription_id = $1",
  "update invoices set status = 'void', amount_paid = 0 where subscription_id = $1",
  "update invoices set attempt_count = 99, amount_due = 1 where subscription_id = $1",
  "delete from invoices where subscription_id = $1",
  "update customers set email = 'mallory@example.com' where id = (select customer_id from subscriptions where id = $1)",
  "update customers set deleted_at = now() where id = (select customer_id from subscriptions where id = $1)",
  "update products set name = 'Free', active = false where true or id = $1",
  "update prices set unit_amount = 1 where true or id = $1",
];

it("rows damaged at random are found and repaired, every one, and a dry run changes nothing", async () => {
  expect(await wrongRows(connected)).toEqual([]);
  await anHourPasses();
  const ids = (await db().subscription.findMany({ select: { id: true } })).map(({ id }) => id);
  for (const damage of DAMAGES)
    await db().$executeRawUnsafe(damage.replace("$1", `'${ids[randomInt(ids.length)]}'`));
  const damaged = await billingRows();
  const wrong = await wrongRows(connected);
  expect(wrong.length).toBeGreaterThan(5);

  const found = new Set<string>();
  const dry = await compare({ name: "dry", isDry: true, onDifference: (_, id) => found.add(id) });
  expect(wrong.filter((id) => !found.has(id))).toEqual([]);
  expect(dry.counts).toMatchObject({ different: found.size, repaired: 0, left: 0, unknown: 0 });
  expect(await billingRows()).toEqual(damaged);

  const { counts, isFinished } = await compare();
  expect(isFinished).toBe(true);
  expect(counts.left).toBe(0);
  expect(counts.repaired).toBe(counts.different);
  expect(await wrongRows(connected)).toEqual([]);
  expect((await compare()).counts).toMatchObject({ different: 0, repaired: 0, left: 0 });
}, 120_000);

it("a stamp of the future is damage too: events after it would never count", async () => {
  await anHourPasses();
  await db().$executeRaw`update subscriptions set stripe_state_at = now() + interval '3 years'`;
  await compare();
  expect(await db().subscription.count({ where: { stripeStateAt: { gt: new Date() } } })).toBe(0);
}, 60_000);

it("a list that was long under way outweighs nothing that was heard meanwhile", async () => {
  await anHourPasses();
  const row = await db().subscription.findFirstOrThrow({ where: { status: "active" }, select: { id: true } });
  await db().$executeRaw`
    update subscriptions set metadata = '{"heard": "meanwhile"}', stripe_state_at = now() - interval '1 minute'
    where id = ${row.id}`;
  const verdictAfter = async (ms: number) => {
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => {
      now += ms;
      return now;
    });
    const verdicts = new Map<string, string>();
    await compare({ isDry: true, onDifference: (_, id, { verdict }) => verdicts.set(id, verdict) });
    clock.mockRestore();
    return verdicts.get(row.id);
  };
  expect(await verdictAfter(3_600_000)).toBe("unclear");
  expect(await verdictAfter(10)).toBe("differs");
  await compare();
  expect(await wrongRows(connected)).toEqual([]);
});

it("an account whose customers are older than the app is imported, a page at a time", async () => {
  const { clearBilling } = await import("../../support/deliver");
  await clearBilling();
  const told = logged("compared with Stripe");
  let [runs, compared] = [0, 0];
  for (let isFinished = false; !isFinished; runs += 1) {
    const run = await compare({ name: "import", deadline: Date.now() + 1 });
    ({ isFinished } = run);
    ({ compared } = run.counts);
    if (runs > 100) throw new Error("It never ends.");
  }
  expect(runs).toBeGreaterThan(3);
  expect(told()).toMatchObject([{ level: "info", pass: "import", compared, left: 0 }]);
  expect(await wrongRows(connected)).toEqual([]);
  // Each once: what the lists told of is not asked about again, and of a pass that is over nothing is kept.
  expect(compared).toBe((await billingRows()).size);
  expect(await db().metAtStripe.count()).toBe(0);
  expect(await db().customer.count({ where: { userId: { not: null } } })).toBe(0);
}, 120_000);

it("a row that Stripe knows nothing of is left as it is, and told", async () => {
  await db().$executeRaw`
    insert into subscriptions (id, status, livemode, stripe_state_at) values ('sub_invented', 'active', false, now() - interval '1 day')`;
  expect((await compare()).counts.unknown).toBe(1);
  expect(await db().finding.findMany({ where: { kind: "unknown" } })).toMatchObject([
    { subjectId: "sub_invented", detail: "Is in subscriptions, and Stripe knows nothing of it." },
  ]);
}, 60_000);

it("a page on which nothing is to be noted, and nothing noted is over, costs no word about it", async () => {
  const statements = vi.spyOn(Client.prototype, "query");
  await compare();
  const about = statements.mock.calls
    .map(([sent]) => JSON.stringify(sent))
    .filter((sent) => /findings/.test(sent));
  statements.mockRestore();
  // Read once for the pass; and of the one row that Stripe knows nothing of.
  expect(about).toHaveLength(2);
}, 60_000);

it("what is unknown is told anew if it comes back, and is over once its row is gone or Stripe knows it", async () => {
  const unknown = async () => (await openFindings(["unknown"])).map(({ subjectId }) => subjectId).sort();
  const { id } = await db().subscription.findFirstOrThrow({ where: { id: { not: "sub_invented" } } });
  const longAgo = new Date(Date.now() - 86_400_000);
  await db().finding.create({
    data: { kind: "unknown", subjectId: id, detail: "Is in subscriptions.", foundAt: longAgo },
  });
  // Of however many it is the oldest.
  await db().$executeRaw`
    insert into findings (kind, subject_id, detail) select 'unknown', 'sub_gone_' || n, 'x' from generate_series(1, 1000) n`;
  await db().finding.updateMany({ where: { subjectId: "sub_invented" }, data: { resolvedAt: new Date() } });
  await db().finding.create({ data: { kind: "parked", subjectId: id, detail: "Of another kind." } });
  await compare();
  expect((await openFindings(["parked"])).map(({ subjectId }) => subjectId)).toEqual([id]);
  await db().$executeRaw`delete from findings where subject_id like 'sub_gone_%'`;
  expect(await unknown()).toEqual(["sub_invented"]);
  await db().subscription.delete({ where: { id: "sub_invented" } });
  await findTrouble();
  expect(await unknown()).toEqual([]);
}, 60_000);

it("an object that cannot be read is left for the next pass, and holds up none of the others", async () => {
  await anHourPasses();
  const { store } = connected.local.account;
  const [product] = store.all("product");
  if (!product) throw new Error("Something is sold.");
  store.put("product", { ...product, name: "" });
  await db().$executeRaw`update customers set email = 'mallory@example.com'`;
  expect((await compare({ name: "dry", isDry: true })).counts.left).toBe(1);
  const told = logged("not synced");
  const { counts, isFinished } = await compare();
  const error = expect.stringMatching(/^BillingError: /);
  expect(told()).toMatchObject([{ level: "warn", kind: "product", id: product.id, error }]);
  store.put("product", product);
  expect({ isFinished, left: counts.left }).toEqual({ isFinished: true, left: 1 });
  expect(await wrongRows(connected)).toEqual([]);
}, 60_000);

describe("a pass over what is new", () => {
  const HOUR_MS = 3_600_000;

  it("compares what was made since then, and nothing else but what went silent past its period", async () => {
    const since = (ms: number) => compare({ name: "daily", since: new Date(Date.now() + ms), isDry: true });
    expect((await since(-HOUR_MS)).counts.compared).toBe((await billingRows()).size);
    expect((await since(HOUR_MS)).counts.compared).toBe(0);
    await anHourPasses();
    const live = await db().subscription.findMany({ where: { status: "active" }, take: 2 });
    const ended = await db().subscription.findFirstOrThrow({ where: { status: "canceled" } });
    const [silent, renewing] = live.map(({ id }) => id);
    const ago = (id: string | undefined, minutes: number) => db().$executeRaw`
      update subscriptions set current_period_end = now() - make_interval(mins => ${minutes}::int) where id = ${id}`;
    await ago(silent, 61);
    await ago(renewing, 59);
    await ago(ended.id, 61);
    await db().$executeRaw`update products set name = 'Free'`;
    const found: string[] = [];
    const { counts } = await compare({
      name: "daily",
      since: new Date(Date.now() + HOUR_MS),
      onDifference: (kind, id) => found.push(`${kind} ${id}`),
    });
    expect(found).toEqual([`subscription ${silent}`]);
    expect(counts).toMatchObject({ compared: 1, repaired: 1 });
    await compare();
    expect(await wrongRows(connected)).toEqual([]);
  });

  it("looks at no invoice that is older than it is told, neither at Stripe nor here", async () => {
    await anHourPasses();
    const invoices = await db().invoice.count();
    const all = (await billingRows()).size;
    await db().$executeRaw`update invoices set amount_due = 1`;
    const later = new Date(Date.now() + HOUR_MS);
    const kinds: string[] = [];
    const { counts } = await compare({ invoicesSince: later, onPage: (kind) => kinds.push(kind) });
    expect(counts).toMatchObject({ compared: all - invoices, different: 0 });
    expect([...new Set(kinds)]).toEqual(["product", "price", "customer", "subscription", "invoice"]);
    const since = new Date(Date.now() - HOUR_MS);
    expect((await compare({ name: "daily", since, invoicesSince: later })).counts.different).toBe(0);
    expect((await compare({ name: "daily", since: later })).counts.compared).toBe(0);
    await compare();
    expect(await wrongRows(connected)).toEqual([]);
  });
});

it("the scheduler looks at invoices of ninety days and at every row here each week, and at what is new each day", async () => {
  await anHourPasses();
  const { store } = connected.local.account;
  const [old, young] = store.all("invoice").filter(({ status }) => status === "paid");
  if (!old || !young) throw new Error("Something was paid.");
  const daysAgo = (days: number) => Math.floor(Date.now() / 1000) - days * 86_400;
  store.put("invoice", { ...old, created: daysAgo(91) });
  store.put("invoice", { ...young, created: daysAgo(89) });
  await db()
    .$executeRaw`update invoices set amount_due = 1, created_at = now() - interval '91 days' where id = ${old.id}`;
  await db()
    .$executeRaw`update invoices set amount_due = 1, created_at = now() - interval '89 days' where id = ${young.id}`;
  await db().$executeRaw`
    insert into subscriptions (id, status, livemode, stripe_state_at)
    values ('sub_alone', 'active', false, now() - interval '1 day')`;
  await compareWhenDue(Date.now() + 60_000);
  expect((await openFindings(["unknown"])).map(({ subjectId }) => subjectId)).toEqual(["sub_alone"]);
  await db().subscription.delete({ where: { id: "sub_alone" } });
  expect(await db().invoice.findUnique({ where: { id: old.id } })).toMatchObject({ amountDue: 1n });
  expect(await db().invoice.findUnique({ where: { id: young.id } })).toMatchObject({
    amountDue: BigInt(young.amount_due),
  });
  const [product] = store.all("product");
  if (!product) throw new Error("Something is sold.");
  store.put("product", { ...product, created: daysAgo(10) });
  await anHourPasses();
  await db().product.update({ where: { id: product.id }, data: { name: "Free" } });
  await compareWhenDue(Date.now() + 60_000, Date.now() + 86_400_000);
  expect(await db().product.findUnique({ where: { id: product.id } })).toMatchObject({ name: "Free" });
  store.put("product", product);
  for (const invoice of [old, young]) store.put("invoice", invoice);
  await anHourPasses();
  await compare();
  expect(await wrongRows(connected)).toEqual([]);
});

it("a row that somebody else writes meanwhile, and writes wrong, is asked about anew", async () => {
  await anHourPasses();
  const { id } = await db().customer.findFirstOrThrow();
  await db().customer.update({ where: { id }, data: { email: "mallory@example.com" } });
  const other = await pool().connect();
  try {
    await other.query("begin");
    await other.query("update customers set version = version + 1, email = 'eve@example.com' where id = $1", [
      id,
    ]);
    const comparing = compare();
    await vi.waitUntil(
      async () =>
        (
          await other.query(
            "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
          )
        ).rows.length > 0,
      { timeout: 60_000 },
    );
    await other.query("commit");
    expect((await comparing).counts).toMatchObject({ different: 1, repaired: 0, left: 0 });
  } finally {
    other.release();
  }
  expect(await wrongRows(connected)).toEqual([]);
});

it("a draft that is not here is not taken in, and one that is here and not at Stripe is no finding, as another bill is", async () => {
  const { store } = connected.local.account;
  const [bill] = store.all("invoice");
  if (!bill) throw new Error("Something was billed.");
  store.put("invoice", { ...bill, id: "in_draft", status: "draft" });
  await db().$executeRaw`
    insert into invoices (id, status, livemode, stripe_state_at, currency, amount_due, amount_paid, attempt_count, created_at)
    values ('in_gone', 'draft', false, now() - interval '1 day', 'usd', 1, 0, 0, now()),
      ('in_lost', 'open', false, now() - interval '1 day', 'usd', 1, 0, 0, now())`;
  expect((await compare()).counts).toMatchObject({ different: 0, unknown: 1 });
  expect((await openFindings(["unknown"])).map(({ subjectId }) => subjectId)).toContain("in_lost");
  expect(await db().invoice.findUnique({ where: { id: "in_draft" } })).toBeNull();
  store.remove("invoice", "in_draft");
  await db().invoice.deleteMany({ where: { id: { in: ["in_gone", "in_lost"] } } });
});

it("what a pass that was lost has met hides nothing, and what one meets again after a crash stops nothing", async () => {
  const { id } = await db().product.findFirstOrThrow();
  await db().$executeRaw`
    insert into subscriptions (id, status, livemode, stripe_state_at)
    values ('sub_lost', 'active', false, now() - interval '1 day')`;
  await db().metAtStripe.create({ data: { pass: "test", id: "sub_lost" } });
  expect((await compare()).counts.unknown).toBe(1);
  await db().subscription.delete({ where: { id: "sub_lost" } });
  await db().metAtStripe.create({ data: { pass: "test", id } });
  const counts = { compared: 7, different: 0, repaired: 0, left: 0, unknown: 0 };
  await db().progress.create({
    data: { name: "test", state: { kind: 0, phase: "stripe", after: "", counts } },
  });
  expect((await compare()).counts.compared).toBe(7 + (await billingRows()).size);
});

it("more than a page of objects is taken in, and more than a page of rows that are gone at Stripe is marked so", async () => {
  const { store } = connected.local.account;
  const [product] = store.all("product");
  if (!product) throw new Error("Something is sold.");
  const ids = Array.from({ length: 101 }, (_, n) => `prod_many_${n}`);
  for (const id of ids) store.put("product", { ...product, id });
  expect((await compare()).counts.repaired).toBe(101);
  expect(await wrongRows(connected)).toEqual([]);
  for (const id of ids) store.remove("product", id);
  await anHourPasses();
  expect((await compare()).counts).toMatchObject({ repaired: 101, left: 0 });
  expect(await db().product.count({ where: { id: { in: ids }, deletedAt: { not: null } } })).toBe(101);
});

it("a customer whom Stripe has deleted is marked so; one whom it does not know, as with a key of another account, is only told", async () => {
  const { id } = await connected.stripe.customers.create({ email: "leaving@example.com" });
  await connected.stripe.customers.del(id);
  await connected.untilQuiet();
  await db().customer.update({ where: { id }, data: { deletedAt: null } });
  await db().customer.create({ data: { id: "cus_of_another_account", livemode: false } });
  await anHourPasses();
  expect((await compare()).counts).toMatchObject({ repaired: 1, unknown: 1 });
  expect(await db().customer.findUnique({ where: { id } })).toMatchObject({ deletedAt: expect.any(Date) });
  const other = "cus_of_another_account";
  expect(await db().customer.findUnique({ where: { id: other } })).toMatchObject({ deletedAt: null });
  expect((await openFindings(["unknown"])).map(({ subjectId }) => subjectId)).toContain(other);
  await db().customer.deleteMany({ where: { id: { in: [id, other] } } });
});

describe("a pass that goes on later", () => {
  const NOTHING = { compared: 0, different: 0, repaired: 0, left: 0, unknown: 0 };
  const isAt = (after: string) =>
    db().progress.create({
      data: { name: "test", state: { kind: 2, phase: "stripe", after, counts: NOTHING } },
    });

  it("from an object that is gone by now begins its kind anew", async () => {
    await isAt("cus_gone");
    const { counts, isFinished } = await compare();
    expect(isFinished).toBe(true);
    const rows = [...(await billingRows()).keys()].filter((id) => !/^(prod|price)_/.test(id));
    expect(counts.compared).toBe(rows.length);
    expect(counts.compared).toBeGreaterThan(18);
  });

  it("stops at its deadline between two rows, and goes on with the next", async () => {
    for (const id of ["sub_1", "sub_2", "sub_3"])
      await db().$executeRaw`
        insert into subscriptions (id, status, livemode, stripe_state_at)
        values (${id}, 'active', false, now() - interval '1 day')`;
    await db().progress.create({
      data: { name: "test", state: { kind: 3, phase: "here", after: "", counts: NOTHING } },
    });
    await db().metAtStripe.createMany({
      data: (await db().subscription.findMany({ where: { id: { notIn: ["sub_1", "sub_2", "sub_3"] } } })).map(
        ({ id }) => ({ pass: "test", id }),
      ),
    });
    expect(await compare({ deadline: 0 })).toMatchObject({ isFinished: false, counts: { unknown: 1 } });
    expect(await compare({ deadline: 0 })).toMatchObject({ isFinished: false, counts: { unknown: 2 } });
    expect(await compare()).toMatchObject({ isFinished: true, counts: { unknown: 3 } });
    await db().subscription.deleteMany({ where: { id: { in: ["sub_1", "sub_2", "sub_3"] } } });
  });

  it("stops where another run of it has come to its end meanwhile, and leaves no place behind", async () => {
    connected.local.delayMs = 500;
    const asked = connected.local.requests.length;
    const run = compare();
    await vi.waitUntil(() => connected.local.requests.length > asked);
    await db().progress.deleteMany({ where: { name: "test" } });
    expect((await run).isFinished).toBe(false);
    connected.local.delayMs = 0;
    expect(await db().progress.findUnique({ where: { name: "test" } })).toBeNull();
  });
});
