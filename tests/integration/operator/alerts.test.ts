import { createServer } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { GET as health } from "@/app/api/health/route";
import { sendAlert } from "@/lib/alert";
import { findTrouble, openFindings, tellNews } from "@/lib/billing/findings";
import { keepUp } from "@/lib/billing/upkeep";
import { askForReplay, readReplay } from "@/lib/billing/webhook/replay";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver, inboxRow } from "../../support/deliver";
import { aCustomer, anEvent, aSubscription } from "../../support/events";
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
  expect(await look()).toHaveLength(1);
});

it("an endpoint that heard something every day, and then nothing, is told", async () => {
  await db().deliveryCount.createMany({
    data: [1, 2, 3, 4, 5, 6, 7, 8].map((day) => {
      const at = new Date(Date.now() - (day * 24 + 1) * 3_600_000);
      return { hour: at, lastAt: at, kind: "accepted", count: 3 };
    }),
  });
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
  expect((await look())[0]).toContain("the webhook endpoint has gone silent");
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
  const done = await keepUp(Date.now() + 20_000);
  expect(Object.entries(done).filter(([, isDone]) => !isDone)).toEqual([]);
  vi.spyOn(console, "error").mockImplementation(() => {});
  await makeTrouble();
  answer = 500;
  expect(await keepUp(Date.now() + 20_000)).toMatchObject({
    tell: false,
    find: true,
    count: true,
    recover: true,
  });
}, 60_000);

it("a replay whose page was closed comes to its end within one call of the scheduler, however many batches it has", async () => {
  await db().$executeRaw`
    insert into stripe_events (id, type, livemode, payload, status, outcome)
    select 'evt_' || n, 'coupon.created', false, '{"type":"coupon.created"}', 'done', 'ignored'
    from generate_series(1, 450) as n`;
  const id = await askForReplay({ type: "coupon.created" }, "tests", 450, 0);
  await keepUp(Date.now() + 60_000);
  expect(await readReplay(id)).toMatchObject({ status: "done", replayed: 450 });
  expect(await db().stripeEvent.count({ where: { status: "pending" } })).toBe(0);
}, 60_000);
