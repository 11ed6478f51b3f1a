import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Stripe from "stripe";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { type LocalStripe, type LocalStripeOptions, startLocalStripe } from "@/dev/stripe/server";
import { endpointThat, until } from "./endpoints";
import { clientOf, Receiver } from "./support";

let folder: string;
let dataFile: string;
const running: LocalStripe[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stripe-data-"));
  dataFile = join(folder, "new", "stripe.data");
});
afterEach(async () => {
  for (const local of running.splice(0)) await local.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: LocalStripeOptions = {}) {
  const local = await startLocalStripe({ seed: 1, dataFile, ...options });
  running.push(local);
  return { local, stripe: clientOf(local) };
}

const restart = async (options: LocalStripeOptions = {}) => {
  await running.pop()?.close();
  return await start(options);
};

/** An object that has decimals, in places where the API has no endpoint for it yet. */
const price: Stripe.Price = {
  id: "price_1",
  object: "price",
  active: true,
  billing_scheme: "per_unit",
  created: 1,
  currency: "usd",
  custom_unit_amount: null,
  livemode: false,
  lookup_key: null,
  metadata: { unit_amount_decimal: "1.50" },
  nickname: null,
  product: "prod_1",
  recurring: null,
  tax_behavior: "unspecified",
  tiers_mode: null,
  transform_quantity: null,
  type: "one_time",
  unit_amount: null,
  unit_amount_decimal: Stripe.Decimal.from("0.125"),
};

test("objects, their order, deletions, notes, events and the clock are there after a restart", async () => {
  const before = await start();
  const [ada, bob, eve] = [
    await before.stripe.customers.create({ name: "Ada", metadata: { seats: "3" } }),
    await before.stripe.customers.create({ name: "Bob" }),
    await before.stripe.customers.create({ name: "Eve" }),
  ];
  await before.stripe.customers.update(ada.id, { name: "Ada L.", metadata: { seats: "" } });
  before.local.account.store.remove("customer", bob.id, { gone: true });
  before.local.account.store.note(eve.id, { authenticated: true });
  before.local.account.setAhead(86_400);
  const seen = {
    customers: (await before.stripe.customers.list()).data,
    events: (await before.stripe.events.list()).data,
  };
  expect(seen.customers.map(({ id }) => id)).toEqual([eve.id, ada.id]);

  for (let count = 0; count < 3; count++) {
    const { local, stripe } = await restart();
    expect((await stripe.customers.list()).data).toEqual(seen.customers);
    expect((await stripe.events.list()).data).toEqual(seen.events);
    expect(await stripe.customers.retrieve(bob.id)).toMatchObject({ deleted: true });
    expect(local.account.store.notes(eve.id)).toEqual({ authenticated: true });
    expect(local.account.ahead).toBe(86_400);
  }
});

test("decimals are decimals again, and metadata stays text", async () => {
  const before = await start();
  before.local.account.create("price", price, "price.created");
  const change = { unit_amount_decimal: Stripe.Decimal.from("0.25") };
  before.local.account.change("price", price, change, "price.updated");
  const { local } = await restart();
  const after = local.account.store.get("price", "price_1");
  expect(after?.unit_amount_decimal?.mul(Stripe.Decimal.from("4")).toString()).toBe("1");
  expect(after?.metadata).toEqual({ unit_amount_decimal: "1.50" });
  const [created, updated] = local.account.events;
  expect(created?.object).toEqual(price);
  expect(updated?.object).toBe(after);
  expect(updated?.previous).toEqual({ unit_amount_decimal: Stripe.Decimal.from("0.125") });
});

test("a state is written once, and then only what changes", async () => {
  const { local, stripe } = await start();
  const made = await stripe.customers.create({ description: "x".repeat(4000) });
  const size = statSync(dataFile).size;
  for (const name of ["A", "B", "C", "D"]) {
    const customer = local.account.store.get("customer", made.id);
    if (customer) local.account.change("customer", customer, { name }, "customer.updated");
  }
  await stripe.customers.retrieve(made.id);
  const grown = statSync(dataFile).size - size;
  expect(grown).toBeGreaterThan(4 * 100);
  expect(grown).toBeLessThan(4 * 400);
});

test("an id of before a restart does not come again, though the seed is the same", async () => {
  const ids = new Set<string>();
  for (let count = 0; count < 5; count++) {
    const { stripe, local } = await restart();
    for (let made = 0; made < 5; made++) ids.add((await stripe.customers.create()).id);
    for (const { id } of local.account.events) ids.add(id);
  }
  expect(ids.size).toBe(5 * 5 * 2);
});

test("an idempotency key of before a restart is answered as it was", async () => {
  const first = await (await start()).stripe.customers.create({ name: "Ada" }, { idempotencyKey: "once" });
  const { stripe } = await restart();
  const again = await stripe.customers.create({ name: "Ada" }, { idempotencyKey: "once" });
  expect(again).toEqual(first);
  expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
  expect((await stripe.customers.list()).data).toHaveLength(1);
  await expect(stripe.customers.create({ name: "Bob" }, { idempotencyKey: "once" })).rejects.toMatchObject({
    type: "StripeIdempotencyError",
  });
});

test("what was not delivered is delivered after a restart, and what was is not", async () => {
  const receiver = await Receiver.listen({ secret: "whsec_kept" });
  const options = { webhooks: [{ url: receiver.url, secret: "whsec_kept" }], timeScale: 10_000 };
  const before = await start(options);
  await before.stripe.customers.create({ name: "Ada" });
  await until(() => [...before.local.account.outbox.all()].length === 0);
  receiver.answer = 500;
  await before.stripe.customers.create({ name: "Bob" });
  await until(() => receiver.deliveries.length >= 2);
  await running.pop()?.close();
  receiver.answer = 200;
  receiver.deliveries.length = 0;

  const { local, stripe } = await start(options);
  expect(local.webhooks).toMatchObject([{ url: receiver.url, secret: "whsec_kept" }]);
  expect((await stripe.webhookEndpoints.list()).data).toHaveLength(1);
  await until(() => [...local.account.outbox.all()].length === 0);
  const names = receiver.events().map(({ data }) => "name" in data.object && data.object.name);
  expect(new Set(names)).toEqual(new Set(["Bob"]));
  receiver.close();
});

test("the endpoint of --webhook keeps its secret over a restart, and takes a new one that is named", async () => {
  const url = "http://127.0.0.1:9/";
  const first = await start({ webhooks: [{ url }] });
  const secret = first.local.webhooks[0]?.secret;
  expect(secret).toMatch(/^whsec_\w{32}$/);
  expect((await restart({ webhooks: [{ url }] })).local.webhooks[0]?.secret).toBe(secret);
  const named = await restart({ webhooks: [{ url, secret: "whsec_named" }] });
  expect(named.local.webhooks[0]).toMatchObject({ secret: "whsec_named" });
});

test("on another port the pages of what was made before are where the server is now", async () => {
  const before = await start();
  const { id: customer } = await before.stripe.customers.create();
  const { id } = await before.stripe.invoices.create({ customer });
  const final = await before.stripe.invoices.finalizeInvoice(id);
  const made = await before.stripe.checkout.sessions.create({
    mode: "setup",
    currency: "usd",
    success_url: "http://localhost/",
  });
  await running.pop()?.close();
  const taken = createServer().listen(before.local.port, "127.0.0.1");
  await once(taken, "listening");
  onTestFinished(() => void taken.close());

  const { local, stripe } = await start();
  const invoice = await stripe.invoices.retrieve(id);
  expect(invoice.hosted_invoice_url).toBe(final.hosted_invoice_url?.replace(before.local.url, local.url));
  const session = await stripe.checkout.sessions.retrieve(made.id);
  for (const url of [invoice.hosted_invoice_url, invoice.invoice_pdf, session.url])
    expect((await fetch(url ?? "")).status).toBe(200);
});

test("a test clock that was advancing arrives after a restart", async () => {
  const before = await start();
  const { id } = await before.stripe.testHelpers.testClocks.create({ frozen_time: 1_800_000_000 });
  await before.stripe.testHelpers.testClocks.advance(id, { frozen_time: 1_800_086_400 });
  const clock = before.local.account.store.get("test_helpers.test_clock", id);
  if (!clock) throw new Error("There is a clock.");
  // As it is on disk when the process is killed on the way.
  before.local.account.store.put("test_helpers.test_clock", {
    ...clock,
    frozen_time: 1_800_000_000,
    status: "advancing",
    status_details: { advancing: { target_frozen_time: 1_800_086_400 } },
  });
  const { stripe } = await restart();
  const arrived = () => stripe.testHelpers.testClocks.retrieve(id);
  await until(async () => (await arrived()).status === "ready");
  expect((await arrived()).frozen_time).toBe(1_800_086_400);
});

test("half a line at the end is dropped, and what follows is whole", async () => {
  const { stripe } = await start();
  const { id } = await stripe.customers.create({ name: "Ada" });
  await running.pop()?.close();
  appendFileSync(dataFile, '[{"put":"customer","object":{"id":"cus_torn","obj');
  const second = await start();
  expect((await second.stripe.customers.list()).data.map((customer) => customer.id)).toEqual([id]);
  const bob = await second.stripe.customers.create({ name: "Bob" });
  const third = await restart();
  expect((await third.stripe.customers.list()).data.map((customer) => customer.id)).toEqual([bob.id, id]);
});

test("a damaged line, a file of something else and a file in use are told, and left as they are", async () => {
  const { stripe } = await start();
  await stripe.customers.create({ name: "Ada" });
  await expect(start()).rejects.toThrow(/is in use by another local Stripe \(process \d+\)/);
  await running.pop()?.close();

  const lines = readFileSync(dataFile, "utf8").split("\n");
  lines[2] = lines[2]?.slice(5) ?? "";
  const damaged = lines.join("\n");
  writeFileSync(dataFile, damaged);
  await expect(start()).rejects.toThrow(
    /stripe\.data is damaged in line 3: .*\nTo begin anew, move it away\./,
  );
  expect(readFileSync(dataFile, "utf8")).toBe(damaged);

  writeFileSync(dataFile, '{"name":"my-app"}\n');
  await expect(start()).rejects.toThrow(/is no data of the local Stripe\. Name another file with --data\./);
  expect(readFileSync(dataFile, "utf8")).toBe('{"name":"my-app"}\n');
  rmSync(dataFile);
  await start();
});

test("a file that has grown much is written anew, and tells the same", async () => {
  const { stripe, local } = await start({ webhooks: [{ url: "http://127.0.0.1:9/" }] });
  const first = await stripe.customers.create({ name: "Ada" }, { idempotencyKey: "once" });
  const bob = await stripe.customers.create({ name: "Bob" });
  local.account.store.remove("customer", bob.id, { gone: true });
  // 120 times 400 kB of notes: only the last one counts.
  for (let count = 0; count < 120; count++) {
    local.account.store.note(first.id, {
      secrets: [{ secret: `${count} `.padEnd(400_000, "x"), until: null }],
    });
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { account } = local;
  expect(statSync(dataFile).size).toBeLessThan(40_000_000);
  const told = () => ({
    customers: account.store.all("customer"),
    events: account.events.map((event) => ({ ...event })),
    notes: account.store.notes(first.id),
  });
  await stripe.customers.update(first.id, { name: "Grace" });
  const before = told();
  const owed = [...account.outbox.all()].map(({ event, endpoint }) => [event.id, endpoint]);

  const after = await restart();
  const now = after.local.account;
  expect({
    customers: now.store.all("customer"),
    events: now.events,
    notes: now.store.notes(first.id),
  }).toEqual(before);
  expect([...now.outbox.all()].map(({ event, endpoint }) => [event.id, endpoint])).toEqual(owed);
  expect(owed.length).toBe(3);
  expect(await after.stripe.customers.retrieve(bob.id)).toMatchObject({ deleted: true });
  const again = await after.stripe.customers.create({ name: "Ada" }, { idempotencyKey: "once" });
  expect(again.id).toBe(first.id);
});

test("killed again and again under load, it has all that it acknowledged, and half of nothing", async () => {
  const secret = "whsec_killed";
  const delivered = new Set<string>();
  const url = await endpointThat((body, response) => {
    delivered.add(JSON.parse(body).data.object.id);
    response.end();
  });
  const acknowledged = new Set<string>();
  for (let round = 0; round < 3; round++) {
    const { child, port } = await startProcess(["--data", dataFile, "--webhook", url, "--secret", secret]);
    const stripe = clientOf({ port });
    const known = await ids(stripe);
    for (const id of acknowledged) expect(known).toContain(id);
    const clients = Array.from({ length: 4 }, async (_, at) => {
      for (let count = 0; ; count++) {
        const made = await stripe.customers
          .create({ name: `${round} ${at} ${count}` })
          .catch(() => undefined);
        if (!made) return;
        acknowledged.add(made.id);
      }
    });
    await until(() => acknowledged.size > (round + 1) * 60, 60_000);
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await Promise.all([exited, ...clients]);
  }
  const { local, stripe } = await start({ webhooks: [{ url, secret }], timeScale: 10_000 });
  const customers = await ids(stripe);
  for (const id of acknowledged) expect(customers).toContain(id);
  // Each customer has its event, and each event its customer; all of them arrive.
  expect(local.account.events.map(({ object }) => "id" in object && object.id).sort()).toEqual(
    customers.sort(),
  );
  await until(() => customers.every((id) => delivered.has(id)), 60_000);
}, 240_000);

async function ids(stripe: Stripe): Promise<string[]> {
  const found: string[] = [];
  for await (const { id } of stripe.customers.list({ limit: 100 })) found.push(id);
  return found;
}

async function startProcess(options: string[]): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "dev/stripe/cli.ts", "--port", "0", "--seed", "1", ...options],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    said += chunk;
  });
  const port = () => Number(/API base +http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? 0);
  await until(() => port() > 0, 60_000);
  return { child, port: port() };
}
