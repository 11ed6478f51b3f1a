import { expect, test } from "vitest";
import { useLocalStripe } from "./support";

const it = useLocalStripe();
const last = () => it.events().at(-1);

test("a product is created with what is given, and seen so again", async () => {
  const made = await it.stripe.products.create({
    name: "Team",
    description: "For teams",
    images: ["https://example.com/team.png"],
    marketing_features: [{ name: "Unlimited projects" }, { name: "Audit log" }],
    metadata: { plan: "team" },
    unit_label: "seat",
    url: "https://example.com",
  });
  expect(made).toMatchObject({
    id: expect.stringMatching(/^prod_\w{14}$/),
    object: "product",
    active: true,
    default_price: null,
    description: "For teams",
    images: ["https://example.com/team.png"],
    marketing_features: [{ name: "Unlimited projects" }, { name: "Audit log" }],
    metadata: { plan: "team" },
    name: "Team",
    type: "service",
    unit_label: "seat",
    url: "https://example.com",
  });
  expect(last()).toMatchObject({ type: "product.created", object: { id: made.id } });
  const { lastResponse: _, ...seen } = await it.stripe.products.retrieve(made.id);
  expect(seen).toEqual({ ...made, lastResponse: undefined });
});

test("with default_price_data comes a price, which is the product's default", async () => {
  const product = await it.stripe.products.create({
    name: "Pro",
    default_price_data: { currency: "EUR", unit_amount: 1500, recurring: { interval: "year" } },
    expand: ["default_price"],
  });
  expect(product.default_price).toMatchObject({
    object: "price",
    currency: "eur",
    product: product.id,
    recurring: { interval: "year", interval_count: 1, usage_type: "licensed" },
    unit_amount: 1500,
  });
  expect(it.eventTypes()).toEqual(["product.created", "price.created", "product.updated"]);
  expect(last()?.previous).toEqual({ default_price: null });
});

test("of a product that cannot have its price nothing stays", async () => {
  const made = it.stripe.products.create({ name: "Pro", default_price_data: { currency: "eur" } });
  await expect(made).rejects.toMatchObject({
    message: "Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.",
    param: "default_price_data[unit_amount]",
  });
  expect((await it.stripe.products.list()).data).toEqual([]);
  expect(it.events()).toEqual([]);
});

test("a change says what was before, and a change to the same says nothing", async () => {
  const { id } = await it.stripe.products.create({
    name: "Solo",
    description: "For one",
    marketing_features: [{ name: "One project" }],
    metadata: { plan: "solo" },
  });
  await it.advance(60);
  const changed = await it.stripe.products.update(id, {
    active: false,
    description: "",
    marketing_features: [{ name: "Two projects" }],
    metadata: { plan: "", tier: "1" },
    name: "Single",
  });
  expect(changed).toMatchObject({
    active: false,
    description: null,
    marketing_features: [{ name: "Two projects" }],
    metadata: { tier: "1" },
    name: "Single",
  });
  expect(last()?.type).toBe("product.updated");
  expect(last()?.previous).toEqual({
    active: true,
    description: "For one",
    marketing_features: [{ name: "One project" }],
    metadata: { plan: "solo", tier: null },
    name: "Solo",
    updated: expect.any(Number),
  });
  const sent = it.events().length;
  await it.stripe.products.update(id, { name: "Single" });
  expect(it.events()).toHaveLength(sent);
});

test("the default price must be one of its own, that is sold", async () => {
  const one = await it.stripe.products.create({ name: "One" });
  const other = await it.stripe.products.create({ name: "Other" });
  const price = await it.stripe.prices.create({ product: one.id, currency: "eur", unit_amount: 500 });
  const wrong = it.stripe.products.update(other.id, { default_price: price.id });
  await expect(wrong).rejects.toMatchObject({ param: "default_price" });
  await it.stripe.products.update(one.id, { default_price: price.id });
  await expect(it.stripe.prices.update(price.id, { active: false })).rejects.toThrow(
    "This price cannot be archived because it is the default price of its product.",
  );
  await it.stripe.products.update(one.id, { default_price: "" });
  expect(await it.stripe.prices.update(price.id, { active: false })).toMatchObject({ active: false });
  const inactive = it.stripe.products.update(one.id, { default_price: price.id });
  await expect(inactive).rejects.toThrow("The price specified is inactive");
});

test("a product is deleted unless it has prices, and is known to have been", async () => {
  const product = await it.stripe.products.create({ id: "solo", name: "Solo" });
  await expect(it.stripe.products.create({ id: "solo", name: "Again" })).rejects.toMatchObject({
    code: "resource_already_exists",
    message: "Product already exists.",
  });
  expect(await it.stripe.products.del(product.id)).toMatchObject({ id: "solo", deleted: true });
  expect(last()).toMatchObject({ type: "product.deleted", object: { name: "Solo" } });
  expect(await it.stripe.products.retrieve("solo")).toMatchObject({ id: "solo", deleted: true });
  const sold = await it.stripe.prices.create({
    product_data: { name: "Pro" },
    currency: "eur",
    unit_amount: 1,
  });
  await expect(it.stripe.products.del(String(sold.product))).rejects.toThrow(
    "This product cannot be deleted because it has one or more user-created prices.",
  );
});

test("products are listed by what they are", async () => {
  const [one, two] = [
    await it.stripe.products.create({ name: "One", active: false }),
    await it.stripe.products.create({ name: "Two", shippable: true, url: "https://example.com/two" }),
  ];
  const ids = async (params: object) => (await it.stripe.products.list(params)).data.map(({ id }) => id);
  expect(await ids({})).toEqual([two.id, one.id]);
  expect(await ids({ active: true })).toEqual([two.id]);
  expect(await ids({ ids: [one.id] })).toEqual([one.id]);
  expect(await ids({ shippable: true })).toEqual([two.id]);
  expect(await ids({ url: "https://example.com/two" })).toEqual([two.id]);
  expect(await ids({ created: { gt: one.created + 60 } })).toEqual([]);
});

test("a product wants a name, and nothing that it does not know", async () => {
  const { body } = await it.raw("POST /v1/products", "description=x");
  expect(body).toMatchObject({
    error: { code: "parameter_missing", message: "Missing required param: name.", param: "name" },
  });
  const unknown = await it.raw("POST /v1/products", "name=x&colour=red");
  expect(unknown.body).toMatchObject({ error: { code: "parameter_unknown", param: "colour" } });
  expect((await it.raw("GET /v1/products/prod_no")).body).toMatchObject({
    error: { code: "resource_missing", message: "No such product: 'prod_no'" },
  });
});
