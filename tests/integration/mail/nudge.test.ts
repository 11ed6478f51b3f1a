import { createServer } from "node:http";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { db } from "@/lib/db";
import { hasNewMail, nudgeMail } from "@/lib/mail/nudge";
import { query } from "@/lib/pool";
import { useDatabase } from "../../support/database";
import { deliver } from "../../support/deliver";
import { anEvent, anInvoice } from "../../support/events";

useDatabase({ SMTP_URL: "smtp://127.0.0.1:1", MAIL_FROM: "Cairn <billing@example.com>" });

/** The app as its own functions reach it. */
let answer = 202;
let told = 0;
const app = createServer((_, response) => {
  told += 1;
  response.writeHead(answer).end();
});
beforeAll(async () => {
  await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
  const address = app.address();
  process.env.APP_URL = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});
afterAll(() => app.close());
afterEach(() => vi.useRealTimers());

const PATIENT = { timeout: 60_000 };

/** What customers are told by mail. */
const failed = (id: string) =>
  anEvent("invoice.payment_failed", anInvoice({ id, attempt_count: 1, parent: null }));
const untilTold = (times: number) => vi.waitUntil(() => told === times, PATIENT);

it("nobody is told of mail before it is committed, whoever asks meanwhile; then at once", async () => {
  const delivering = await db().$transaction(async (tx) => {
    await tx.$executeRaw`lock table facts in exclusive mode`;
    const delivering = deliver(failed("in_1"));
    const waiting =
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    await vi.waitUntil(async () => (await query(waiting)).length > 0, PATIENT);
    await nudgeMail();
    expect(told).toBe(0);
    return { delivering };
  }, PATIENT);
  expect(await delivering.delivering).toMatchObject({ status: 200 });
  await untilTold(1);
});

it("of what comes a moment after somebody was told, somebody is told a moment later, without another request", async () => {
  await deliver(failed("in_2"));
  expect(told).toBe(1);
  await untilTold(2);
});

it("where nobody could be told, the next request tells", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  answer = 503;
  await deliver(failed("in_3"));
  await untilTold(3);
  await vi.waitUntil(hasNewMail, PATIENT);
  answer = 202;
  vi.setSystemTime(Date.now() + 60_000);
  await deliver(anEvent("customer.updated", { id: "cus_1", object: "customer" }));
  await untilTold(4);
});

it("where nothing is mailed, nobody is told", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 240_000 });
  await deliver(anEvent("customer.updated", { id: "cus_1", object: "customer" }));
  await nudgeMail();
  expect(told).toBe(4);
});
