import { expect, test } from "vitest";
import { contentSecurityPolicy } from "@/lib/content-security-policy";

const styles = (isDevelopment: boolean) =>
  contentSecurityPolicy({ nonce: "n0nce", stripe: [], isDevelopment })
    .split("; ")
    .find((directive) => directive.startsWith("style-src "));

test("a style in a page of production needs the nonce", () => {
  expect(styles(false)).toBe("style-src 'self' 'nonce-n0nce'");
});

test("in development the styles of Next's tools are let in: no nonce stands beside 'unsafe-inline'", () => {
  expect(styles(true)).toBe("style-src 'self' 'unsafe-inline'");
});
