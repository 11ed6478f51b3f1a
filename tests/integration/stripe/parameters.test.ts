import { expect, test } from "vitest";
import { useLocalStripe } from "./support";

const it = useLocalStripe();

test.each([
  ["emial=x", "parameter_unknown", "emial", "Received unknown parameter: emial"],
  ["metadata_foo=x", "parameter_unknown", "metadata_foo", "Received unknown parameter: metadata_foo"],
  ["a=1&b[c]=2", "parameter_unknown", "a", "Received unknown parameters: a, b"],
  ["address[town]=x", "parameter_unknown", "address[town]", "Received unknown parameter: address[town]"],
  ["balance=x&a=1", "parameter_unknown", "a", "Received unknown parameter: a"],
  ["balance=much", "parameter_invalid_integer", "balance", "Invalid integer: much"],
  ["balance=1.5", "parameter_invalid_integer", "balance", "Invalid integer: 1.5"],
  ["balance[a]=1", "parameter_invalid_integer", "balance", /^Invalid integer: .*a/],
  [
    "tax_exempt=maybe",
    undefined,
    "tax_exempt",
    "Invalid tax_exempt: must be one of none, exempt, or reverse",
  ],
  ["name[first]=Ada", undefined, "name", /^Invalid string: .*first/],
  ["address=home", undefined, "address", "Invalid object"],
  [
    "address[city]=",
    "parameter_invalid_empty",
    "address[city]",
    /^You passed an empty string for 'address\[c/,
  ],
  ["test_clock=", "parameter_invalid_empty", "test_clock", /^You passed an empty string for 'test_clock'/],
  ["test_clock=clock_1", "resource_missing", "test_clock", "No such test_clock: 'clock_1'"],
  ["preferred_locales=de", undefined, "preferred_locales", "Invalid array"],
  ["preferred_locales[a]=de", undefined, "preferred_locales", "Invalid array"],
  ["metadata=x", undefined, "metadata", "Invalid object"],
  ["metadata[a][b]=x", undefined, "metadata[a]", /^Invalid string: .*b/],
  ["expand=default_source", undefined, "expand", "Invalid array"],
])("%s is refused", async (form, code, param, message) => {
  const { status, body } = await it.raw("POST /v1/customers", form);
  expect(status).toBe(400);
  expect(body).toEqual({
    error: {
      type: "invalid_request_error",
      ...(code ? { code, doc_url: expect.stringMatching(`/${code.replaceAll("_", "-")}$`) } : {}),
      param,
      message: typeof message === "string" ? message : expect.stringMatching(message),
    },
  });
  expect(it.events()).toEqual([]);
});

test("text of more than 5,000 characters is refused, and not repeated in full", async () => {
  await expect(it.stripe.customers.create({ name: "x".repeat(5001) })).rejects.toMatchObject({
    param: "name",
    message: expect.stringMatching(/^Invalid string: x{30}\.\.\.x{30}; must be at most 5000 characters$/),
  });
  expect(await it.stripe.customers.create({ name: "x".repeat(5000) })).toMatchObject({ object: "customer" });
});

test.each([
  ["limit=0", "This value must be greater than or equal to 1 (it currently is '0')."],
  ["limit=101", "This value must be less than or equal to 100 (it currently is '101')."],
  ["limit=ten", "Invalid integer: ten"],
  ["created[gte]=today", "Invalid integer: today"],
  ["created[before]=1", "Received unknown parameter: created[before]"],
  ["created=today", "Invalid integer: today"],
])("a list's %s is refused", async (query, message) => {
  const { status, body } = await it.raw(`GET /v1/customers?${query}`);
  expect(status).toBe(400);
  expect(body).toMatchObject({ error: { message } });
});

test("an empty string unsets, an absent parameter leaves alone", async () => {
  const { id } = await it.stripe.customers.create({
    name: "Ada",
    email: "ada@example.com",
    phone: "+49",
    description: "Countess",
    address: { city: "London" },
    tax_exempt: "exempt",
  });
  const { body } = await it.raw(`POST /v1/customers/${id}`, "name=&phone=&description=&address=&tax_exempt=");
  expect(body).toMatchObject({
    name: null,
    email: "ada@example.com",
    phone: null,
    description: null,
    address: null,
    tax_exempt: "none",
  });
});

