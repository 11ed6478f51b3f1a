import { Agent, request } from "node:http";
import Stripe from "stripe";
import { expect, test, vi } from "vitest";
import { api } from "@/dev/stripe/http/api";
import { clientOf, useLocalStripe } from "./support";

const it = useLocalStripe();

const basic = (key: string) => `Basic ${Buffer.from(`${key}:`).toString("base64")}`;

test.each([["Bearer sk_test_1234567890ab"], ["bearer rk_test_restricted"], [basic("sk_test_1234567890ab")]])(
  "the key %s is let in",
  async (authorization) => {
    expect(await it.raw("GET /v1/customers", undefined, { authorization })).toMatchObject({ status: 200 });
  },
);

test.each([
  ["", /^You did not provide an API key/],
  ["Basic", /^You did not provide an API key/],
  [basic(""), /^You did not provide an API key/],
  ["Bearer sk_live_1234567890abcdef", /^Invalid API Key provided: sk_live_\*+cdef\./],
  ["Bearer nonsense", /^Invalid API Key provided: nonsense\*\*\*/],
  ["Bearer sk_test_", /^Invalid API Key provided/],
])("the key '%s' is not", async (authorization, message) => {
  const { status, body } = await it.raw("GET /v1/customers", undefined, { authorization });
  expect(status).toBe(401);
  expect(body).toEqual({
    error: { type: "invalid_request_error", message: expect.stringMatching(message) },
  });
  expect(it.local.requests).toEqual([]);
});

test("a publishable key is told what it is", async () => {
  const stripe = new Stripe("pk_test_1", { ...clientConfig(), maxNetworkRetries: 0 });
  await expect(stripe.customers.list()).rejects.toMatchObject({
    type: "StripeAuthenticationError",
    statusCode: 401,
    code: "secret_key_required",
  });
});

const clientConfig = (): Stripe.StripeConfig => ({
  protocol: "http",
  host: "127.0.0.1",
  port: it.local.port,
  telemetry: false,
});

test("an answer names its request, its version and Stripe's clock", async () => {
  const { headers } = await it.raw("GET /v1/customers", undefined, { "stripe-version": "2024-06-20" });
  expect(headers.get("request-id")).toMatch(/^req_\w{24}$/);
  expect(headers.get("stripe-version")).toBe("2024-06-20");
  expect(headers.get("content-type")).toMatch(/^application\/json/);
  expect(Math.abs(Date.parse(headers.get("date") ?? "") - Date.now())).toBeLessThan(60_000);
  const other = await it.raw("GET /v1/customers");
  expect(other.headers.get("request-id")).not.toBe(headers.get("request-id"));
  expect(other.headers.get("stripe-version")).toBe(Stripe.API_VERSION);
});

test.each([["nonsense"], ["2024-13-01"], ["2024-06-20; drop"], ["1999-01-01"]])(
  "a version '%s' is refused",
  async (version) => {
    const { status, body } = await it.raw("GET /v1/customers", undefined, { "stripe-version": version });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { message: `Invalid Stripe API version: ${version}` } });
  },
);

test("an event names the request that was its cause, and its idempotency key", async () => {
  const { lastResponse } = await it.stripe.customers.create({ name: "Ada" }, { idempotencyKey: "once" });
  expect(it.events()).toMatchObject([{ request: { id: lastResponse.requestId, idempotency_key: "once" } }]);
});

test("the same request under the same key is done once, and answered twice alike", async () => {
  const once = () => it.stripe.customers.create({ name: "Ada" }, { idempotencyKey: "key_1" });
  const [first, second] = [await once(), await once()];
  expect(second).toEqual(first);
  expect(first.lastResponse.headers).not.toHaveProperty("idempotent-replayed");
  expect(second.lastResponse.headers).toMatchObject({
    "idempotent-replayed": "true",
    "original-request": first.lastResponse.requestId,
    "idempotency-key": "key_1",
  });
  expect(it.eventTypes()).toEqual(["customer.created"]);
});

