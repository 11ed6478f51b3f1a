import { request } from "node:http";
import Stripe from "stripe";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LocalStripe, startLocalStripe } from "@/dev/stripe/server";

const demo = (object: string, id: string, more: object) => ({ id, object, ...more });

let local: LocalStripe;
let stripe: Stripe;
beforeEach(async () => {
  local = await startLocalStripe();
  local.put(demo("customer", "cus_demo", { email: "demo@example.com" }));
  local.put(demo("product", "prod_demo_solo", { name: "Solo" }));
  local.put(demo("price", "price_demo_solo_month", { unit_amount: 500 }));
  stripe = new Stripe("sk_test_local", {
    protocol: "http",
    host: "127.0.0.1",
    port: local.port,
    maxNetworkRetries: 0,
    timeout: 5_000,
    telemetry: false,
  });
});
afterEach(() => local.close());

test("the SDK retrieves each kind of object", async () => {
  local.put({ id: "sub_1", object: "subscription" });
  local.put({ id: "in_1", object: "invoice" });
  expect(await stripe.customers.retrieve("cus_demo")).toMatchObject({ email: "demo@example.com" });
  expect(await stripe.products.retrieve("prod_demo_solo")).toMatchObject({ name: "Solo" });
  expect(await stripe.prices.retrieve("price_demo_solo_month")).toMatchObject({ unit_amount: 500 });
  expect(await stripe.subscriptions.retrieve("sub_1")).toMatchObject({ object: "subscription" });
  expect(await stripe.invoices.retrieve("in_1")).toMatchObject({ object: "invoice" });
  expect(local.requests).toEqual([
    "GET /v1/customers/cus_demo",
    "GET /v1/products/prod_demo_solo",
    "GET /v1/prices/price_demo_solo_month",
    "GET /v1/subscriptions/sub_1",
    "GET /v1/invoices/in_1",
  ]);
});

test("an answer carries Stripe's clock, a request id and the version that was asked for", async () => {
  const { lastResponse } = await stripe.customers.retrieve("cus_demo");
  expect(Math.abs(Date.parse(lastResponse.headers.date ?? "") - Date.now())).toBeLessThan(60_000);
  expect(lastResponse.requestId).toMatch(/^req_/);
  expect(lastResponse.apiVersion).toBe(Stripe.API_VERSION);
});

test("what it does not know is missing, in Stripe's words", async () => {
  local.remove("customer", "cus_demo");
  await expect(stripe.customers.retrieve("cus_demo")).rejects.toMatchObject({
    type: "StripeInvalidRequestError",
    statusCode: 404,
    code: "resource_missing",
    param: "id",
    message: "No such customer: 'cus_demo'",
  });
  await expect(stripe.charges.retrieve("ch_1")).rejects.toMatchObject({ statusCode: 404 });
});

test("without a key it says so", async () => {
  const response = await fetch(`${local.url}/v1/customers/cus_demo`);
  expect(response.status).toBe(401);
});

test.each([
  [500, "StripeAPIError"],
  [429, "StripeRateLimitError"],
  [401, "StripeAuthenticationError"],
])("it fails with %i when told to, and recovers", async (status, type) => {
  local.failWith(status);
  local.retryAfter = 7;
  await expect(stripe.customers.retrieve("cus_demo")).rejects.toMatchObject({
    type,
    statusCode: status,
    headers: { "retry-after": "7" },
  });
  local.failWith(null);
  expect(await stripe.customers.retrieve("cus_demo")).toMatchObject({ id: "cus_demo" });
});

test("it is slow when told to", async () => {
  local.delayMs = 50;
  const begun = performance.now();
  await stripe.customers.retrieve("cus_demo");
  expect(performance.now() - begun).toBeGreaterThan(45);
  local.delayMs = 15_000;
  await expect(stripe.customers.retrieve("cus_demo")).rejects.toMatchObject({
    type: "StripeConnectionError",
  });
});

test("objects can be put from another process", async () => {
  const put = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${local.url}/_local/objects`, { method: "PUT", body, headers });
  const answer = await put('[{"id":"sub_1","object":"subscription"},{"id":"in_1","object":"invoice"}]');
  expect(await answer.json()).toEqual({ put: 2 });
  expect((await put('{"id":"sub_2","object":"subscription","status":"active"}')).status).toBe(200);
  expect(await stripe.subscriptions.retrieve("sub_2")).toMatchObject({ status: "active" });
  expect((await put("nonsense")).status).toBe(400);
  expect((await put('{"id":7}')).status).toBe(400);
  expect((await fetch(`${local.url}/_local/objects`)).status).toBe(404);
  expect(local.requests).toEqual(["GET /v1/subscriptions/sub_2"]);
});

test("a web page that gave its own name this address can put nothing", async () => {
  const status = await new Promise((resolve, reject) => {
    const options = { method: "PUT", headers: { host: `evil.example:${local.port}` } };
    request(`${local.url}/_local/objects`, options, (response) => resolve(response.statusCode))
      .on("error", reject)
      .end('{"id":"sub_1","object":"subscription"}');
  });
  expect(status).toBe(404);
  await expect(stripe.subscriptions.retrieve("sub_1")).rejects.toMatchObject({ code: "resource_missing" });
});
