import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { startLocalStripe } from "@/dev/stripe/server";
import { endpointThat, until } from "./endpoints";
import { clientOf, useLocalStripe } from "./support";

// Five minutes, Stripe's first pause, are 30 ms.
const it = useLocalStripe({ timeScale: 10_000 });

const owed = async () => (await it.stripe.events.list({ delivery_success: false })).data.map(({ id }) => id);

/** The attempts so far, as `1: 500`. */
const attempts = () =>
  it.local.delivery.log.all().map(({ attempt, status, error }) => `${attempt}: ${status ?? error}`);

async function endpoint(url: string, more: { enabled_events?: ["customer.updated"] } = {}) {
  return await it.stripe.webhookEndpoints.create({ url, enabled_events: ["*"], ...more });
}

test("an event arrives signed, as JSON, from Stripe's user agent, as the API shows it", async () => {
  const receiver = await it.listen();
  receiver.secret = (await endpoint(receiver.url)).secret ?? "";
  const customer = await it.stripe.customers.create({ email: "ada@example.com" }, { idempotencyKey: "ada" });
  const event = await receiver.until("customer.created");
  await until(async () => (await owed()).length === 0);
  expect(event).toEqual({
    ...JSON.parse(JSON.stringify(await it.stripe.events.retrieve(event.id))),
    pending_webhooks: 1,
  });
  expect(event).toMatchObject({
    object: "event",
    api_version: it.local.account.apiVersion,
    data: { object: { id: customer.id, email: "ada@example.com" } },
    livemode: false,
    request: { id: customer.lastResponse.requestId, idempotency_key: "ada" },
  });
  expect(Object.keys(event)).toEqual([
    "id",
    "object",
    "api_version",
    "created",
    "data",
    "livemode",
    "pending_webhooks",
    "request",
    "type",
  ]);
  expect(receiver.deliveries[0]?.headers).toMatchObject({
    "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    "content-type": "application/json; charset=utf-8",
    "stripe-signature": expect.stringMatching(/^t=\d{10},v1=[0-9a-f]{64}$/),
  });
  expect((await it.stripe.events.retrieve(event.id)).pending_webhooks).toBe(0);
});

test("an endpoint gets the types that it asked for, in the version that it was made with", async () => {
  const [all, some] = [await it.listen(), await it.listen()];
  all.secret = (await endpoint(all.url)).secret ?? "";
  const made = await it.stripe.webhookEndpoints.create({
    url: some.url,
    enabled_events: ["customer.updated"],
    api_version: "2024-06-20",
  });
  some.secret = made.secret ?? "";
  const { id } = await it.stripe.customers.create({ name: "Ada" });
  await it.stripe.customers.update(id, { name: "Grace" });
  await until(async () => (await owed()).length === 0);
  expect(all.eventTypes().sort()).toEqual(["customer.created", "customer.updated"]);
  expect(some.events()).toMatchObject([
    {
      type: "customer.updated",
      api_version: "2024-06-20",
      data: { previous_attributes: { name: "Ada" } },
    },
  ]);
});

test("an event that nobody asked for is owed to nobody", async () => {
  await endpoint("http://127.0.0.1:9/", { enabled_events: ["customer.updated"] });
  await it.stripe.customers.create();
  expect(await owed()).toEqual([]);
  expect((await it.stripe.events.list({ delivery_success: true })).data).toMatchObject([
    { pending_webhooks: 0 },
  ]);
});

test("what fails comes again until it succeeds, and is listed meanwhile", async () => {
  const receiver = await it.listen({ answer: 500 });
  receiver.secret = (await endpoint(receiver.url)).secret ?? "";
  await it.stripe.customers.create();
  const { id } = await receiver.until("customer.created");
  expect(await owed()).toEqual([id]);
  expect((await it.stripe.events.retrieve(id)).pending_webhooks).toBe(1);
  receiver.answer = 204;
  await until(async () => (await owed()).length === 0);
  const answers = attempts().map((attempt) => attempt.replace(/^\d+: /, ""));
  expect(answers.length).toBeGreaterThanOrEqual(2);
  expect(answers).toEqual([...answers.slice(1).map(() => "500"), "204"]);
  expect(new Set(receiver.events().map((event) => event.id))).toEqual(new Set([id]));
  const [first, second] = receiver.deliveries.map(({ at }) => at);
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(25);
});

