import { beforeEach, expect, it, vi } from "vitest";
import { GET as health } from "@/app/api/health/route";
import { POST } from "@/app/api/webhooks/stripe/route";
import { signedRequest } from "@/dev/send/sign";
import { findTrouble, openFindings } from "@/lib/billing/findings";
import { db } from "@/lib/db";
import { stripe as client } from "@/lib/stripe";
import { useDatabase } from "../../support/database";
import { WEBHOOK_SECRET } from "../../support/env";
import { anEvent, aProduct } from "../../support/events";
import { useStripe } from "../../support/stripe";

useDatabase();
const stripe = useStripe();

/** What ends the minute after the last time that counts were written. */
let minuteIsOver = () => {};
let sent = 0;

beforeEach(async () => {
  vi.spyOn(globalThis, "setTimeout");
  await afterAMinute();
  await db().deliveryCount.deleteMany();
  await db().stripeEvent.deleteMany();
  sent = 0;
  return afterAMinute;
});

const body = JSON.stringify(anEvent("product.updated", aProduct()));
const HOUR_MS = 3_600_000;

async function send(secret: string, at = new Date()): Promise<number> {
  sent += 1;
  return (await POST(signedRequest(body, secret, { at }))).status;
}

async function counted() {
  const rows = await db().deliveryCount.findMany();
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]));
}

/** Everything that was counted is written, as soon as the minute since the last time is over. */
async function afterAMinute(): Promise<void> {
  await until(async () => {
    const [begun] = vi.mocked(setTimeout).mock.calls.findLast(([, ms]) => ms === 60_000) ?? [];
    if (typeof begun === "function") minuteIsOver = begun;
    minuteIsOver();
    return Object.values(await counted()).reduce((sum, count) => sum + count, 0) === sent;
  });
}

const until = (condition: () => Promise<boolean>) => vi.waitUntil(condition, { timeout: 60_000 });

/** What a person is told of the endpoint. */
async function told(): Promise<string[]> {
  await afterAMinute();
  await findTrouble();
  return (await openFindings(["secret", "clock", "flood"])).map(({ kind }) => kind);
}
const detailOf = async (kind: "secret" | "clock" | "flood") =>
  (await openFindings([kind])).map(({ subjectId, detail }) => `${subjectId}: ${detail}`);

it("a thousand forged deliveries stand in nobody's way, fill no table and write no thousand lines", async () => {
  const lines = vi.spyOn(console, "log").mockImplementation(() => {});
  const statuses = await Promise.all(Array.from({ length: 1_000 }, () => send("whsec_mine")));
  expect(new Set(statuses)).toEqual(new Set([400]));
  expect(await send(WEBHOOK_SECRET)).toBe(200);
  await until(async () => (await counted()).mismatched === 1);
  expect(await db().deliveryCount.count()).toBe(1);
  await afterAMinute();
  expect(await send(WEBHOOK_SECRET)).toBe(200);
  await afterAMinute();
  expect(await counted()).toEqual({ mismatched: 1_000, accepted: 2 });
  expect(await db().deliveryCount.count()).toBe(2);
  expect(await db().stripeEvent.count()).toBe(1);
  const refused = lines.mock.calls.map(([line]) => String(line)).filter((line) => line.includes("refused"));
  expect(refused).toEqual([
    expect.stringContaining('"level":"warn","message":"deliveries refused","mismatched":1}'),
    expect.stringContaining('"mismatched":999}'),
  ]);
  expect(await told()).toEqual(["flood"]);
  // With what is accepted there is no need to ask Stripe.
  expect(stripe.api.requests).toEqual([]);
  expect(await detailOf("flood")).toEqual(["endpoint: In this hour and the last one: 1000 mismatched."]);
  const count = (mismatched: number) =>
    db().deliveryCount.updateMany({ where: { kind: "mismatched" }, data: { count: mismatched } });
  await count(999);
  await findTrouble();
  expect(await openFindings(["flood"])).toEqual([]);
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR_MS);
  await db().deliveryCount.createMany({
    data: [
      { kind: "forged", hour: new Date(), count: 1, lastAt: new Date() },
      { kind: "mistimed", hour: hoursAgo(5), count: 1, lastAt: hoursAgo(5) },
      { kind: "mistimed", hour: hoursAgo(25), count: 1, lastAt: hoursAgo(25) },
    ],
  });
  await findTrouble();
  expect(await detailOf("flood")).toEqual([
    "endpoint: In this hour and the last one: 1 forged, 999 mismatched.",
  ]);
  await db().deliveryCount.deleteMany({ where: { kind: { in: ["forged", "mistimed"] } } });
  await count(1_000);
});

