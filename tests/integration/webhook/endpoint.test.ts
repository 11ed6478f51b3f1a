import { beforeEach, describe, expect, it, vi } from "vitest";
import * as route from "@/app/api/webhooks/stripe/route";
import { MAX_BODY_BYTES } from "@/lib/body";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver, delivery, inboxRow, sign } from "../../support/deliver";
import { anEvent, aSubscription, T0 } from "../../support/events";

useDatabase();
beforeEach(clearBilling);

const stored = () => db().stripeEvent.count();

/** A request with these bytes before a text that was signed without them. */
function bytes(before: number[], payload: string, declared = false): Request {
  const body = Uint8Array.from([...before, ...new TextEncoder().encode(payload)]);
  const headers = {
    "stripe-signature": sign(payload),
    ...(declared ? { "content-length": String(body.length) } : {}),
  };
  return new Request("http://x/", { method: "POST", body, headers });
}

describe("a signed event", () => {
  it("is recorded as it was signed, applied, and its result is told", async () => {
    const event = anEvent("customer.subscription.updated", aSubscription());
    const lines = vi.spyOn(console, "log").mockImplementation(() => {});
    const begunAt = performance.now();
    const response = await route.POST(delivery(JSON.stringify(event)));
    const most = Math.ceil(performance.now() - begunAt);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ received: true, result: "applied" });
    const line = lines.mock.calls
      .map(([line]) => JSON.parse(line))
      .find(({ message }) => message === "event");
    expect(line).toMatchObject({ level: "info", event: event.id, type: event.type, result: "applied" });
    expect(line.ms).toBeGreaterThanOrEqual(0);
    expect(line.ms).toBeLessThanOrEqual(most);
    expect(await inboxRow(event)).toMatchObject({
      type: "customer.subscription.updated",
      apiVersion: "2026-10-28.endive",
      created: new Date(T0 * 1000),
      objectId: "sub_1",
      payload: JSON.stringify(event),
      status: "done",
      outcome: "applied",
      lastError: null,
      nextAttemptAt: null,
    });
    expect(await db().subscription.findUnique({ where: { id: "sub_1" } })).toMatchObject({
      status: "active",
      customerId: "cus_1",
      stripeStateAt: new Date(T0 * 1000),
    });
  });

  it("keeps its times, whatever the database's time zone is", async () => {
    await deliver(anEvent("customer.subscription.updated", aSubscription()));
    const [stored] = await db().$queryRaw<{ seconds: number }[]>`
      select extract(epoch from created)::int as seconds from stripe_events`;
    expect(stored?.seconds).toBe(T0);
  });

  it("delivered again is a duplicate", async () => {
    const event = anEvent("customer.subscription.updated", aSubscription());
    await deliver(event);
    expect(await deliver(event)).toMatchObject({ status: 200, result: "duplicate" });
    expect(await stored()).toBe(1);
  });

  it("delivered twenty times at once is applied once", async () => {
    const event = anEvent("customer.subscription.updated", aSubscription());
    const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(event)));
    expect(answers.map((answer) => answer.result).sort()).toEqual([
      "applied",
      ...Array(19).fill("duplicate"),
    ]);
    expect(await db().subscription.findUnique({ where: { id: "sub_1" } })).toMatchObject({ version: 1 });
  });

  it.each([
    ["of a type nobody handles", anEvent("radar.early_fraud_warning.created", { id: "issfr_1" }), "radar"],
    [
      "of a connected account",
      anEvent("customer.subscription.updated", aSubscription(), { account: "acct_1" }),
      "acct_1",
    ],
    [
      "of live mode, with a test key",
      anEvent("customer.subscription.updated", aSubscription(), { livemode: true }),
      "live mode",
    ],
    [
      "in the thin form of v2",
      {
        id: "evt_thin",
        object: "v2.core.event",
        type: "v1.billing.meter.no_meter_found",
        created: "2026-11-24T12:00:00.000Z",
      },
      "no_meter_found",
    ],
  ])("%s is recorded and ignored, with the reason", async (_, event, reason) => {
    expect(await deliver(event)).toMatchObject({ status: 200, result: "ignored" });
    const row = await inboxRow(event);
    expect(row).toMatchObject({ status: "done", outcome: "ignored" });
    expect(row.lastError).toContain(reason);
    expect(await db().subscription.count()).toBe(0);
  });

  it("without an id is told from others by its content", async () => {
    const event = anEvent("product.created", { id: "prod_1", name: "One" }, { id: "" });
    expect(await deliver(event)).toMatchObject({ status: 200, result: "applied" });
    expect(await deliver(event)).toMatchObject({ status: 200, result: "duplicate" });
  });
});