test("a key is for one request: not for other parameters, nor another path", async () => {
  const { id } = await it.stripe.customers.create({ name: "Ada" }, { idempotencyKey: "key_1" });
  const refused = { type: "StripeIdempotencyError", statusCode: 400, rawType: "idempotency_error" };
  await expect(
    it.stripe.customers.create({ name: "Bob" }, { idempotencyKey: "key_1" }),
  ).rejects.toMatchObject({ ...refused, message: expect.stringContaining("with the same parameters") });
  await expect(
    it.stripe.customers.update(id, { name: "Ada" }, { idempotencyKey: "key_1" }),
  ).rejects.toMatchObject({ ...refused, message: expect.stringContaining("for the same endpoint") });
  await expect(it.stripe.customers.create({}, { idempotencyKey: "k".repeat(256) })).rejects.toMatchObject(
    refused,
  );
  expect(it.eventTypes()).toEqual(["customer.created"]);
});

test("a key whose request is in flight is in use", async () => {
  it.local.delayMs = 100;
  const first = it.stripe.customers.create({ name: "Ada" }, { idempotencyKey: "key_1" });
  await expect.poll(() => it.local.requests).toEqual(["POST /v1/customers"]);
  await expect(
    it.stripe.customers.create({ name: "Ada" }, { idempotencyKey: "key_1" }),
  ).rejects.toMatchObject({ statusCode: 409, code: "idempotency_key_in_use", rawType: "idempotency_error" });
  await first;
  expect(it.eventTypes()).toEqual(["customer.created"]);
});

test("refused parameters and a Stripe that takes no requests leave the key free", async () => {
  const refused = await it.raw("POST /v1/customers", "balance=much", { "idempotency-key": "key_1" });
  expect(refused.status).toBe(400);
  it.local.failWith(503);
  const failed = await it.raw("POST /v1/customers", "name=Ada", { "idempotency-key": "key_1" });
  expect(failed.status).toBe(503);
  it.local.failWith(null);
  const done = await it.raw("POST /v1/customers", "name=Ada", { "idempotency-key": "key_1" });
  expect(done.status).toBe(200);
  expect(done.headers.get("idempotent-replayed")).toBeNull();
});

test("what failed after it had begun fails the same way under its key", async () => {
  const gone = () => it.raw("POST /v1/customers/cus_1", "name=Ada", { "idempotency-key": "key_1" });
  const [first, second] = [await gone(), await gone()];
  expect([first.status, second.status]).toEqual([404, 404]);
  expect(second.body).toEqual(first.body);
  expect(second.headers.get("idempotent-replayed")).toBe("true");
});

test("what failed inside of Stripe fails the same way under its key, and goes through under another", async () => {
  const create = (key: string) => it.raw("POST /v1/customers", "name=Ada", { "idempotency-key": key });
  it.local.failWith(500);
  expect((await create("key_1")).status).toBe(500);
  it.local.failWith(null);
  const again = await create("key_1");
  expect(again.status).toBe(500);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect((await create("key_2")).status).toBe(200);
});

test("a key means nothing to GET", async () => {
  const get = () => it.raw("GET /v1/customers", undefined, { "idempotency-key": "key_1" });
  expect((await get()).headers.get("idempotent-replayed")).toBeNull();
  await it.stripe.customers.create();
  const { headers, body } = await get();
  expect(headers.get("idempotent-replayed")).toBeNull();
  expect(body).toMatchObject({ data: [{ object: "customer" }] });
});

test("a key means nothing to DELETE, which is the same however often it is asked", async () => {
  const { id } = await it.stripe.customers.create();
  const remove = () => it.raw(`DELETE /v1/customers/${id}`, undefined, { "idempotency-key": "key_1" });
  expect(await remove()).toMatchObject({ status: 200, body: { id, object: "customer", deleted: true } });
  const again = await remove();
  expect(again).toMatchObject({ status: 404, body: { error: { message: `No such customer: '${id}'` } } });
  expect(again.headers.get("idempotent-replayed")).toBeNull();
});

