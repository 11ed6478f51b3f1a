import type Stripe from "stripe";
import { beforeEach, expect, test } from "vitest";
import { useLocalStripe } from "./support";

const it = useLocalStripe();
const last = () => it.events().at(-1);

let product: string;
beforeEach(async () => {
  product = (await it.stripe.products.create({ name: "Pro" })).id;
});

type Given = Partial<Stripe.PriceCreateParams>;

/** A price for 15 euros, but for what is left out. */
function create(more: Given = {}, ...left: ("product" | "unit_amount")[]) {
  const all = { product, currency: "eur", unit_amount: 1500, ...more };
  for (const name of left) Reflect.deleteProperty(all, name);
  return it.stripe.prices.create(all);
}

test("a price is for one sale, unless it recurs", async () => {
  const once = await create({ nickname: "Setup", metadata: { kind: "setup" } });
  expect(once).toMatchObject({
    id: expect.stringMatching(/^price_\w{24}$/),
    object: "price",
    active: true,
    billing_scheme: "per_unit",
    currency: "eur",
    metadata: { kind: "setup" },
    nickname: "Setup",
    product,
    recurring: null,
    tax_behavior: "unspecified",
    type: "one_time",
    unit_amount: 1500,
  });
  expect(String(once.unit_amount_decimal)).toBe("1500");
  expect(last()).toMatchObject({ type: "price.created", object: { id: once.id } });
  const monthly = await create({ recurring: { interval: "month" } });
  expect(monthly).toMatchObject({
    type: "recurring",
    recurring: { interval: "month", interval_count: 1, meter: null, usage_type: "licensed" },
  });
  expect((await it.stripe.prices.retrieve(monthly.id)).recurring).toEqual(monthly.recurring);
});

test("parts of a cent have no whole number", async () => {
  const raw = await it.raw("POST /v1/prices", `product=${product}&currency=eur&unit_amount_decimal=0.125`);
  expect(raw.body).toMatchObject({ unit_amount: null, unit_amount_decimal: "0.125" });
  const whole = await it.raw("POST /v1/prices", `product=${product}&currency=eur&unit_amount_decimal=25`);
  expect(whole.body).toMatchObject({ unit_amount: 25, unit_amount_decimal: "25" });
});

test("with product_data comes a product", async () => {
  const price = await it.stripe.prices.create({
    product_data: { name: "Team", unit_label: "seat" },
    currency: "usd",
    unit_amount: 800,
    recurring: { interval: "month" },
    expand: ["product"],
  });
  expect(price.product).toMatchObject({ object: "product", name: "Team", unit_label: "seat" });
  expect(it.eventTypes().slice(-2)).toEqual(["product.created", "price.created"]);
});

test("tiers are shown to those who ask for them, also among prices that have none", async () => {
  const tiered = await create(
    {
      billing_scheme: "tiered",
      tiers_mode: "graduated",
      recurring: { interval: "month" },
      tiers: [
        { up_to: 5, unit_amount: 0, flat_amount: 1000 },
        { up_to: "inf", unit_amount: 150 },
      ],
    },
    "unit_amount",
  );
  expect(tiered).toMatchObject({ tiers_mode: "graduated", unit_amount: null, unit_amount_decimal: null });
  expect(tiered).not.toHaveProperty("tiers");
  expect(last()?.type).toBe("price.created");
  const flat = await create();
  const { data } = await it.stripe.prices.list({ expand: ["data.tiers", "data.product"] });
  expect(data).toMatchObject([
    { id: flat.id, product: { name: "Pro" } },
    {
      id: tiered.id,
      product: { name: "Pro" },
      tiers: [
        { up_to: 5, flat_amount: 1000, unit_amount: 0 },
        { up_to: null, flat_amount: null, unit_amount: 150 },
      ],
    },
  ]);
  expect(data[0]).not.toHaveProperty("tiers");
});

