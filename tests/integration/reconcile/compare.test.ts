import { randomInt } from "node:crypto";
import { Client } from "pg";
import { beforeAll, expect, it, vi } from "vitest";
import { findTrouble, openFindings } from "@/lib/billing/findings";
import { compareWithStripe } from "@/lib/billing/reconcile/compare";
import { db } from "@/lib/db";
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
  await liveLives(connected, 18);
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
  expect(dry.counts.repaired).toBe(0);
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

it("an account whose customers are older than the app is imported, a page at a time", async () => {
  const { clearBilling } = await import("../../support/deliver");
  await clearBilling();
  let runs = 0;
  for (let isFinished = false; !isFinished; runs += 1) {
    isFinished = (await compare({ name: "import", deadline: Date.now() + 1 })).isFinished;
    if (runs > 100) throw new Error("It never ends.");
  }
  expect(runs).toBeGreaterThan(3);
  expect(await wrongRows(connected)).toEqual([]);
  expect(await db().customer.count({ where: { userId: { not: null } } })).toBe(0);
}, 120_000);

it("a row that Stripe knows nothing of is left as it is, and told", async () => {
  await db().$executeRaw`
    insert into subscriptions (id, status, livemode, stripe_state_at) values ('sub_invented', 'active', false, now() - interval '1 day')`;
  expect((await compare()).counts.unknown).toBe(1);
  expect(await db().finding.findMany({ where: { kind: "unknown" } })).toMatchObject([
    { subjectId: "sub_invented" },
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
  await compare();
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
  const { counts, isFinished } = await compare();
  store.put("product", product);
  expect({ isFinished, left: counts.left }).toEqual({ isFinished: true, left: 1 });
  expect(await wrongRows(connected)).toEqual([]);
}, 60_000);