test("a redirect is a failure, and is not followed", async () => {
  const followed = await it.listen();
  const url = await endpointThat((_, response) => response.writeHead(308, { location: followed.url }).end());
  await endpoint(url);
  await it.stripe.customers.create();
  await until(() => attempts().length >= 2);
  expect(attempts().slice(0, 2)).toEqual(["1: 308", "2: 308"]);
  expect(followed.deliveries).toEqual([]);
});

test("no answer in time, a connection that is cut and nobody there are failures", async () => {
  const impatient = await startLocalStripe({ timeScale: 10_000, webhookTimeoutMs: 400 });
  onTestFinished(() => impatient.close());
  const why = (url: string) =>
    impatient.delivery.log.all().flatMap((attempt) => (attempt.url === url ? [attempt.error ?? ""] : []));
  const ends = [
    { url: await endpointThat(() => {}), like: /^no answer in time$/ },
    { url: await endpointThat((_, __, { socket }) => socket.destroy()), like: /^socket hang up$/ },
    { url: "http://127.0.0.1:9/", like: /^connect ECONNREFUSED/ },
  ];
  const stripe = clientOf(impatient);
  for (const { url } of ends) await stripe.webhookEndpoints.create({ url, enabled_events: ["*"] });
  await stripe.customers.create();
  for (const { url, like } of ends) await until(() => why(url).some((error) => like.test(error)));
  expect((await stripe.events.list({ delivery_success: false })).data).toMatchObject([
    { type: "customer.created", pending_webhooks: 3 },
  ]);
});

test("after the last attempt it is not tried again, and stays listed", async () => {
  const receiver = await it.listen({ answer: 500 });
  const hasty = await startLocalStripe({ seed: 1, timeScale: 1e9, webhooks: [{ url: receiver.url }] });
  try {
    await clientOf(hasty).customers.create();
    await until(() => [...hasty.account.outbox.all()].every(({ nextAt }) => nextAt === null));
    expect(receiver.deliveries).toHaveLength(11);
    const { data } = await clientOf(hasty).events.list({ delivery_success: false });
    expect(data).toMatchObject([{ type: "customer.created", pending_webhooks: 1 }]);
  } finally {
    await hasty.close();
  }
});

test("a disabled endpoint gets nothing, not even what it still was to get; a deleted one is owed nothing", async () => {
  let id = "";
  const url = await endpointThat(async (_, response) => {
    await it.stripe.webhookEndpoints.update(id, { disabled: true });
    response.writeHead(500).end();
  });
  id = (await endpoint(url)).id;
  await it.stripe.customers.create();
  const owing = () => [...it.local.account.outbox.all()];
  await until(() => owing().every(({ nextAt }) => nextAt === null));
  await it.stripe.customers.create();
  await until(() => owing().every(({ nextAt }) => nextAt === null));
  expect(attempts()).toEqual(["1: 500"]);
  expect(await owed()).toHaveLength(1);
  await it.stripe.webhookEndpoints.del(id);
  expect(await owed()).toEqual([]);
});

test("deliveries begin in order, eight of them at once", async () => {
  const begun: string[] = [];
  const names = Array.from({ length: 30 }, (_, at) => String(at));
  let [running, most] = [0, 0];
  // Each waits for the other seven, and a little for one more, that must not come.
  const url = await endpointThat(async (body, response) => {
    const { name } = JSON.parse(body).data.object;
    if (name !== null) {
      const at = begun.push(name) - 1;
      most = Math.max(most, ++running);
      await until(() => begun.length >= Math.min(names.length, at - (at % 8) + 8));
      await sleep(20);
      running--;
    }
    response.end();
  });
  await endpoint(url);
  const before = await it.stripe.customers.create();
  await until(async () => (await owed()).length === 0);
  it.local.account.atomically(() => {
    for (const name of names) {
      const customer = it.local.account.store.get("customer", before.id);
      if (customer) it.local.account.change("customer", customer, { name }, "customer.updated");
    }
  });
  await until(() => begun.length === names.length);
  expect(most).toBe(8);
  // Which of eight that run at once is read first is up to the network.
  for (let at = 0; at < names.length; at += 8) {
    const together = begun.slice(at, at + 8).map(Number);
    expect(together.sort((one, other) => one - other).map(String)).toEqual(names.slice(at, at + 8));
  }
});

