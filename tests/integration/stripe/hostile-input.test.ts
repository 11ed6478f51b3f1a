import { connect } from "node:net";
import { expect, test } from "vitest";
import { useLocalStripe } from "./support";

const it = useLocalStripe();

const many = (count: number, name: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => `${name(at)}=x`).join("&");

test.each([
  ["a prototype", "__proto__[admin]=1"],
  ["a prototype further in", "metadata[__proto__][admin]=1"],
  ["a prototype in disguise", "metadata%5B__proto__%5D%5Badmin%5D=1"],
  ["a prototype in a list", "preferred_locales[__proto__]=1"],
  ["a constructor", "constructor[prototype][admin]=1"],
  ["names that objects have", "toString=1&hasOwnProperty=1&valueOf=1"],
  ["a name that objects have, to expand", "expand[]=constructor"],
  ["a prototype, to expand", "expand[]=__proto__"],
  ["a path of names, to expand", "expand[]=metadata.__proto__.toString"],
  ["deep nesting", `metadata${"[a]".repeat(5_000)}=1`],
  ["deep lists", `preferred_locales${"[]".repeat(5_000)}=1`],
  ["brackets that do not close", "metadata[[[[a=1"],
  ["brackets without a name", "[]=1&[][]=2&[a]=3"],
  ["10,000 keys", many(10_000, (at) => `key_${at}`)],
  ["10,000 keys of metadata", many(10_000, (at) => `metadata[key_${at}]`)],
  ["more keys than anything has", many(30_000, (at) => `a${at}`)],
  ["10,000 properties to expand", many(10_000, () => "expand[]")],
  ["a long property to expand", `expand[]=${"a.".repeat(50_000)}`],
  ["a huge number", `balance=${"9".repeat(10_000)}`],
  ["a number in another base", "balance=0x10"],
  ["no number", "balance=NaN"],
  ["infinity", "balance=Infinity"],
  ["a long string", `name=${"x".repeat(500_000)}`],
  ["a long name", `${"x".repeat(500_000)}=1`],
  ["a NUL byte", "name=a%00b"],
  ["a NUL byte in a name", "na%00me=a"],
  ["broken %-encoding", "name=%zz"],
  ["%-encoding that ends early", "name=%e"],
  ["bytes that are no UTF-8", "name=%ff%fe"],
  ["half a surrogate", "name=%ED%A0%80"],
  ["a list and a hash in one", "preferred_locales[]=1&preferred_locales[a]=2&preferred_locales=3"],
  ["a hash and then a string", "address[city]=x&address=y"],
])("%s is refused in Stripe's form, and changes nothing", async (_, form) => {
  const { status, body } = await it.raw("POST /v1/customers", form);
  expect(status).toBe(400);
  expect(body).toMatchObject({
    error: { type: "invalid_request_error", message: expect.stringMatching(/^.{5,2000}$/s) },
  });
  expect(it.events()).toEqual([]);
  expect(it.local.account.store.count("customer")).toBe(0);
  expect(Object.hasOwn(Object.prototype, "admin")).toBe(false);
});

test("a body that is too long is refused, and the connection lives on", async () => {
  const { status, body } = await it.raw("POST /v1/customers", `name=${"x".repeat(3_000_000)}`);
  expect(status).toBe(413);
  expect(body).toMatchObject({ error: { type: "invalid_request_error" } });
  expect(await it.raw("GET /v1/customers")).toMatchObject({ status: 200 });
});

test.each([
  ["/v1/customers/%zz", 400],
  ["/v1/customers/%00", 400],
  ["/v1/customers/__proto__", 404],
  ["/v1/customers/constructor", 404],
  ["/v1/customers/..%2F..%2Fetc%2Fpasswd", 404],
  [`/v1/customers/${"x".repeat(8_000)}`, 404],
  ["/v1//customers", 404],
  ["/v1/customers?limit=%zz", 400],
  ["/v1/customers?starting_after=__proto__", 400],
  ["/v1/customers?created[__proto__]=1", 400],
  ["/v1/customers?expand[]=data.constructor", 400],
])("GET %s", async (path, expected) => {
  await it.stripe.customers.create();
  const { status, body } = await it.raw(`GET ${path}`);
  expect(status).toBe(expected);
  expect(body).toMatchObject({ error: { type: "invalid_request_error" } });
});

test.each([
  ["Authorization: Bearer \u00ff\u00fe"],
  [`Authorization: Bearer ${"x".repeat(10_000)}`],
  ["Authorization: Basic ////"],
])("the header %s is answered like any other key", async (header) => {
  const answer = await new Promise<string>((resolve, reject) => {
    let text = "";
    const socket = connect(it.local.port, "127.0.0.1", () => {
      socket.write(`GET /v1/customers HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${header}\r\n\r\n`);
    });
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    socket.on("end", () => resolve(text)).on("error", reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  expect(answer).toContain('"type":"invalid_request_error"');
});

test("a client that gives up in the middle of its body harms nobody", async () => {
  await new Promise<void>((resolve) => {
    const socket = connect(it.local.port, "127.0.0.1", () => {
      socket.write(
        "POST /v1/customers HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_test_1\r\nContent-Length: 1000\r\n\r\nname=A",
        () => socket.destroy(),
      );
    });
    socket.on("close", () => resolve());
  });
  expect(await it.raw("GET /v1/customers")).toMatchObject({ status: 200, body: { data: [] } });
});