/** From now on Stripe has an event that did not get through. @returns ends that */
async function leaveUndelivered(): Promise<() => Promise<unknown>> {
  const api = await client();
  // Nobody listens there.
  const { id } = await api.webhookEndpoints.create({ url: "http://127.0.0.1:1/", enabled_events: ["*"] });
  await api.products.create({ name: "Team" });
  return () => api.webhookEndpoints.del(id);
}

const deliverRefused = async (secret: string, at?: Date) => {
  for (let tries = 0; tries < 3; tries += 1) expect(await send(secret, at)).toBe(400);
};

it("a secret that is not deployed is told, until it is, and degrades the health", async () => {
  const end = await leaveUndelivered();
  await deliverRefused("whsec_rolled");
  expect(await told()).toEqual(["secret"]);
  expect(await detailOf("secret")).toEqual([
    "endpoint: Deliveries of now carry the signature of another secret, and none is accepted.",
  ]);
  // What did not get through more than a day ago says nothing of the secret of now.
  const [event] = stripe.local.account.events.slice(-1);
  if (!event) throw new Error("An event did not get through.");
  event.created -= 24 * 3_600 + 60;
  expect(await told()).toEqual([]);
  event.created += 120;
  expect(await told()).toEqual(["secret"]);
  // Two may be an accident, and one that is accepted within minutes says that the secret is right.
  await db().deliveryCount.updateMany({ data: { count: 2 } });
  await findTrouble();
  expect(await openFindings(["secret"])).toEqual([]);
  await db().deliveryCount.updateMany({ data: { count: 3 } });
  const accepted = async (minutesAgo: number) => {
    const lastAt = new Date(Date.now() - minutesAgo * 60_000);
    await db().deliveryCount.deleteMany({ where: { kind: "accepted" } });
    await db().deliveryCount.create({ data: { kind: "accepted", hour: lastAt, count: 1, lastAt } });
    await findTrouble();
    return (await openFindings(["secret"])).length;
  };
  expect([await accepted(4), await accepted(7)]).toEqual([0, 1]);
  await db().deliveryCount.deleteMany({ where: { kind: "accepted" } });
  expect((await health()).status).toBe(503);
  expect(await send(WEBHOOK_SECRET)).toBe(200);
  expect(await told()).toEqual([]);
  expect((await health()).status).toBe(200);
  await end();
});

it("somebody who makes signatures as Stripe does raises no alarm where Stripe's own get through", async () => {
  await deliverRefused("whsec_mine");
  expect(await told()).toEqual([]);
  const end = await leaveUndelivered();
  // Others get through just now, so the secret is right.
  await send(WEBHOOK_SECRET);
  expect(await told()).toEqual([]);
  await end();
});

it("a clock that is off is told from a wrong secret", async () => {
  const end = await leaveUndelivered();
  await deliverRefused(WEBHOOK_SECRET, new Date(Date.now() - HOUR_MS));
  expect(await told()).toEqual(["clock"]);
  expect(await detailOf("clock")).toEqual([
    "endpoint: Deliveries are signed with our secret at another time than it is here.",
  ]);
  await end();
});

it("what was made up without a look at the clock is no secret of Stripe's", async () => {
  const end = await leaveUndelivered();
  await deliverRefused("whsec_mine", new Date(Date.now() - HOUR_MS));
  expect(await told()).toEqual([]);
  expect(await counted()).toEqual({ forged: 3 });
  await end();
});

it("what comes after a quiet minute is written at once, as the first of all is", async () => {
  await send(WEBHOOK_SECRET);
  await afterAMinute();
  // A minute of which there is nothing to write.
  await afterAMinute();
  await send("whsec_mine");
  await until(async () => (await counted()).mismatched === 1);
});

it("counts that could not be written are written with those of the next minute", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await db().$executeRaw`alter table delivery_counts rename to delivery_counts_away`;
  await send("whsec_mine");
  await until(async () => {
    minuteIsOver();
    return vi.mocked(console.error).mock.calls.length > 1;
  });
  for (const [line] of vi.mocked(console.error).mock.calls)
    expect(line).toContain('"message":"counting deliveries failed"');
  await db().$executeRaw`alter table delivery_counts_away rename to delivery_counts`;
  await send(WEBHOOK_SECRET);
  await afterAMinute();
  expect(await counted()).toEqual({ mismatched: 1, accepted: 1 });
});
