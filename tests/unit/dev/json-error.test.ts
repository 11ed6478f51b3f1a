import { expect, test } from "vitest";
import { locateJsonError } from "@/dev/send/json-error";

test.each([
  ["", 1, 1],
  ["{", 1, 2],
  ['{"a":1', 1, 7],
  ['{"a" 1}', 1, 6],
  ['{"a":tru}', 1, 6],
  ['{"a":1,}', 1, 8],
  ['{"a":[1,,2]}', 1, 9],
  ['{"a":[1}', 1, 8],
  ['{"a":01}', 1, 6],
  ['{"a":"\n"}', 1, 6],
  ['{"a":"\\x"}', 1, 6],
  ['{\n  "a": 1\n  "b": 2\n}', 3, 3],
  ["{'a':1}", 1, 2],
  ['{"a":1} {"b":2}', 1, 9],
  ["NaN", 1, 1],
])("finds where %j stops being JSON", (text, line, column) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(locateJsonError(text)).toEqual({ line, column });
});
