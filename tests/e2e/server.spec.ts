import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { openSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { createRequire } from "node:module";
import { expect, test } from "@playwright/test";
import { Client } from "pg";
import { anyPort } from "../../dev/ports.ts";
import { ending, untilAnswers } from "../../dev/processes.ts";
import { signatureHeader } from "../../dev/send/sign.ts";
import { type LocalStripe, startLocalStripe } from "../../dev/stripe/server.ts";
import { createDatabase, throwawayName } from "../../prisma/migrate/databases.ts";
import { migrate } from "../../prisma/migrate/migrations.ts";
import { WEBHOOK_SECRET } from "../support/env.ts";
import { aCustomer, anEvent, aSubscription } from "../support/events.ts";
import { StripeProxy } from "../support/stripe-proxy.ts";

/**
 * A server of this file's own, of the same build, that can be stopped. Its database and its Stripe are its own too: any other
 * server on the database would take over events of it, and would still be at work on them when it has ended.
 */
let server: ChildProcess;
let exited: Promise<string>;
let url: string;
let db: Client;
let local: LocalStripe;
let stripe: StripeProxy;
let collector: Server;
/** What an OpenTelemetry collector was sent, by the path it came to. */
const sent: { path: string; body: string }[] = [];

test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  collector = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      sent.push({ path: incoming.url ?? "", body: Buffer.concat(chunks).toString() });
      outgoing.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const address = collector.address();
  stripe = await StripeProxy.start();
  local = await startLocalStripe();
  stripe.upstream = local.url;
  const database = await createDatabase(process.env.DATABASE_URL ?? "", throwawayName("server"));
  await migrate(database);
  db = new Client(database);
  await db.connect();
  const port = await anyPort();
  url = `http://localhost:${port}`;
  const log = openSync("test-results/server.log", "w");
  const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
  server = spawn(process.execPath, [next, "start", "--port", String(port)], {
    stdio: ["ignore", log, log],
    env: {
      ...process.env,
      NODE_ENV: "production",
      DATABASE_URL: database,
      STRIPE_API_BASE: stripe.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_METRIC_EXPORT_INTERVAL: "500",
    },
  });
  exited = ending(server);
  const crash = exited.then((how) =>
    Promise.reject(new Error(`It ended by itself: ${how}. See test-results/server.log`)),
  );
  crash.catch(() => {});
  await untilAnswers(`${url}/robots.txt`, crash);
});
test.afterAll(async () => {
  server.kill("SIGKILL");
  await db.end();
  stripe.close();
  await local.close();
  collector.close();
  collector.closeAllConnections();
});

type Answer = { status: number; result: string };

/** Delivers on a connection of its own, as whoever has just been sent to this server. */
function deliver(event: object): Promise<Answer> {
  const body = JSON.stringify(event);
  return new Promise((resolve, reject) => {
    const headers = { "stripe-signature": signatureHeader(body, WEBHOOK_SECRET) };
    const asked = request(
      `${url}/api/webhooks/stripe`,
      { method: "POST", agent: false, headers },
      (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, result: JSON.parse(text).result }),
        );
      },
    );
    asked.on("error", reject);
    asked.end(body);
  });
}

/** Two states of the same second: the second event is one that only Stripe can settle, after the answer. */
function contradiction(id: string): [object, object] {
  const updated = (status: string) =>
    anEvent("customer.subscription.updated", aSubscription({ id, status, items: { data: [] } }), {
      id: `evt_${randomUUID()}`,
    });
  return [updated("active"), updated("paused")];
}

test("an OpenTelemetry collector sees verify, record, apply and fetch, and nothing about a person", async () => {
  const email = `grace-${randomUUID()}@example.com`;
  const customer = aCustomer({ id: `cus_${randomUUID()}`, email, name: "Grace Hopper" });
  await deliver(anEvent("customer.updated", customer, { id: `evt_${randomUUID()}` }));
  for (const event of contradiction(`sub_${randomUUID()}`)) await deliver(event);
  await fetch(`${url}/operator/customers?q=${encodeURIComponent(email)}`);
  await fetch(`${url}/sign-in?from=${encodeURIComponent(`/dashboard?of=${email}`)}`);

  const all = (path: string) => sent.flatMap((one) => (one.path === path ? [one.body] : [])).join("\n");
  for (const name of ["billing.verify", "billing.record", "billing.apply", "billing.fetch", "/sign-in"])
    await expect.poll(() => all("/v1/traces"), { timeout: 30_000 }).toContain(name);
  for (const name of ["billing.events", "billing.ack", "billing.pending.oldest"])
    await expect.poll(() => all("/v1/metrics"), { timeout: 30_000 }).toContain(name);
  for (const { body } of sent)
    expect(body).not.toMatch(/grace|hopper|example\.com|whsec_|sk_test_|postgres(ql)?:/i);
});

test("a server that is told to stop ends by itself, when all that it has acknowledged is applied", async () => {
  stripe.passage = () => ({ mishap: null, beforeMs: 200, afterMs: 0 });
  const events = Array.from({ length: 60 }, () => contradiction(`sub_${randomUUID()}`)).flat();
  const acknowledged: { id: string; result: string }[] = [];
  const sender = async () => {
    for (let event = events.shift(); event; event = events.shift()) {
      const answer = await deliver(event).catch(() => null);
      if (answer?.status === 200) acknowledged.push({ id: idOf(event), result: answer.result });
      if (acknowledged.length >= 30) server.kill("SIGTERM");
    }
  };
  await Promise.all([sender(), sender(), sender(), sender()]);
  expect(await exited).toBe("exit code 143");
  expect(acknowledged.length).toBeGreaterThanOrEqual(30);
  expect(acknowledged.length).toBeLessThan(120);
  expect(acknowledged.some(({ result }) => result === "deferred")).toBe(true);
  const { rows } = await db.query("select id, status from stripe_events where id = any($1)", [
    acknowledged.map(({ id }) => id),
  ]);
  expect(rows).toHaveLength(acknowledged.length);
  expect(rows.filter(({ status }) => status !== "done")).toEqual([]);
});

const idOf = (event: object) => ("id" in event ? String(event.id) : "");
