import { expect, test, vi } from "vitest";
import { until } from "./endpoints";
import { useLocalStripe } from "./support";

const it = useLocalStripe();

const URL = "https://example.com/webhook";

test("an endpoint is created, seen, changed, listed and deleted", async () => {
  const made = await it.stripe.webhookEndpoints.create({
    url: URL,
    enabled_events: ["customer.created", "invoice.paid"],
    api_version: "2024-06-20",
    description: "The app",
    metadata: { stage: "test" },
  });
  expect(made).toMatchObject({
    id: expect.stringMatching(/^we_\w{24}$/),
    object: "webhook_endpoint",
    api_version: "2024-06-20",
    application: null,
    description: "The app",
    enabled_events: ["customer.created", "invoice.paid"],
    livemode: false,
    metadata: { stage: "test" },
    status: "enabled",
    url: URL,
    secret: expect.stringMatching(/^whsec_\w{32}$/),
  });
  const changed = await it.stripe.webhookEndpoints.update(made.id, {
    url: "https://example.com/other",
    enabled_events: ["*"],
    disabled: true,
    description: "",
    metadata: { stage: "", by: "hand" },
  });
  expect(changed).toMatchObject({
    url: "https://example.com/other",
    enabled_events: ["*"],
    status: "disabled",
    description: null,
    metadata: { by: "hand" },
  });
  const again = await it.stripe.webhookEndpoints.update(made.id, { disabled: false });
  expect(again.status).toBe("enabled");
  expect((await it.stripe.webhookEndpoints.list()).data).toEqual([
    JSON.parse(JSON.stringify(await it.stripe.webhookEndpoints.retrieve(made.id))),
  ]);
  expect(await it.stripe.webhookEndpoints.del(made.id)).toMatchObject({ id: made.id, deleted: true });
  await expect(it.stripe.webhookEndpoints.retrieve(made.id)).rejects.toMatchObject({
    code: "resource_missing",
    message: `No such webhook_endpoint: '${made.id}'`,
  });
  expect(it.eventTypes()).toEqual([]);
});

test("the secret is told once", async () => {
  const { id, secret } = await it.stripe.webhookEndpoints.create({ url: URL, enabled_events: ["*"] });
  expect(secret).toMatch(/^whsec_/);
  expect(await it.stripe.webhookEndpoints.retrieve(id)).not.toHaveProperty("secret");
  expect(await it.stripe.webhookEndpoints.update(id, { url: URL })).not.toHaveProperty("secret");
  expect((await it.stripe.webhookEndpoints.list()).data[0]).not.toHaveProperty("secret");
});

test.each([
  [
    "url=example.com&enabled_events[]=*",
    "url",
    "Invalid URL: An explicit scheme (such as https) must be provided.",
  ],
  ["url=ftp%3A%2F%2Fexample.com&enabled_events[]=*", "url", "Invalid URL: An explicit scheme"],
  ["url=https%3A%2F%2Fexample.com", "enabled_events", "Missing required param: enabled_events."],
  [
    "url=https%3A%2F%2Fexample.com&enabled_events[]=nonsense",
    "enabled_events[0]",
    "Invalid enabled_events[0]",
  ],
  [
    "url=https%3A%2F%2Fexample.com&enabled_events[]=customer.*",
    "enabled_events[0]",
    "Invalid enabled_events[0]",
  ],
  [
    "url=https%3A%2F%2Fexample.com&enabled_events[]=*&api_version=basil",
    "api_version",
    "Invalid api_version",
  ],
])("%s is refused", async (form, param, message) => {
  const { status, body } = await it.raw("POST /v1/webhook_endpoints", form);
  expect(status).toBe(400);
  expect(body).toMatchObject({
    error: { type: "invalid_request_error", param, message: expect.stringContaining(message) },
  });
  expect(it.local.account.store.count("webhook_endpoint")).toBe(0);
});

test("there are 16 endpoints at the most", async () => {
  for (let count = 0; count < 16; count++)
    await it.stripe.webhookEndpoints.create({ url: `${URL}/${count}`, enabled_events: ["*"] });
  await expect(it.stripe.webhookEndpoints.create({ url: URL, enabled_events: ["*"] })).rejects.toMatchObject({
    statusCode: 400,
    message: "You have reached the maximum of 16 test webhook endpoints.",
  });
});

const roll = async (id: string, body: object) => {
  const answer = await fetch(`${it.local.url}/_local/webhook_endpoints/${id}/roll`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
};

test("while a secret is rolled both sign, and then the new one alone", async () => {
  const receiver = await it.listen();
  const { id, secret: older = "" } = await it.stripe.webhookEndpoints.create({
    url: receiver.url,
    enabled_events: ["*"],
  });
  const { body } = await roll(id, { expires_in: 3_600 });
  const newer: string = body.secret;
  expect(newer).toMatch(/^whsec_\w{32}$/);
  await it.stripe.customers.create();
  await until(() => receiver.deliveries.length === 1);
  expect(receiver.deliveries[0]?.headers["stripe-signature"]).toMatch(
    /^t=\d{10},v1=[0-9a-f]{64},v1=[0-9a-f]{64}$/,
  );
  for (const secret of [older, newer]) {
    receiver.secret = secret;
    expect(receiver.eventTypes()).toEqual(["customer.created"]);
  }

  const now = it.local.account.realNow();
  vi.spyOn(it.local.account, "realNow").mockReturnValue(now + 3_600);
  receiver.deliveries.length = 0;
  await it.stripe.customers.create();
  await until(() => receiver.deliveries.length === 1);
  expect(receiver.eventTypes()).toEqual(["customer.created"]);
  receiver.secret = older;
  expect(() => receiver.events()).toThrow(/No signatures found matching/);
});

test("what cannot be rolled is said", async () => {
  expect(await roll("we_none", {})).toMatchObject({ status: 404, body: { error: "There is no we_none." } });
  const { id } = await it.stripe.webhookEndpoints.create({ url: URL, enabled_events: ["*"] });
  expect((await roll(id, { expires_in: 90_000 })).status).toBe(400);
  expect((await roll(id, { expires_in: 0 })).status).toBe(200);
});
