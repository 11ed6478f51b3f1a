import type Stripe from "stripe";
import { expect, test } from "vitest";
import { catalogue, customerWith } from "./billing";
import { useLocalStripe } from "./support";

const it = useLocalStripe();

const names = (list: { data: Stripe.Customer[] }) => list.data.map(({ name }) => name);

async function customers(count: number): Promise<Stripe.Customer[]> {
  const made: Stripe.Customer[] = [];
  for (let at = 1; at <= count; at++) made.push(await it.stripe.customers.create({ name: `${at}` }));
  return made;
}

test("a list has the newest first, ten unless told otherwise", async () => {
  await customers(12);
  const list = await it.stripe.customers.list();
  expect(names(list)).toEqual(["12", "11", "10", "9", "8", "7", "6", "5", "4", "3"]);
  expect(list).toMatchObject({ object: "list", url: "/v1/customers", has_more: true });
  expect(await it.stripe.customers.list({ limit: 12 })).toMatchObject({ has_more: false });
});

test("a page goes on after a cursor, or ends before one", async () => {
  const [one, two, , , five] = await customers(5);
  const after = await it.stripe.customers.list({ limit: 2, starting_after: five?.id ?? "" });
  expect([names(after), after.has_more]).toEqual([["4", "3"], true]);
  const last = await it.stripe.customers.list({ limit: 2, starting_after: two?.id ?? "" });
  expect([names(last), last.has_more]).toEqual([["1"], false]);
  const before = await it.stripe.customers.list({ limit: 2, ending_before: one?.id ?? "" });
  expect([names(before), before.has_more]).toEqual([["3", "2"], true]);
  const first = await it.stripe.customers.list({ limit: 9, ending_before: two?.id ?? "" });
  expect([names(first), first.has_more]).toEqual([["5", "4", "3"], false]);
});

test("a cursor that is not in the list is refused", async () => {
  await expect(it.stripe.customers.list({ starting_after: "cus_1" })).rejects.toMatchObject({
    statusCode: 400,
    code: "resource_missing",
    param: "starting_after",
  });
});

test("the SDK walks through all pages, in either direction", async () => {
  const made = await customers(7);
  const walk = async (params: Stripe.CustomerListParams) => {
    const seen: unknown[] = [];
    for await (const { name } of it.stripe.customers.list(params)) seen.push(name);
    return seen;
  };
  expect(await walk({ limit: 3 })).toEqual(["7", "6", "5", "4", "3", "2", "1"]);
  expect(it.local.requests.filter((request) => request.startsWith("GET"))).toHaveLength(3);
  expect(await walk({ limit: 2, ending_before: made[0]?.id ?? "" })).toEqual(["2", "3", "4", "5", "6", "7"]);
});

test("created is a moment or bounds, each of its own", async () => {
  await customers(1);
  await it.advance(100);
  await customers(1);
  const [later = 0, earlier = 0] = (await it.stripe.customers.list()).data.map(({ created }) => created);
  expect(later - earlier).toBeGreaterThanOrEqual(100);
  const count = async (created: Stripe.CustomerListParams["created"]) =>
    (await it.stripe.customers.list(created === undefined ? {} : { created })).data.length;
  expect(await count({ gt: earlier })).toBe(1);
  expect(await count({ gte: earlier })).toBe(2);
  expect(await count({ lt: later })).toBe(1);
  expect(await count({ lte: later })).toBe(2);
  expect(await count({ gt: earlier, lt: later })).toBe(0);
  expect(await count(earlier)).toBe(1);
});

test("a list is filtered before it is cut into pages", async () => {
  await it.stripe.customers.create({ email: "ada@example.com" });
  await customers(12);
  expect((await it.stripe.customers.list({ email: "ada@example.com" })).data).toHaveLength(1);
});

/** A product whose default price is a price of its own. */
async function product() {
  return it.stripe.products.create({
    name: "Solo",
    default_price_data: { currency: "eur", unit_amount: 500, recurring: { interval: "month" } },
  });
}

test("an id becomes the object when asked to", async () => {
  const { id, default_price } = await product();
  expect(default_price).toMatch(/^price_/);
  expect(await it.stripe.products.retrieve(id, { expand: ["default_price"] })).toMatchObject({
    default_price: { id: default_price, object: "price", product: id },
  });
  expect(await it.stripe.products.update(id, { name: "One", expand: ["default_price"] })).toMatchObject({
    name: "One",
    default_price: { object: "price" },
  });
});

test("an expansion goes through objects, lists and their items, four deep", async () => {
  const { id } = await product();
  const prices = await it.stripe.prices.list({ expand: ["data.product.default_price.product"] });
  expect(prices.data).toMatchObject([{ product: { id, default_price: { product: { id, name: "Solo" } } } }]);
  await expect(
    it.stripe.prices.list({ expand: ["data.product.default_price.product.default_price"] }),
  ).rejects.toMatchObject({
    param: "expand",
    message:
      "You cannot expand more than 4 levels of a property. Property: data.product.default_price.product.default_price",
  });
});

test("two expansions of one object are both there", async () => {
  const { id } = await product();
  const [price] = (await it.stripe.prices.list({ expand: ["data.product", "data.product.default_price"] }))
    .data;
  expect(price).toMatchObject({ product: { id, default_price: { product: id } } });
});

test("what is nothing stays nothing", async () => {
  const { id } = await it.stripe.products.create({ name: "Free" });
  expect(await it.stripe.products.retrieve(id, { expand: ["default_price.product"] })).toMatchObject({
    default_price: null,
  });
});

test.each([
  ["customers", "name", "This property cannot be expanded (name)."],
  ["customers", "nonsense", "This property cannot be expanded (nonsense)."],
  ["customers", "address.city", "This property cannot be expanded (address.city)."],
])("of %s, %s cannot be expanded", async (_, path, message) => {
  const { id } = await it.stripe.customers.create({ name: "Ada", address: { city: "London" } });
  await expect(it.stripe.customers.retrieve(id, { expand: [path] })).rejects.toMatchObject({
    statusCode: 400,
    param: "expand",
    message,
  });
});

test("an expansion of a list that forgot its data is told so", async () => {
  await expect(it.stripe.prices.list({ expand: ["product"] })).rejects.toMatchObject({
    message:
      "This property cannot be expanded (product). You may want to try expanding 'data.product' instead.",
  });
});

test("what cannot be expanded is not made either", async () => {
  await expect(it.stripe.customers.create({ name: "Ada", expand: ["nonsense"] })).rejects.toMatchObject({
    param: "expand",
  });
  expect((await it.stripe.customers.list()).data).toEqual([]);
  expect(it.events()).toEqual([]);
});

test("what was deleted is expanded to what is left of it", async () => {
  const { solo } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const { id } = await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
  const deleted = await it.stripe.customers.del(who.customer);
  expect(deleted).toMatchObject({ id: who.customer, object: "customer", deleted: true });
  const { customer } = await it.stripe.subscriptions.retrieve(id, { expand: ["customer"] });
  expect(customer).toEqual({ id: who.customer, object: "customer", deleted: true });
});
