import { describe, expect, it } from "vitest";
import {
  type ChangeKind,
  checkChangeable,
  endsTrial,
  type Holding,
  kindOfChange,
} from "@/lib/billing/change/kind";
import { type Cadence, planByKey } from "@/lib/billing/plans";

/** `team year 5` */
function holding(words: string): Holding {
  const [key = "", cadence = "month", seats = "1"] = words.split(" ");
  const plan = planByKey(key);
  if (!plan) throw new Error(`There is no plan ${key}.`);
  const known: Cadence = cadence === "year" ? "year" : "month";
  return { plan, cadence: known, seats: Number(seats) };
}

describe("more is had at once, less waits", () => {
  const cases: [from: string, to: string, kind: ChangeKind][] = [
    ["solo month", "team month", "now"],
    ["team month", "solo month", "later"],
    ["solo month", "solo year", "now"],
    ["solo year", "solo month", "later"],
    ["team month 2", "team month 3", "now"],
    ["team month 3", "team month 2", "later"],
    ["team month 3", "team month 3", "none"],
    // The plan decides before the cadence, the cadence before the seats.
    ["solo year", "company month", "now"],
    ["company month", "solo year", "later"],
    ["team month 9", "team year 2", "now"],
    ["team year 2", "team month 9", "later"],
  ];
  it.each(cases)("%s to %s: %s", (from, to, kind) => {
    expect(kindOfChange(holding(from), holding(to), false)).toBe(kind);
  });
});

it("in a trial nothing waits, for nothing is paid", () => {
  expect(kindOfChange(holding("company"), holding("solo"), true)).toBe("now");
  expect(kindOfChange(holding("solo"), holding("solo"), true)).toBe("none");
});

it("from a plan of former times, any of today's is had at once", () => {
  expect(kindOfChange(null, holding("solo"), false)).toBe("now");
});

it.each([
  ["a larger plan that is sold without a trial", "team month", "company month", true],
  ["a smaller one", "company month", "solo month", false],
  ["the same one at another cadence", "company month", "company year", false],
  ["a larger one that is sold with a trial", "solo month", "team month", false],
  ["any plan without a trial, from one of former times", null, "solo month", true],
])("a trial ends with a change to %s: %s to %s, %s", (_, from, to, ends) => {
  expect(endsTrial(from === null ? null : holding(from), holding(to).plan)).toBe(ends);
});

describe("a subscription can be changed", () => {
  const check = (fields: Partial<Parameters<typeof checkChangeable>[0]>) => () =>
    checkChangeable({ status: "active", cancel_at: null, cancel_at_period_end: false, ...fields });

  it.each(["active", "trialing"] as const)("while it is %s", (status) => {
    expect(check({ status })).not.toThrow();
  });

  it.each([
    ["has ended", { status: "canceled" }, "This subscription has ended."],
    ["has ended, and was to end", { status: "canceled", cancel_at: 1 }, "This subscription has ended."],
    ["is to end at a date", { cancel_at: 1 }, "This subscription is cancelled."],
    ["is to end with its period", { cancel_at_period_end: true }, "This subscription is cancelled."],
    ["is not paid", { status: "past_due" }, "There is a payment to make first."],
    ["is paused", { status: "paused" }, "There is a payment to make first."],
  ] as const)("but not once it %s", (_, fields, words) => {
    expect(check(fields)).toThrow(words);
  });
});
