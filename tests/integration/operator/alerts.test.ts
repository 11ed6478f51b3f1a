import { createServer } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { GET as health } from "@/app/api/health/route";
import { sendAlert } from "@/lib/alert";
import { findTrouble, openFindings, tellNews } from "@/lib/billing/findings";
import { countRevenue, countRevenueWhenDue, readRevenue } from "@/lib/billing/revenue";
import { keepUp } from "@/lib/billing/upkeep";
import { askForReplay, readReplay } from "@/lib/billing/webhook/replay";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver, inboxRow } from "../../support/deliver";
import { aCustomer, anEvent, anItem, aPrice, aSubscription } from "../../support/events";
import { useStripe } from "../../support/stripe";

const told: string[] = [];
let answer = 200;
const hook = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on("end", () => {
    if (answer === 200) told.push(JSON.parse(body).text);
    response.writeHead(answer).end();
  });
});

useDatabase();
useStripe();
beforeAll(async () => {
  await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
  const address = hook.address();
  process.env.ALERT_WEBHOOK_URL = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`;
});
afterAll(() => {
  hook.close();
  hook.closeAllConnections();
});
beforeEach(async () => {
  await clearBilling();
  await db().finding.deleteMany();
  await db().deliveryCount.deleteMany();
  told.length = 0;
  answer = 200;
});

async function look(): Promise<string[]> {
  await findTrouble();
  await tellNews(sendAlert);
  return told.splice(0);
}

/** A customer without a user pays, twice; and an event cannot be read. */
async function makeTrouble(): Promise<object> {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await deliver(anEvent("customer.updated", aCustomer()));
  await deliver(anEvent("customer.subscription.updated", aSubscription()));
  await deliver(
    anEvent("customer.subscription.updated", aSubscription({ id: "sub_2", items: { data: [] } })),
  );
  const parked = anEvent("customer.subscription.updated", { object: "subscription", id: "sub_3" });
  await deliver(parked);
  return parked;
}

it("parked events, orphans and duplicates are told once each, without a name or an address", async () => {
  const parked = await makeTrouble();
  expect(await inboxRow(parked)).toMatchObject({ status: "parked" });
  const [message, ...more] = await look();
  expect(more).toEqual([]);
  expect(message).toContain("events are parked");
  expect(message).toContain("nobody here owns them");
  expect(message).toContain("cus_1: Pays for 2 subscriptions: sub_1, sub_2");
  expect(message).toContain("http://localhost:3000/operator");
  expect(message).not.toContain("ada@example.com");
  expect(await look()).toEqual([]);
});

it("what is over is shown no more, and told anew if it comes back", async () => {
  await makeTrouble();
  await look();
  await db().$executeRaw`update subscriptions set status = 'canceled'`;
  expect(await look()).toEqual([]);
  expect(await openFindings(["orphan", "duplicate"])).toEqual([]);
  await db().$executeRaw`update subscriptions set status = 'active'`;
  expect((await look())[0]).toContain("Pays for 2 subscriptions");
});

it("a hook that is down hears of it with the next run", async () => {
  await makeTrouble();
  answer = 500;
  await findTrouble();
  await expect(tellNews(sendAlert)).rejects.toThrow("The alert hook answered 500.");
  answer = 200;
  // The oldest first, of whatever kind.
  await db().finding.updateMany({ where: { kind: "duplicate" }, data: { foundAt: new Date(0) } });
  const [message, ...more] = await look();
  expect(more).toEqual([]);
  expect(message).toMatch(/^1 customers pay for more than one subscription/);
});

/** Something was accepted so many hours ago each time. */
const heard = (hoursAgo: number[]) =>
  db().deliveryCount.createMany({
    data: hoursAgo.map((hours) => {
      const at = new Date(Date.now() - hours * 3_600_000);
      return { hour: at, lastAt: at, kind: "accepted", count: 3 };
    }),
  });
const eachDay = [1, 2, 3, 4, 5, 6, 7].map((day) => day * 24 + 1);

it("an endpoint that heard something today, or not on each of the seven days before, is not silent", async () => {
  await heard([...eachDay, 23]);
  expect(await look()).toEqual([]);
  await db().deliveryCount.deleteMany();
  await heard(eachDay.filter((hours) => hours !== 73));
  expect(await look()).toEqual([]);
});

it("an endpoint that heard something every day, and then nothing, is told", async () => {
  await heard(eachDay);
  // What was recovered came by another way, and does not make the endpoint heard.
  await db().stripeEvent.create({
    data: {
      id: "evt_1",
      type: "invoice.paid",
      livemode: false,
      payload: "",
      status: "done",
      outcome: "applied",
    },
  });
  const [message] = await look();
  expect(message).toContain("the webhook endpoint has gone silent");
  const last = new Date(Date.now() - 25 * 3_600_000).toISOString().slice(0, 13);
  expect(message).toContain(`No event has come since ${last}`);
  expect(await openFindings(["silent", "secret", "clock", "flood"])).toHaveLength(1);
});

it("of more than a thousand of a kind the rest is the same trouble, and none of it is over", async () => {
  const park = (prefix: string, count: number) => db().$executeRaw`
    insert into stripe_events (id, type, livemode, payload, status, received_at)
    select ${prefix} || n, 'invoice.paid', false, '{}', 'parked', clock_timestamp()
    from generate_series(1, ${count}::int) as n`;
  await park("evt_first_", 1);
  await findTrouble();
  await park("evt_", 1_000);
  await findTrouble();
  expect(await openFindings(["parked"], 2_000)).toHaveLength(1_001);
  expect((await openFindings(["parked"])).map(({ subjectId }) => subjectId)).not.toContain("evt_first_1");
  expect(await openFindings(["mail", "orphan"])).toEqual([]);
  await db().stripeEvent.deleteMany({ where: { id: { not: "evt_first_1" } } });
  await findTrouble();
  expect(await openFindings(["parked"])).toMatchObject([
    { subjectId: "evt_first_1", detail: "invoice.paid: no reason is known" },
  ]);
});

it("what another reason has is shown with it, and not told anew", async () => {
  await makeTrouble();
  await look();
  const [before] = await openFindings(["parked"]);
  await db().stripeEvent.updateMany({ where: { status: "parked" }, data: { lastError: "Another." } });
  expect(await look()).toEqual([]);
  expect(await openFindings(["parked"])).toEqual([
    { ...before, detail: "customer.subscription.updated: Another." },
  ]);
});

it("what subscriptions come to is counted by the month: trials, pauses and ends apart, a year by its twelfth", async () => {
  const thisMonth = new Date();
  thisMonth.setUTCDate(1);
  thisMonth.setUTCHours(0, 0, 0, 0);
  const [month, now] = [thisMonth.getTime() / 1000, Math.floor(Date.now() / 1000)];
  const longAgo = month - 2 * 366 * 86_400;
  const yearly = { interval: "year", interval_count: 1, usage_type: "licensed" };
  const metered = { interval: "month", interval_count: 1, usage_type: "metered" };
  await deliver(anEvent("price.created", aPrice()));
  await deliver(
    anEvent("price.created", aPrice({ id: "price_year", unit_amount: 12_000, recurring: yearly })),
  );
  await deliver(anEvent("price.created", aPrice({ id: "price_metered", recurring: metered })));
  const subscribe = (name: string, fields: object, price = "price_pro", quantity = 1) => {
    const item = anItem({ id: `si_${name}`, quantity, price: { ...aPrice(), id: price } });
    const items = { object: "list", data: [item], has_more: false };
    const subscription = aSubscription({ id: `sub_${name}`, start_date: longAgo, items, ...fields });
    return deliver(anEvent("customer.subscription.updated", subscription));
  };
  await subscribe("three", {}, "price_pro", 3);
  await subscribe("year", {}, "price_year");
  await subscribe("metered", {}, "price_metered");
  await subscribe("trial", { status: "trialing", trial_start: month - 60, trial_end: now + 86_400 });
  await subscribe("ended", { status: "canceled", ended_at: month + 1, canceled_at: month + 1 });
  await subscribe("paused", { status: "paused" });
  await subscribe("new", { start_date: month + 1 });
  await subscribe("never", { status: "incomplete" });
  await subscribe("euro", { currency: "eur" });
  await Promise.all([countRevenue(), countRevenue(), countRevenue()]);
  const all = await readRevenue();
  expect(all.slice(-2).map(({ month, currency }) => [month, currency])).toEqual([
    [thisMonth, "eur"],
    [thisMonth, "usd"],
  ]);
  const months = all.filter(({ currency }) => currency === "usd");
  expect(months).toHaveLength(13);
  expect(months.at(-1)).toMatchObject({
    month: thisMonth,
    currency: "usd",
    mrr: 9_000n,
    active: 4,
    trialing: 1,
    started: 1,
    churned: 1,
  });
  expect(months.at(-2)).toMatchObject({ mrr: 11_000n, active: 5, trialing: 1, started: 0, churned: 0 });

  const countedAt = async () => (await readRevenue()).at(-1)?.countedAt;
  const first = await countedAt();
  await countRevenueWhenDue();
  expect(await countedAt()).toEqual(first);
  await db().$executeRaw`update revenue_months set counted_at = counted_at - interval '61 minutes'`;
  await countRevenueWhenDue();
  expect((await countedAt())?.getTime()).toBeGreaterThan(first?.getTime() ?? 0);
});

it("whoever watches from outside learns one word: ok, or degraded once something is parked or waits too long", async () => {
  const ask = async () => {
    const response = await health();
    return [response.status, await response.json()];
  };
  expect(await ask()).toEqual([200, { status: "ok" }]);
  const parked = await makeTrouble();
  expect(await ask()).toEqual([503, { status: "degraded" }]);
  await db().stripeEvent.updateMany({
    data: { status: "pending", outcome: null, receivedAt: new Date(Date.now() - 3_600_000) },
  });
  expect(await ask()).toEqual([503, { status: "degraded" }]);
  await db().stripeEvent.updateMany({ data: { status: "done", outcome: "applied" } });
  expect(await ask()).toEqual([200, { status: "ok" }]);
  expect(await inboxRow(parked)).toMatchObject({ status: "done" });
});

it("every step of the upkeep works on an empty account, and one that fails holds up no other", async () => {
  await heard([91 * 24, 89 * 24]);
  await db().$executeRaw`
    insert into stripe_events (id, type, livemode, payload, status, outcome, received_at)
    values ('evt_old', 'coupon.created', false, '{}', 'done', 'ignored', now() - interval '91 days')`;
  const lines = vi.spyOn(console, "log").mockImplementation(() => {});
  const begunAt = performance.now();
  const done = await keepUp(Date.now() + 20_000);
  const most = Math.ceil(performance.now() - begunAt);
  expect(Object.entries(done).filter(([, isDone]) => !isDone)).toEqual([]);
  const steps = lines.mock.calls
    .map(([line]) => JSON.parse(line))
    .filter(({ message }) => message === "upkeep");
  expect(steps.map(({ step }) => step)).toEqual(Object.keys(done));
  expect(steps.filter(({ ms, level }) => ms < 0 || ms > most || level !== "info")).toEqual([]);
  const old = { hour: { lt: new Date(Date.now() - 80 * 86_400_000) } };
  expect(await db().deliveryCount.count({ where: old })).toBe(1);
  expect(await inboxRow({ id: "evt_old" })).toMatchObject({ payload: "" });
  for (const name of ["comparison", "recover all"])
    expect(await db().progress.findUnique({ where: { name } })).not.toBeNull();
  await makeTrouble();
  answer = 500;
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  expect(await keepUp(Date.now() + 20_000)).toMatchObject({
    tell: false,
    find: true,
    count: true,
    recover: true,
  });
  expect(errors.mock.calls.map(([line]) => JSON.parse(line))).toMatchObject([
    { message: "upkeep failed", step: "tell", error: "Error: The alert hook answered 500." },
  ]);
  expect(await db().revenueMonth.count()).toBeGreaterThan(0);
}, 60_000);

it("a replay whose page was closed comes to its end within one call of the scheduler, however many batches it has", async () => {
  await db().$executeRaw`
    insert into stripe_events (id, type, livemode, payload, status, outcome)
    select 'evt_' || n, 'coupon.created', false, '{"type":"coupon.created"}', 'done', 'ignored'
    from generate_series(1, 450) as n`;
  const id = await askForReplay({ type: "coupon.created" }, "tests", 450, 0);
  // No time is left: nothing is begun that can wait.
  await keepUp(Date.now() - 1);
  expect(await readReplay(id)).toMatchObject({ replayed: 0 });
  await keepUp(Date.now() + 60_000);
  expect(await readReplay(id)).toMatchObject({ status: "done", replayed: 450 });
  expect(await db().stripeEvent.count({ where: { status: "pending" } })).toBe(0);
}, 60_000);
