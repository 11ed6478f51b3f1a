import { describe, expect, it } from "vitest";
import { isFalling, isForward } from "../../support/lives/forward";

/** An object that was switched to and fro, one second after the other. */
const states = ["on", "off", "on", "end"].map((text, n) => ({ text, at: 100 + n }));

const rows = (...versions: [string, number | null][]) => versions.map(([text, at]) => ({ text, at }));

describe("what a row said, held against the states of its object,", () => {
  it.each([
    ["all of them", rows(["on", 100], ["off", 101], ["on", 102], ["end", 103])],
    ["some of them", rows(["off", 101], ["end", 103])],
    ["the same again, confirmed", rows(["on", 100], ["on", 102])],
    ["a later one, by an answer that says less of its age", rows(["on", 95], ["end", 99])],
    ["one of a row that says nothing of its age", rows(["on", null])],
    ["nothing", rows()],
  ])("goes forward where it was %s", (_, versions) => {
    expect(isForward(states, versions)).toBe(true);
    expect(isFalling(versions)).toBe(false);
  });

  it.each([
    ["an earlier one after a later one", rows(["end", 103], ["off", 103])],
    ["one that had passed by then", rows(["on", 102], ["off", 102])],
    [
      "one that had passed, and that it had said of old",
      rows(["on", 100], ["off", 101], ["on", 102], ["off", 102]),
    ],
    ["one that had passed, and that came again, and passed again", rows(["off", 101], ["on", 103.5])],
    ["none of them", rows(["on", 100], ["on and off", 101])],
  ])("goes back where it was %s", (_, versions) => {
    expect(isForward(states, versions)).toBe(false);
  });

  it("lets all states of one second stand in any row of that second", () => {
    const burst = ["a", "b", "c"].map((text) => ({ text, at: 100 }));
    expect(isForward(burst, rows(["a", 100], ["c", 100]))).toBe(true);
    expect(isForward(burst, rows(["c", 100], ["a", 100]))).toBe(false);
  });

  it("falls where it once said that it is true up to an earlier moment", () => {
    expect(isFalling(rows(["on", 100], ["off", 99]))).toBe(true);
    expect(isFalling(rows(["on", 100], ["off", null]))).toBe(true);
  });
});
