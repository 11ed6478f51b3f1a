import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { endpoints } from "@/dev/stripe/endpoints";

/**
 * What only the official CLI asks for: its recipes pay a Checkout Session as Stripe's own page does, and `stripe events
 * resend` delivers an event once more.
 */
const CLI_ONLY = [
  "GET /v1/payment_pages/*",
  "POST /v1/payment_pages/*",
  "POST /v1/payment_pages/*/confirm",
  "POST /v1/events/*/retry",
];

/** Every method and path that the SDK can ask for, a `*` for each part that varies. */
function surfaceOfSdk(): Set<string> {
  const root = join(process.cwd(), "node_modules/stripe/esm/resources");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".js"),
  );
  const calls = files.flatMap((file) => [
    ...readFileSync(join(root, file), "utf8").matchAll(/_makeRequest\(\s*'([A-Z]+)',\s*(['`])(.*?)\2/gs),
  ]);
  return new Set(calls.map(([, method, , path = ""]) => `${method} ${path.replace(/\$\{.*?\}/g, "*")}`));
}

const registered = endpoints.map(({ method, path }) => `${method} ${path.replace(/:\w+/g, "*")}`);

test("the SDK's own paths were found", () => {
  const surface = surfaceOfSdk();
  expect(surface.size).toBeGreaterThan(500);
  expect(surface).toContain("POST /v1/customers");
  expect(surface).toContain("GET /v1/customers/*/payment_methods/*");
});

test("every endpoint is one that the SDK knows, so that none is made up", () => {
  const surface = surfaceOfSdk();
  expect(registered.filter((endpoint) => !surface.has(endpoint) && !CLI_ONLY.includes(endpoint))).toEqual([]);
});

test("no endpoint stands twice", () => {
  expect(registered.filter((endpoint, at) => registered.indexOf(endpoint) !== at)).toEqual([]);
});
