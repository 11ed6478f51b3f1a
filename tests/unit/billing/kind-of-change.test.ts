import { describe, expect, it } from "vitest";
import { type ChangeKind, type Holding, kindOfChange } from "@/lib/billing/change/kind";
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