describe("what is not from Stripe", () => {
  const payload = JSON.stringify(anEvent("customer.subscription.updated", aSubscription()));
  it.each([
    ["no signature", new Request("http://x/", { method: "POST", body: payload })],
    ["a wrong signature", delivery(payload, { "stripe-signature": sign(`${payload} `) })],
    ["a stale signature", delivery(payload, { "stripe-signature": sign(payload, 1) })],
    [
      "a secret of somebody else",
      delivery(payload, { "stripe-signature": sign(payload, undefined, "whsec_x") }),
    ],
    ["no body", new Request("http://x/", { method: "POST", headers: { "stripe-signature": sign("") } })],
    ["not JSON", delivery("subscription=active")],
    ["a byte order mark before what was signed", bytes([0xef, 0xbb, 0xbf], payload)],
    ["bytes that are no text", bytes([0xff], payload)],
    ["a character cut in two", bytes([0xe2, 0x9c], "")],
    ["a byte order mark within the declared length", bytes([0xef, 0xbb, 0xbf], payload, true)],
    ["bytes that are no text within the declared length", bytes([0xff], payload, true)],
  ])("%s is refused, and nothing is stored", async (_, request) => {
    const response = await route.POST(request);
    expect(response.status).toBe(400);
    expect(Object.keys(await response.json())).toEqual(["error"]);
    expect(await stored()).toBe(0);
  });

  it("a body that breaks off is refused, and is no error of ours", async () => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error("aborted"));
      },
    });
    const init: RequestInit & { duplex: "half" } = { method: "POST", body, duplex: "half" };
    const response = await route.POST(new Request("http://x/", init));
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.stringMatching(/\w/) });
  });

  it("a declared length over the limit is refused unread", async () => {
    const request = delivery("{}", { "content-length": String(MAX_BODY_BYTES + 1) });
    const response = await route.POST(request);
    expect(response.status).toBe(413);
    expect(response.headers.get("connection")).toBe("close");
    expect(await response.json()).toEqual({ error: "The body is larger than any event of Stripe." });
    expect(request.bodyUsed).toBe(false);
  });

  it("a stream without a length is read up to the limit and no further", async () => {
    const chunk = new Uint8Array(64 * 1024);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += chunk.byteLength;
        controller.enqueue(chunk);
      },
    });
    const init: RequestInit & { duplex: "half" } = { method: "POST", body, duplex: "half" };
    const request = new Request("http://x/", init);
    request.headers.set("stripe-signature", sign("x"));
    expect((await route.POST(request)).status).toBe(413);
    expect(sent).toBeLessThan(MAX_BODY_BYTES + 4 * chunk.byteLength);
    expect(await stored()).toBe(0);
  });

  it("a signed event of exactly the limit is taken", async () => {
    const event = anEvent("product.created", { id: "prod_1", name: "One", padding: "" });
    const padding = "x".repeat(MAX_BODY_BYTES - JSON.stringify(event).length);
    const padded = { ...event, data: { object: { id: "prod_1", name: "One", padding } } };
    expect(JSON.stringify(padded)).toHaveLength(MAX_BODY_BYTES);
    expect(await deliver(padded)).toMatchObject({ status: 200, result: "applied" });
  });
});

it("what could not be stored is to be delivered again, and the log says why", async () => {
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  await db().$executeRaw`alter table stripe_events rename to stripe_events_away`;
  const response = await route.POST(
    delivery(JSON.stringify(anEvent("radar.early_fraud_warning.created", {}))),
  );
  await db().$executeRaw`alter table stripe_events_away rename to stripe_events`;
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("30");
  expect(await response.json()).toEqual({ error: "The event could not be stored. Please deliver it again." });
  const lines = errors.mock.calls.map(([line]) => JSON.parse(line));
  expect(lines).toContainEqual(
    expect.objectContaining({ message: "event not stored", error: expect.stringMatching(/\w/) }),
  );
});

it.each(["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"] as const)(
  "%s is not allowed",
  async (method) => {
    const response = route[method]();
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
    expect(await response.json()).toEqual({ error: "Stripe delivers events by POST." });
  },
);
