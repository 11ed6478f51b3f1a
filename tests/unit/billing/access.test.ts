import { describe, expect, it } from "vitest";
import { decideAccess, isEnding } from "@/lib/billing/subscription/access";
import { day, now, policy, sub } from "../../support/access";

describe("one subscription", () => {
  it.each([
    ["active", {}, true, "active", day(20)],
    ["trialing", { status: "trialing", trialEnd: day(5) }, true, "trialing", day(5)],
    ["active, cancelled at period end", { cancelAtPeriodEnd: true }, true, "ending", day(20)],
    ["active, cancelled at a date", { cancelAt: day(3) }, true, "ending", day(3)],
    ["trial, cancelled at its end", { status: "trialing", cancelAt: day(3) }, true, "ending", day(3)],
    ["cancelled at a date that has passed", { cancelAt: day(-1) }, false, "ended", day(-1)],
    ["past due, the bill is fresh", { status: "past_due", unpaidSince: day(-2) }, true, "past_due", day(5)],
    [
      "past due, the bill is a week old",
      { status: "past_due", unpaidSince: day(-7) },
      false,
      "past_due",
      day(0),
    ],
    [
      "past due, no bill known",
      { status: "past_due", currentPeriodStart: day(-1) },
      true,
      "past_due",
      day(6),
    ],
    [
      "past due, neither bill nor period known",
      { status: "past_due", currentPeriodStart: null, startedAt: day(-3) },
      true,
      "past_due",
      day(4),
    ],
    [
      "past due since nobody knows when",
      { status: "past_due", currentPeriodStart: null, startedAt: null },
      false,
      "past_due",
      null,
    ],
    [
      "past due, and cancelled for before the end of grace",
      { status: "past_due", unpaidSince: day(-1), cancelAt: day(1) },
      true,
      "past_due",
      day(1),
    ],
    [
      "past due, and cancelled for after the end of grace",
      { status: "past_due", unpaidSince: day(-1), cancelAtPeriodEnd: true },
      true,
      "past_due",
      day(6),
    ],
    ["incomplete", { status: "incomplete" }, false, "incomplete", null],
    ["incomplete_expired", { status: "incomplete_expired", endedAt: day(-1) }, false, "ended", day(-1)],
    ["unpaid", { status: "unpaid" }, false, "unpaid", null],
    ["paused", { status: "paused" }, false, "paused", null],
    ["canceled", { status: "canceled", endedAt: day(-1) }, false, "ended", day(-1)],
    ["canceled now, its period not over", { status: "canceled", endedAt: now }, false, "ended", now],
    ["a status that does not exist yet", { status: "hibernating" }, false, "unknown", null],
  ] as const)("%s", (_, fields, access, state, until) => {
    expect(decideAccess([sub(fields)], now, policy)).toMatchObject({ access, state, until });
  });

  it("gives the whole grace of the configuration, and none of zero days", () => {
    const late = sub({ status: "past_due", unpaidSince: day(-13) });
    expect(decideAccess([late], now, { pastDueGraceDays: 14 }).access).toBe(true);
    expect(decideAccess([{ ...late, unpaidSince: now }], now, { pastDueGraceDays: 0 }).access).toBe(false);
  });

  it("counts either flag of a cancellation as ending", () => {
    expect(isEnding(sub({ cancelAtPeriodEnd: true }), now)).toBe(true);
    expect(isEnding(sub({ cancelAt: day(1) }), now)).toBe(true);
    expect(isEnding(sub(), now)).toBe(false);
  });
});

describe("several subscriptions", () => {
  const old = sub({ id: "sub_old", status: "canceled", endedAt: day(-1), startedAt: day(-300) });

  it("the end of an old one never hides a new one, in any order", () => {
    const fresh = sub({ id: "sub_new", startedAt: day(-1) });
    for (const order of [
      [old, fresh],
      [fresh, old],
    ])
      expect(decideAccess(order, now, policy)).toMatchObject({
        access: true,
        subscriptionId: "sub_new",
      });
  });

  it("one that goes on comes before one that is ending", () => {
    const ending = sub({ id: "sub_a", cancelAtPeriodEnd: true, currentPeriodEnd: day(300) });
    const going = sub({ id: "sub_b", currentPeriodEnd: day(1) });
    expect(decideAccess([ending, going], now, policy).subscriptionId).toBe("sub_b");
  });

  it("where none gives access, the one that can be mended is shown", () => {
    const unpaid = sub({ id: "sub_unpaid", status: "unpaid" });
    expect(decideAccess([old, unpaid], now, policy)).toMatchObject({ access: false, state: "unpaid" });
  });

  it("none at all is no access", () => {
    expect(decideAccess([], now, policy)).toMatchObject({
      access: false,
      state: "none",
      until: null,
    });
  });
});