test.each([
  ["preferred_locales[]=de&preferred_locales[]=en"],
  ["preferred_locales%5B%5D=de&preferred_locales%5B%5D=en"],
  ["preferred_locales[0]=de&preferred_locales[1]=en"],
  ["preferred_locales[1]=en&preferred_locales[0]=de"],
  ["preferred_locales[3]=de&preferred_locales[10]=en"],
])("%s is a list of two", async (form) => {
  expect(await it.raw("POST /v1/customers", form)).toMatchObject({
    status: 200,
    body: { preferred_locales: ["de", "en"] },
  });
});

test("a list of hashes may be numbered or not, and an empty string is an empty one", async () => {
  const { id } = await it.stripe.customers.create({ preferred_locales: ["de"] });
  expect((await it.raw(`POST /v1/customers/${id}`, "preferred_locales=")).body).toMatchObject({
    preferred_locales: [],
  });
});

test("of a parameter that comes twice, the last counts", async () => {
  expect((await it.raw("POST /v1/customers", "name=Ada&name=Bob")).body).toMatchObject({ name: "Bob" });
});

test("a form has spaces as +, and text of every script", async () => {
  const { body } = await it.raw("POST /v1/customers", "name=Ada+L%C3%B6velace+%2B+%F0%9F%90%99");
  expect(body).toMatchObject({ name: "Ada Lövelace + 🐙" });
});

test("metadata is merged; an empty value removes its key, an empty string all of them", async () => {
  const { id } = await it.stripe.customers.create({ metadata: { plan: "pro", seats: "3" } });
  const update = async (metadata: Record<string, string | null> | "") =>
    (await it.stripe.customers.update(id, { metadata })).metadata;
  expect(await update({ seats: "4", note: "x" })).toEqual({ plan: "pro", seats: "4", note: "x" });
  expect(await update({ note: "" })).toEqual({ plan: "pro", seats: "4" });
  expect(await update({})).toEqual({ plan: "pro", seats: "4" });
  expect(await update("")).toEqual({});
  expect(it.events().at(-1)?.previous).toEqual({ metadata: { plan: "pro", seats: "4" } });
});

test("metadata may have keys that are numbers, and names that every object has", async () => {
  const { body } = await it.raw("POST /v1/customers", "metadata[0]=a&metadata[constructor]=b");
  expect(body).toMatchObject({ metadata: { 0: "a", constructor: "b" } });
});

const keys = (count: number, from = 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`key_${from + at}`, "x"]));

test("metadata has room for 50 keys of 40 characters with 500 characters each", async () => {
  const full = { ...keys(49, 1), ["k".repeat(40)]: "v".repeat(500) };
  const { id, metadata } = await it.stripe.customers.create({ metadata: full });
  expect(metadata).toEqual(full);
  await expect(it.stripe.customers.update(id, { metadata: keys(1, 100) })).rejects.toMatchObject({
    param: "metadata",
    message: "Metadata can have up to 50 keys, but you've set 51.",
  });
  expect(await it.stripe.customers.update(id, { metadata: { ...keys(1, 100), key_1: "" } })).toMatchObject({
    metadata: { ...keys(48, 2), ...keys(1, 100) },
  });
});

test("a longer key and a longer value are refused", async () => {
  await expect(it.stripe.customers.create({ metadata: { ["k".repeat(41)]: "" } })).rejects.toMatchObject({
    param: "metadata",
    message: expect.stringMatching(/^Metadata keys can have up to 40 characters, but .* that is 41 chara/),
  });
  await expect(it.stripe.customers.create({ metadata: { a: "v".repeat(501) } })).rejects.toMatchObject({
    param: "metadata[a]",
    message: expect.stringMatching(/^Metadata values can have up to 500 characters, but .* that is 501/),
  });
});
