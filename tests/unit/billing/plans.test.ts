import { describe, expect, it } from "vitest";
import { choiceOf, comparePlans, PLANS, planByKey, planOf } from "@/lib/billing/plans";

describe("the plan file", () => {
  it("has each key and each lookup key once", () => {
    const keys = PLANS.map(({ key }) => key);
    const lookupKeys = PLANS.flatMap(({ prices }) => [prices.month.lookupKey, prices.year.lookupKey]);
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(lookupKeys).size).toBe(lookupKeys.length);
  });

  it("has amounts in whole minor units, and whole days of trial", () => {
    for (const { prices, trialDays } of PLANS) {
      for (const { amount } of Object.values(prices))
        expect(Number.isSafeInteger(amount) && amount > 0).toBe(true);
      expect(Number.isSafeInteger(trialDays) && trialDays >= 0).toBe(true);
    }
  });

  it("gives a larger plan everything that a smaller one has", () => {
    for (const [smaller, larger] of PLANS.slice(1).map((plan, index) => [PLANS[index], plan] as const))
      expect(new Set<string>(larger.features)).toEqual(
        new Set<string>([...(smaller?.features ?? []), ...larger.features]),
      );
  });
});

describe("a plan is found", () => {
  it("by the lookup key of a price, with the cadence", () => {
    expect(choiceOf("team_yearly")).toMatchObject({ plan: { key: "team" }, cadence: "year" });
    expect(choiceOf("team_weekly")).toBeNull();
    expect(choiceOf(null)).toBeNull();
  });

  it("by the metadata of the product, once the price has lost its lookup key", () => {
    expect(planOf({ lookupKey: null }, { metadata: { plan: "solo" } })?.key).toBe("solo");
    expect(planOf({ lookupKey: "company_monthly" }, { metadata: { plan: "solo" } })?.key).toBe("company");
    expect(planOf(null, null)).toBeNull();
    expect(planOf(null, { metadata: { plan: "enterprise" } })).toBeNull();
  });

  it("by its key", () => {
    expect(planByKey("team")?.name).toBe("Team");
    expect(planByKey(undefined)).toBeNull();
  });
});

it("a later plan is an upgrade", () => {
  expect(comparePlans("solo", "team")).toBeGreaterThan(0);
  expect(comparePlans("company", "team")).toBeLessThan(0);
  expect(comparePlans("team", "team")).toBe(0);
});
