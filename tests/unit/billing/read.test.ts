import { describe, expect, it } from "vitest";
import {
  amount,
  flag,
  id,
  integer,
  isObject,
  list,
  metadata,
  must,
  objectOr,
  smallInteger,
  storedAmount,
  storedText,
  storedTexts,
  text,
  time,
} from "@/lib/billing/read";

describe("reading JSON of any version", () => {
  it.each([
    [{}, true],
    [[], false],
    [null, false],
    ["{}", false],
    [undefined, false],
  ])("%j is an object: %s", (value, is) => {
    expect(isObject(value)).toBe(is);
    expect(objectOr(value)).toEqual({});
  });

  it("an object is itself", () => {
    expect(objectOr({ a: 1 })).toEqual({ a: 1 });
  });

  it.each([
    ["a", "a"],
    ["", null],
    [7, null],
    [null, null],
    ["a\0b", "ab"],
    ["\0", null],
    ["\ud800x", "\ufffdx"],
  ])("text of %j is %j: what Postgres can store", (value, expected) => {
    expect(text(value)).toBe(expected);
  });

  it.each([
    ["cus_1", "cus_1"],
    [{ id: "cus_1", object: "customer" }, "cus_1"],
    [{ id: null }, null],
    [{}, null],
    ["", null],
    [undefined, null],
    ["cus\0_1", null],
    ["x".repeat(255), "x".repeat(255)],
    ["x".repeat(256), null],
  ])("id of %j: expanded or not, never mended", (value, expected) => {
    expect(id(value)).toBe(expected);
  });

  it.each([
    [7, 7, 7, 7n],
    [-7, -7, -7, -7n],
    [0, 0, 0, 0n],
    [2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1, 2147483647n],
    [2 ** 31, 2 ** 31, null, 2147483648n],
    [-(2 ** 31), -(2 ** 31), null, -2147483648n],
    [1.5, null, null, null],
    [2 ** 53, null, null, null],
    ["7", null, null, null],
    [null, null, null, null],
  ])("%j as a number, a column's number and an amount", (value, whole, small, minor) => {
    expect([integer(value), smallInteger(value), amount(value)]).toEqual([whole, small, minor]);
    expect(storedAmount(value)).toBe(minor ?? 0n);
  });

  it.each([
    [1_790_000_000, "2026-09-21T14:13:20.000Z"],
    ["1790000000", "2026-09-21T14:13:20.000Z"],
    ["2026-11-24T12:00:00.000Z", "2026-11-24T12:00:00.000Z"],
    [0, "1970-01-01T00:00:00.000Z"],
    [253_402_300_799, "9999-12-31T23:59:59.000Z"],
    [253_402_300_800, null],
    [-1, null],
    [1.5, null],
    ["", null],
    ["soon", null],
    [" 1790000000", null],
    ["1790000000 ", null],
    ["1234567890123", null],
    ["on 2026-11-24T12:00:00Z", null],
    ["2026-11-24", null],
    ["2026-99-99T12:00:00Z", null],
    [null, null],
  ])("time of %j is %j", (value, expected) => {
    expect(time(value)?.toISOString() ?? null).toBe(expected);
  });

  it("a list is read from either form, without what is no object", () => {
    expect(list([{ a: 1 }, null, 7])).toEqual([{ a: 1 }]);
    expect(list({ object: "list", data: [{ a: 1 }] })).toEqual([{ a: 1 }]);
    expect([list(null), list({}), list("[]")]).toEqual([[], [], []]);
  });

  it("metadata keeps text by text, the empty one too", () => {
    expect(metadata({ a: "1", b: "", c: 7, "\0": "x", d: null })).toEqual({ a: "1", b: "" });
    expect([metadata(null), metadata([])]).toEqual([{}, {}]);
  });

  it("what must be there and is not, is named with what was found", () => {
    expect(must(0, "a.b", "a number", undefined)).toBe(0);
    const found = (value: unknown) => () => must(null, "a.b", "a number", value);
    expect(found(null)).toThrow("a.b should be a number, but it is null.");
    expect(found([])).toThrow("a.b should be a number, but it is a list.");
    expect(found("7")).toThrow("a.b should be a number, but it is string.");
  });

  it("a column that is never null has something", () => {
    expect([flag(true), flag("true"), flag(null)]).toEqual([true, false, false]);
    expect([storedText("a"), storedText(null)]).toEqual(["a", ""]);
    expect(storedTexts(["a", "", 7, "b"])).toEqual(["a", "b"]);
    expect(storedTexts("a")).toEqual([]);
  });
});