test("the SDK tries again by itself, and what it asked for happens once", async () => {
  const stripe = clientOf(it.local, { maxNetworkRetries: 2 });
  it.local.failWith(503);
  const created = stripe.customers.create({ name: "Ada" });
  await expect.poll(() => it.local.requests).toHaveLength(1);
  it.local.failWith(null);
  expect(await created).toMatchObject({ name: "Ada" });
  expect(it.local.requests).toEqual(["POST /v1/customers", "POST /v1/customers"]);
  expect(it.eventTypes()).toEqual(["customer.created"]);
});

test.each([
  ["GET /v1/unheard_of", "Unrecognized request URL (GET: /v1/unheard_of)."],
  ["PUT /v1/customers", "Unrecognized request URL (PUT: /v1/customers)."],
  ["PATCH /v1/customers/cus_1", "Unrecognized request URL (PATCH: /v1/customers/cus_1)."],
  ["DELETE /v1/customers", "Unrecognized request URL (DELETE: /v1/customers)."],
  ["GET /v1/customers/", "Unrecognized request URL (GET: /v1/customers/). If you are trying to list objects"],
  ["GET /", "Unrecognized request URL (GET: /)."],
])("%s is no request that it knows", async (what, message) => {
  const { status, body } = await it.raw(what);
  expect(status).toBe(404);
  expect(body).toEqual({
    error: { type: "invalid_request_error", message: expect.stringContaining(message) },
  });
});

test("a missing object is 404 with the parameter and the documentation of its code", async () => {
  expect((await it.raw("GET /v1/customers/cus_missing")).body).toEqual({
    error: {
      type: "invalid_request_error",
      code: "resource_missing",
      doc_url: "https://docs.stripe.com/error-codes/resource-missing",
      message: "No such customer: 'cus_missing'",
      param: "id",
    },
  });
});

test("an id may be written with %", async () => {
  const { id } = await it.stripe.customers.create();
  expect(await it.raw(`GET /v1/customers/${id.replace("_", "%5F")}`)).toMatchObject({ body: { id } });
});

test("a body that is no form is refused, in Stripe's words", async () => {
  const json = { "content-type": "application/json; charset=utf-8" };
  const { status, body } = await it.raw("POST /v1/customers", '{"name":"Ada"}', json);
  expect(status).toBe(400);
  expect(body).toMatchObject({
    error: { message: expect.stringMatching(/^Invalid request \(check that your POST content type is/) },
  });
  expect(it.events()).toEqual([]);
});

test("parameters of a POST may stand in its URL", async () => {
  const { body } = await it.raw("POST /v1/customers?name=Ada", "email=ada%40example.com");
  expect(body).toMatchObject({ name: "Ada", email: "ada@example.com" });
});

test("one connection serves request after request", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports: (number | undefined)[] = [];
  for (const path of ["/v1/customers", "/v1/unheard_of", "/v1/customers"]) {
    await new Promise<void>((resolve, reject) => {
      const asked = request(it.local.url + path, { agent, auth: "sk_test_1:" }, (response) => {
        ports.push(response.socket.localPort);
        response.resume().on("end", resolve);
      });
      asked.on("error", reject).end();
    });
  }
  agent.destroy();
  expect(new Set(ports).size).toBe(1);
});

test("a bug of its own is a 500 in Stripe's form, said on the console, and undone", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  const { account } = it.local;
  const buggy = api(
    account,
    [
      {
        method: "POST",
        path: "/v1/buggy",
        read: () => () => {
          account.emit("customer.created", account.store.all("customer")[0] ?? neverThere());
          throw new TypeError("x is not a function");
        },
      },
    ],
    { before: async () => undefined },
  );
  await it.stripe.customers.create();
  const answer = await buggy.request("/v1/buggy", {
    method: "POST",
    headers: { authorization: "Bearer sk_test_1" },
  });
  expect(answer.status).toBe(500);
  expect(await answer.json()).toMatchObject({ error: { type: "api_error" } });
  expect(said).toHaveBeenCalledWith(expect.stringContaining("req_"), new TypeError("x is not a function"));
  expect(it.eventTypes()).toEqual(["customer.created"]);
});

function neverThere(): never {
  throw new Error("There is a customer.");
}
