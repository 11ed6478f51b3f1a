import { expect, it } from "vitest";
import { safeReturnPath } from "@/lib/return-path";

it.each(["/dashboard", "/dashboard?checkout=complete", "/a/b#c", "/?x=//evil.example"])(
  "keeps %s",
  (path) => {
    expect(safeReturnPath(path)).toBe(path);
  },
);

it.each([
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "\t//evil.example",
  "/.//evil.example",
  "/x/..//evil.example",
  "javascript:alert(1)",
  "dashboard",
  "",
  undefined,
  ["/a", "/b"],
])("goes to the dashboard instead of %j", (value) => {
  expect(safeReturnPath(value)).toBe("/dashboard");
});
