import { expect, it } from "vitest";
import { withoutAddresses } from "@/lib/auth-log";

it.each([
  ["Sign-up attempt for ines@example.com", "Sign-up attempt for (address)"],
  ["<ines@example.com>, (zoe@example.com): no", "(address) (address) no"],
  ["nobody at all", "nobody at all"],
])("%s is logged without an address", (message, logged) => {
  expect(withoutAddresses(message)).toBe(logged);
});

it("of what a stranger makes long the beginning is logged, and reading it costs no time", () => {
  const long = "x".repeat(400_000);
  expect(withoutAddresses(`Invalid callbackURL: ${long}`)).toHaveLength(500);
  expect(withoutAddresses(`Invalid callbackURL: ${long}@example.com`)).toBe("Invalid callbackURL: (address)");
});