test("who waits for an answer goes on with it, well or badly, or when the time is up", async () => {
  const forever = 10 * 60_000; // much longer than a test may take
  const created = () => it.events().at(-1)?.id ?? "";
  const answersTo = (id: string) =>
    it.local.delivery.log.all().flatMap(({ event, status }) => (event === id ? [status] : []));
  await it.stripe.customers.create();
  await it.local.delivery.untilAnswered(created(), forever);

  const url = await endpointThat(async (_, response) => {
    await sleep(60);
    response.writeHead(500).end();
  });
  const { id } = await endpoint(url);
  await it.stripe.customers.create();
  await it.local.delivery.untilAnswered(created(), forever);
  expect(answersTo(created())).toContain(500);

  await it.stripe.webhookEndpoints.update(id, { url: await endpointThat(() => {}) });
  await it.stripe.customers.create();
  await it.local.delivery.untilAnswered(created(), 90);
  expect(answersTo(created())).toEqual([]);
});

test("a connection that the endpoint closed while it was idle costs no attempt", async () => {
  const used = new WeakSet<object>();
  const url = await endpointThat((_, response, { socket }) => {
    if (used.has(socket)) return socket.resetAndDestroy();
    used.add(socket);
    return response.end();
  });
  await endpoint(url);
  for (let count = 1; count <= 3; count++) {
    await it.stripe.customers.create();
    await until(() => attempts().length === count);
  }
  expect(attempts()).toEqual(["1: 200", "1: 200", "1: 200"]);
});

test("a burst of events does not keep requests waiting", async () => {
  await endpoint(await endpointThat((_, response) => response.end()));
  const customer = await it.stripe.customers.create();
  const { account, delivery } = it.local;
  for (let count = 0; count < 3000; count++) {
    const before = account.store.get("customer", customer.id);
    if (before) account.change("customer", before, { name: String(count) }, "customer.updated");
  }
  await it.stripe.customers.retrieve(customer.id);
  expect([...account.outbox.all()].length).toBeGreaterThan(1000);
  await until(() => [...account.outbox.all()].length === 0);
  expect(delivery.log.all()).toHaveLength(1000);
});

test("the log tells of every attempt, and can be asked for a type", async () => {
  const url = await endpointThat((_, response) => response.writeHead(400).end("No such thing. ".repeat(40)));
  const { id } = await endpoint(url, { enabled_events: ["customer.updated"] });
  await endpoint(await endpointThat((_, response) => response.end("ok")));
  const customer = await it.stripe.customers.create();
  await it.stripe.customers.update(customer.id, { name: "Ada" });
  await until(() => attempts().length >= 3);
  const log = async (query = "") => (await fetch(`${it.local.url}/_local/log${query}`)).json();
  const updated = await log("?type=customer.updated");
  expect(updated.deliveries).toContainEqual({
    at: expect.any(Number),
    event: it.events().at(-1)?.id,
    type: "customer.updated",
    endpoint: id,
    url,
    attempt: 1,
    status: 400,
    error: null,
    ms: expect.any(Number),
    body: "No such thing. ".repeat(40).slice(0, 200),
    weather: null,
  });
  expect((await log()).deliveries).toContainEqual(
    expect.objectContaining({ type: "customer.created", status: 200, body: "ok" }),
  );
  const page = await (await fetch(`${it.local.url}/_local`)).text();
  expect(page).toContain("customer.updated");
  expect(page).toContain("/v1/customers");
});