test("a lookup key is one price's alone, and goes to another when it is transferred", async () => {
  const old = await create({ lookup_key: "pro_monthly" });
  await expect(create({ lookup_key: "pro_monthly" })).rejects.toMatchObject({
    message: `A price (\`${old.id}\`) already uses that lookup key.`,
    param: "lookup_key",
  });
  const sent = it.events().length;
  const next = await create({ lookup_key: "pro_monthly", transfer_lookup_key: true });
  expect(it.events().slice(sent)).toMatchObject([
    { type: "price.updated", object: { id: old.id }, previous: { lookup_key: "pro_monthly" } },
    { type: "price.created", object: { id: next.id } },
  ]);
  const { data } = await it.stripe.prices.list({ lookup_keys: ["pro_monthly", "none"] });
  expect(data.map(({ id }) => id)).toEqual([next.id]);
  await it.stripe.prices.update(old.id, { lookup_key: "pro_monthly", transfer_lookup_key: true });
  expect((await it.stripe.prices.retrieve(next.id)).lookup_key).toBeNull();
  expect(await it.stripe.prices.update(old.id, { lookup_key: "pro_monthly" })).toMatchObject({ id: old.id });
});

test("a price's words and whether it is sold change, its amount does not", async () => {
  const { id } = await create({ nickname: "Old", metadata: { a: "1" } });
  const changed = await it.stripe.prices.update(id, { active: false, nickname: "New", metadata: { a: "2" } });
  expect(changed).toMatchObject({ active: false, nickname: "New", metadata: { a: "2" } });
  expect(last()).toMatchObject({ type: "price.updated" });
  expect(last()?.previous).toEqual({ active: true, nickname: "Old", metadata: { a: "1" } });
  const amount = await it.raw(`POST /v1/prices/${id}`, "unit_amount=1");
  expect(amount.body).toMatchObject({ error: { message: "Received unknown parameter: unit_amount" } });
});

test("prices are listed by what they are", async () => {
  const other = await it.stripe.products.create({ name: "Solo" });
  const once = await create({ currency: "usd" });
  const monthly = await create({ recurring: { interval: "month" } });
  const yearly = await create({ recurring: { interval: "year" }, active: false });
  const solo = await create({ product: other.id, recurring: { interval: "month" } });
  const ids = async (params: Stripe.PriceListParams) =>
    (await it.stripe.prices.list(params)).data.map(({ id }) => id);
  expect(await ids({})).toEqual([solo.id, yearly.id, monthly.id, once.id]);
  expect(await ids({ product })).toEqual([yearly.id, monthly.id, once.id]);
  expect(await ids({ active: false })).toEqual([yearly.id]);
  expect(await ids({ type: "one_time" })).toEqual([once.id]);
  expect(await ids({ currency: "usd" })).toEqual([once.id]);
  expect(await ids({ recurring: { interval: "month" } })).toEqual([solo.id, monthly.id]);
  expect(await ids({ recurring: { usage_type: "metered" } })).toEqual([]);
  await expect(it.stripe.prices.list({ product: "prod_no" })).rejects.toThrow("No such product: 'prod_no'");
});

const recurring = { interval: "month" } as const;

const tiered = { billing_scheme: "tiered", tiers_mode: "volume" } as const;

test.each<[string, Given, ("product" | "unit_amount")[], string]>([
  ["no amount", {}, ["unit_amount"], "Prices require an `unit_amount` or `unit_amount_decimal`"],
  ["no product", {}, ["product"], "You must specify either `product` or `product_data`"],
  [
    "two products",
    { product_data: { name: "x" } },
    [],
    "You may only specify one of these parameters: product",
  ],
  ["an unknown product", { product: "prod_no" }, [], "No such product: 'prod_no'"],
  ["no currency that there is", { currency: "euro" }, [], "Invalid currency: euro."],
  ["a negative amount", { unit_amount: -1 }, [], "This value must be greater than or equal to 0"],
  [
    "usage without a meter",
    { recurring: { ...recurring, usage_type: "metered" } },
    [],
    "metered prices must be backed by meters.",
  ],
  [
    "an unknown meter",
    { recurring: { ...recurring, usage_type: "metered", meter: "mtr_no" } },
    [],
    "No such meter: 'mtr_no'",
  ],
  [
    "tiers for one sale",
    { ...tiered, tiers: [{ up_to: "inf", unit_amount: 1 }] },
    ["unit_amount"],
    "Prices with `type=one_time` are not supported with tiered billing.",
  ],
  [
    "tiers that end",
    { ...tiered, tiers: [{ up_to: 5, unit_amount: 1 }], recurring },
    ["unit_amount"],
    "The last tier must have `up_to` set to `inf`.",
  ],
])("a price is refused with %s", async (_, more, left, message) => {
  const sent = it.events().length;
  await expect(create(more, ...left)).rejects.toThrow(message);
  expect(it.events()).toHaveLength(sent);
  expect((await it.stripe.prices.list()).data).toEqual([]);
});
