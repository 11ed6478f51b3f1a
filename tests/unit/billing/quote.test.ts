import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { readQuote, signQuote } from "@/lib/billing/change/quote";
import { TEST_ENV } from "../../support/env";

Object.assign(process.env, TEST_ENV, { DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none" });

const quote = {
  kind: "now" as const,
  subscription: "sub_1",
  item: "si_1",
  from: { price: "price_a", quantity: 1 },
  to: { price: "price_b", quantity: 2 },
  status: "active",
  periodEnd: 1_791_000_000,
  endsTrial: false,
  prorationDate: 1_790_000_000,
  due: 1200,
};
const now = new Date("2026-11-24T12:00:00Z");
const later = (ms: number) => new Date(now.getTime() + ms);
const HALF_AN_HOUR = 30 * 60_000;

const signed = (payload: string, secret: string = TEST_ENV.BETTER_AUTH_SECRET, label = "quote:") =>
  `${payload}.${createHmac("sha256", secret)
    .update(label + payload)
    .digest("base64url")}`;
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

it("what was shown comes back as it was, for half an hour", () => {
  const token = signQuote(quote, now);
  const expected = { ...quote, expiresAt: now.getTime() + HALF_AN_HOUR };
  expect(readQuote(token, now)).toEqual(expected);
  expect(readQuote(token, later(HALF_AN_HOUR - 1))).toEqual(expected);
  expect(() => readQuote(token, later(HALF_AN_HOUR))).toThrow("This offer is too old.");
});

it("what is signed here by hand is read, so that what is refused below is refused for its reason", () => {
  const fine = { ...quote, expiresAt: now.getTime() + 1 };
  expect(readQuote(signed(encoded(fine)), now)).toEqual(fine);
});

it.each([
  ["nothing", () => ""],
  ["no signature", () => encoded(quote)],
  ["an empty signature", () => `${encoded(quote)}.`],
  ["a signature cut short", () => signQuote(quote, now).slice(0, -4)],
  ["another's signature", () => signed(encoded(quote), "another-secret-of-another-app-0000")],
  ["a signature made for another purpose", () => signed(encoded(quote), TEST_ENV.BETTER_AUTH_SECRET, "")],
  [
    "a cheaper offer under the same signature",
    () => signQuote(quote, now).replace(/^[^.]+/, encoded({ ...quote, due: 0 })),
  ],
  ["something more behind it", () => `${signQuote(quote, now)}.more`],
  ["more than a quote can be", () => signed("A".repeat(3_000))],
])("%s is not ours", (_, token) => {
  expect(() => readQuote(token(), now)).toThrow("This offer is not valid.");
});
