import { expect, test } from "vitest";
import { until } from "./endpoints";
import { useLocalStripe } from "./support";

const it = useLocalStripe();

/** `customer.created` and `customer.updated` of so many customers, in turn. */
async function happen(times: number) {
  for (let count = 0; count < times; count++) {
    const { id } = await it.stripe.customers.create({ name: `${count}` });
    await it.stripe.customers.update(id, { name: `${count}!` });
  }
}

test("an event tells what happened, what was before, and which request it was", async () => {
  const { id } = await it.stripe.customers.create({ name: "Ada", metadata: { seats: "1" } });
  const changed = await it.stripe.customers.update(
    id,
    { metadata: { seats: "2" }, name: "Grace" },
    { idempotencyKey: "change" },
  );
  const [event] = (await it.stripe.events.list({ limit: 1 })).data;
  expect(event).toMatchObject({
    id: expect.stringMatching(/^evt_\w{24}$/),
    object: "event",
    type: "customer.updated",
    api_version: it.local.account.apiVersion,
    livemode: false,
    pending_webhooks: 0,
    request: { id: changed.lastResponse.requestId, idempotency_key: "change" },
    data: {
      object: { id, object: "customer", name: "Grace", metadata: { seats: "2" } },
      previous_attributes: { name: "Ada", metadata: { seats: "1" } },
    },
  });
  expect(await it.stripe.events.retrieve(event?.id ?? "")).toEqual(event);
  const [, created] = (await it.stripe.events.list()).data;
  expect(created?.data).not.toHaveProperty("previous_attributes");
});

test("an event keeps the object of its moment, in the account's version", async () => {
  const { id } = await it.stripe.customers.create({ name: "Ada" });
  await it.stripe.customers.update(id, { name: "Grace" });
  const list = await it.stripe.events.list({}, { apiVersion: "2024-06-20" });
  expect(list.data).toMatchObject([
    { api_version: it.local.account.apiVersion, data: { object: { name: "Grace" } } },
    { api_version: it.local.account.apiVersion, data: { object: { name: "Ada" } } },
  ]);
});

test("events are listed by type, types, group and time, the newest first, in pages", async () => {
  await happen(3);
  const all = (await it.stripe.events.list()).data;
  expect(all.map(({ type }) => type)).toEqual([...it.eventTypes()].reverse());
  const types = async (params: object) => (await it.stripe.events.list(params)).data.map(({ type }) => type);
  expect(await types({ type: "customer.created" })).toEqual(Array(3).fill("customer.created"));
  expect(await types({ types: ["customer.updated", "invoice.paid"] })).toEqual(
    Array(3).fill("customer.updated"),
  );
  expect(await types({ type: "customer.*" })).toHaveLength(6);
  expect(await types({ type: "invoice.*" })).toEqual([]);
  expect(await types({ created: { gt: Math.floor(Date.now() / 1000) + 5 } })).toEqual([]);

  const first = await it.stripe.events.list({ limit: 4 });
  expect(first.has_more).toBe(true);
  const rest = await it.stripe.events.list({ limit: 4, starting_after: first.data[3]?.id ?? "" });
  expect(rest.has_more).toBe(false);
  expect([...first.data, ...rest.data]).toEqual(all);
  const back = await it.stripe.events.list({ limit: 2, ending_before: rest.data[0]?.id ?? "" });
  expect(back.data).toEqual(all.slice(2, 4));

  const ids: string[] = [];
  for await (const { id } of it.stripe.events.list({ limit: 2 })) ids.push(id);
  expect(ids).toEqual(all.map(({ id }) => id));
});

test("what cannot be asked is refused", async () => {
  await expect(
    it.stripe.events.list({ type: "customer.created", types: ["customer.updated"] }),
  ).rejects.toMatchObject({ statusCode: 400, message: expect.stringContaining("type, types") });
  await expect(it.stripe.events.retrieve("evt_none")).rejects.toMatchObject({
    statusCode: 404,
    message: "No such event: 'evt_none'",
  });
});

test("events are kept for 30 days", async () => {
  await happen(1);
  const [old, young] = it.events();
  if (!old || !young) throw new Error("There are two events.");
  old.created -= 30 * 24 * 60 * 60;
  expect((await it.stripe.events.list()).data.map(({ id }) => id)).toEqual([young.id]);
  await expect(it.stripe.events.retrieve(old.id)).rejects.toMatchObject({ code: "resource_missing" });
});

test("an event is sent again when the CLI asks for it, to one endpoint or to all that it is for", async () => {
  const [one, other] = [await it.listen(), await it.listen()];
  const made = await it.stripe.webhookEndpoints.create({ url: one.url, enabled_events: ["*"] });
  await it.stripe.webhookEndpoints.create({ url: other.url, enabled_events: ["customer.created"] });
  await it.stripe.customers.create();
  const counts = () => [one.deliveries.length, other.deliveries.length];
  await until(() => counts().join() === "1,1");
  const [event] = it.events();
  const resend = (params: object) => it.stripe.rawRequest("POST", `/v1/events/${event?.id}/retry`, params);
  expect(await resend({ webhook_endpoint: made.id })).toMatchObject({ id: event?.id, object: "event" });
  await until(() => counts().join() === "2,1");
  await resend({});
  await until(() => counts().join() === "3,2");
  await expect(resend({ webhook_endpoint: "we_none" })).rejects.toMatchObject({ code: "resource_missing" });
  expect((await it.stripe.events.list({ delivery_success: false })).data).toEqual([]);
});
