import { expect, test } from "vitest";
import type { LogEntry } from "@/dev/stripe/delivery/log";
import { type LocalStripe, startLocalStripe } from "@/dev/stripe/server";
import { endpointThat, until } from "./endpoints";
import { clientOf, useLocalStripe } from "./support";

const it = useLocalStripe({ seed: 7 });

const NAMES = Array.from({ length: 60 }, (_, at) => String(at));

const setWeather = async (given: object | string) => {
  const answer = await fetch(`${it.local.url}/_local/weather`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(given),
  });
  return { status: answer.status, body: await answer.json() };
};

/** A connection that broke, as a status. */
const cut = (error: unknown) => {
  if (!(error instanceof TypeError)) throw error;
  return { status: "cut" };
};

/** A customer who changes sixty times at once, and the names in their events as they came. */
async function burst(local: LocalStripe): Promise<string[]> {
  const came: string[] = [];
  const url = await endpointThat((body, response) => {
    came.push(JSON.parse(body).data.object.name);
    response.end();
  });
  const stripe = clientOf(local);
  await stripe.webhookEndpoints.create({ url, enabled_events: ["customer.updated"] });
  const { id } = await stripe.customers.create();
  for (const name of NAMES) {
    const before = local.account.store.get("customer", id);
    if (before) local.account.change("customer", before, { name }, "customer.updated");
  }
  await until(() => [...local.account.outbox.all()].every(({ nextAt }) => nextAt === null));
  return came;
}

const done = (entries: LogEntry[], weather: LogEntry["weather"]) =>
  entries.filter((entry) => entry.weather === weather);

test("it is calm unless said, and can be changed by its name or in single figures", async () => {
  const now = async () => (await fetch(`${it.local.url}/_local/weather`)).json();
  expect(await now()).toMatchObject({ name: "calm", lost: 0, apiFailing: 0 });
  expect((await setWeather({ name: "storm" })).body).toMatchObject({ name: "storm", lost: 0.2 });
  expect((await setWeather({ lost: 0.5, name: "rough" })).body).toMatchObject({
    name: "changeable",
    lost: 0.5,
    duplicated: 0.05,
  });
  expect(await now()).toMatchObject({ name: "changeable", lost: 0.5 });
  expect(await setWeather({ name: "hail" })).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining("calm, rough, storm") },
  });
  expect((await setWeather({ lots: 1 })).status).toBe(400);
  expect((await setWeather({ lost: "much" })).status).toBe(400);
  expect((await setWeather({ lost: 1.5 })).status).toBe(400);
  const form = await fetch(`${it.local.url}/_local/weather`, {
    method: "POST",
    body: new URLSearchParams({ name: "calm", return_to: "/_local" }),
    redirect: "manual",
  });
  expect([form.status, form.headers.get("location")]).toEqual([303, "/_local"]);
  expect(await now()).toMatchObject({ name: "calm" });
});

test("in a storm deliveries are late, doubled and lost, and in the end all of them have come", async () => {
  await setWeather({ name: "storm", apiFailing: 0 });
  const came = await burst(it.local);
  expect([...new Set(came)].sort()).toEqual([...NAMES].sort());
  expect(came).not.toEqual(NAMES);
  const entries = it.local.delivery.log.all();
  expect(done(entries, "lost").length).toBeGreaterThan(3);
  expect(done(entries, "late").length).toBeGreaterThan(20);
  await until(() => done(it.local.delivery.log.all(), "duplicate").length > 5);
  expect((await it.stripe.events.list({ delivery_success: false })).data).toEqual([]);
});

test("what is lost for good is never sent, and can be asked for", async () => {
  await setWeather({ lostForGood: 0.3 });
  const came = await burst(it.local);
  const missing = await it.stripe.events.list({ delivery_success: false, limit: 100 });
  expect(missing.data.length).toBeGreaterThan(8);
  expect(missing.data.length).toBeLessThan(30);
  const names = missing.data.map(({ data }) => ("name" in data.object ? data.object.name : undefined));
  expect([...came, ...names].sort()).toEqual([...NAMES].sort());
  expect(done(it.local.delivery.log.all(), "lost for good")).toHaveLength(missing.data.length);
});

test("the same seed tells the same weather, and ids do not depend on it", async () => {
  const lives = [];
  for (const weather of ["storm", "storm", "calm"]) {
    const local = await startLocalStripe({ seed: 3, weather });
    try {
      local.weather.become({ apiFailing: 0, delayMs: 0, overtaken: 0, retryMs: 20 });
      await burst(local);
      const events = local.account.events.map(({ id }) => id);
      const lost = done(local.delivery.log.all(), "lost").map(({ event, attempt }) => `${event} ${attempt}`);
      lives.push({ events, lost: lost.sort() });
    } finally {
      await local.close();
    }
  }
  const [first, second, calm] = lives;
  expect(first?.lost.length).toBeGreaterThan(3);
  expect(second).toEqual(first);
  expect(calm).toEqual({ events: first?.events, lost: [] });
});

test("the API fails in every way, and a client that tries once more never notices", async () => {
  await setWeather({ apiFailing: 0.5 });
  const patient = clientOf(it.local, { maxNetworkRetries: 1 });
  const failures = new Set<string>();
  for (let count = 0; count < 60; count++) {
    const { status } = await it.raw("POST /v1/customers", "", { "idempotency-key": `${count}` }).catch(cut);
    failures.add(String(status));
  }
  expect([...failures].sort()).toEqual(["200", "429", "500", "503", "cut"]);

  const before = it.local.account.store.count("customer");
  await Promise.all(
    Array.from({ length: 12 }, async (_, at) => {
      const { id } = await patient.customers.create({ name: `patient ${at}` });
      expect(await patient.customers.retrieve(id)).toMatchObject({ name: `patient ${at}` });
    }),
  );
  expect(it.local.account.store.count("customer") - before).toBe(12);
});

test("what was done when the connection broke is answered to who asks again, and done once", async () => {
  await setWeather({ apiFailing: 1 });
  const create = (key: string) => it.raw("POST /v1/customers", "", { "idempotency-key": key });
  let key = "";
  for (let count = 0; it.local.account.store.count("customer") === 0; count++) {
    expect(count).toBeLessThan(60);
    key = `once ${count}`;
    expect(await create(key).catch(cut)).not.toMatchObject({ status: 200 });
  }
  const again = await create(key);
  expect(again.status).toBe(200);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(it.local.account.store.count("customer")).toBe(1);
});

test("without a key to ask again with, a request that changes something fails before it is done", async () => {
  await setWeather({ apiFailing: 1 });
  for (let count = 0; count < 30; count++) {
    const { status } = await it.raw(`POST /v1/customers/cus_${count}`, "").catch(cut);
    expect(status).not.toBe(404);
  }
  expect(it.local.requests).toEqual([]);
});

test("the weather leaves the local Stripe's own pages alone", async () => {
  await setWeather({ apiFailing: 1, apiDelayMs: 0 });
  for (let count = 0; count < 20; count++)
    expect((await fetch(`${it.local.url}/_local/log`)).status).toBe(200);
});

test("a slow API is as slow as the weather says", async () => {
  await setWeather({ apiDelayMs: 80 });
  const begun = performance.now();
  for (let count = 0; count < 10; count++) await it.stripe.customers.list();
  expect(performance.now() - begun).toBeGreaterThan(150);
});
