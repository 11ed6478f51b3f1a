import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { join } from "node:path";
import Stripe from "stripe";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EventToSend } from "@/dev/send/document";
import { describeReport, succeeded } from "@/dev/send/report";
import { sendEvents } from "@/dev/send/send";
import { signedRequest } from "@/dev/send/sign";
import { bundle } from "@/tests/support/bundle";

const SECRET = "whsec_test";
const { webhooks } = new Stripe("sk_test_unused");

/** An endpoint that lets Stripe's own library check each delivery. */
type Answer = { status: number; body: object };
const accept = (): Answer => ({ status: 200, body: { received: true, result: "applied" } });
let answerTo: (event: Stripe.Event) => Answer | Promise<Answer> = accept;
let received: string[] = [];

const server = createServer(async (request, response) => {
  const body = await bodyOf(request);
  const answer = await Promise.resolve()
    .then(() => webhooks.constructEvent(body, request.headers["stripe-signature"] ?? "", SECRET))
    .then((event) => {
      received.push(event.id);
      return answerTo(event);
    })
    .catch((error: Error) => ({ status: 400, body: { error: error.message } }));
  response.writeHead(answer.status, { "content-type": "application/json", location: "/elsewhere" });
  response.end(JSON.stringify(answer.body));
});

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function originOf(listening: Server): string {
  const address = listening.address();
  if (typeof address !== "object" || address === null) throw new Error("It does not listen.");
  return `http://127.0.0.1:${address.port}`;
}

let url = "";
beforeEach(async () => {
  answerTo = accept;
  received = [];
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `${originOf(server)}/api/webhooks/stripe`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const events = (count: number): EventToSend[] =>
  Array.from({ length: count }, (_, index) => {
    const event = { id: `evt_${index}`, object: "event", type: "invoice.paid" };
    return {
      where: `events.jsonl:${index + 1}`,
      body: JSON.stringify(event),
      id: event.id,
      type: event.type,
    };
  });

test("each event arrives once, with a signature that Stripe's library accepts", async () => {
  const report = await sendEvents(events(20), { url, secret: SECRET });
  expect(received.sort()).toEqual(
    events(20)
      .map(({ id }) => id)
      .sort(),
  );
  expect(succeeded(report)).toBe(true);
  expect(describeReport(report)).toBe("status  result   count\n200     applied     20");
});

test("a wrong secret is told, with the server's reason", async () => {
  const report = await sendEvents(events(1), { url, secret: "whsec_other" });
  expect(succeeded(report)).toBe(false);
  expect(describeReport(report)).toMatch(
    /events\.jsonl:1 {2}evt_0 {2}invoice\.paid {2}400 {2}No signatures found/,
  );
});

test("answers are counted by status and result, and ten of the failures are named", async () => {
  answerTo = ({ id }) => {
    const index = Number(id.slice("evt_".length));
    if (index >= 12) return { status: 503, body: { error: "The database is away." } };
    return { status: 200, body: { received: true, result: index % 3 === 0 ? "duplicate" : "applied" } };
  };
  const report = await sendEvents(events(24), { url, secret: SECRET, concurrency: 1 });
  expect(describeReport(report).split("\n")).toEqual([
    "status  result     count",
    "200     applied        8",
    "200     duplicate      4",
    "503                   12",
    "",
    "12 not accepted:",
    ...Array.from(
      { length: 10 },
      (_, n) => `  events.jsonl:${n + 13}  evt_${n + 12}  invoice.paid  503  The database is away.`,
    ),
    "  and 2 more",
  ]);
});

test("a redirect is a failure, for Stripe does not follow one", async () => {
  answerTo = () => ({ status: 308, body: {} });
  const report = await sendEvents(events(1), { url, secret: SECRET });
  expect(report.failures.map(({ status }) => status)).toEqual([308]);
});

test("no answer in time is a failure of that event alone", async () => {
  answerTo = ({ id }) =>
    id === "evt_0" ? new Promise((resolve) => setTimeout(resolve, 500, accept())) : accept();
  const report = await sendEvents(events(3), { url, secret: SECRET, timeoutMs: 100 });
  expect(report.failures.map(({ id, status, error }) => ({ id, status, error }))).toEqual([
    { id: "evt_0", status: null, error: "no answer in time" },
  ]);
  expect(report.sent).toBe(3);
});

test("concurrency and rate are kept", async () => {
  let underWay = 0;
  let most = 0;
  answerTo = async () => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay--;
    return accept();
  };
  await sendEvents(events(30), { url, secret: SECRET, concurrency: 3 });
  expect(most).toBe(3);
  const begun = performance.now();
  await sendEvents(events(31), { url, secret: SECRET, rate: 100, concurrency: 10 });
  expect(performance.now() - begun).toBeGreaterThan(290);
});

test("where nobody listens it stops at once", async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  const report = await sendEvents(events(100), { url, secret: SECRET });
  expect(report).toMatchObject({ sent: 0, unreachable: true });
  expect(succeeded(report)).toBe(false);
});

test("a signed request can be handed to a route directly", async () => {
  const request = signedRequest('{"id":"evt_1","object":"event"}', SECRET);
  const signature = request.headers.get("stripe-signature") ?? "";
  expect(webhooks.constructEvent(await request.text(), signature, SECRET)).toMatchObject({ id: "evt_1" });
});

/** Runs the command as a user does, without npm. */
async function command(
  args: string[],
  stdin = "",
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [await bundle("dev/send-events.ts"), ...args], {
    env: { ...process.env, NODE_ENV: "test" },
  });
  const heard = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (heard.out += chunk));
  child.stderr.on("data", (chunk) => (heard.err += chunk));
  child.stdin.end(stdin);
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, ...heard })));
}

test("the command sends what comes in on stdin, prints the counts and exits with 0", async () => {
  const lines = events(3).map(({ body }) => body);
  const run = await command(["-", "--url", url, "--secret", SECRET], lines.join("\n"));
  expect(run).toMatchObject({ code: 0, out: "status  result   count\n200     applied      3\n" });
});

test("the command exits with 1 when something was not sent, or nothing at all", async () => {
  const target = ["--url", url, "--secret", SECRET];
  const freed = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => freed.once("listening", resolve));
  const silent = originOf(freed);
  await new Promise((resolve) => freed.close(resolve));
  const [some, none, nobody, help] = await Promise.all([
    command(["-", ...target], '{"id":"evt_1","object":"event"}\n{"id":'),
    command([join(import.meta.dirname), ...target]),
    command(["-", "--url", silent, "--secret", SECRET], '{"id":"evt_1"}'),
    command(["--help"]),
  ]);
  expect(some).toMatchObject({ code: 1, out: expect.stringContaining("stdin:2 is not JSON: column 7.") });
  expect(none).toMatchObject({ code: 1, out: "Nothing was sent.\n" });
  expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining("Start it with: npm run dev") });
  expect(help).toMatchObject({ code: 0, out: expect.stringContaining("--concurrency") });
});
