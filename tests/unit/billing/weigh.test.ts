import { describe, expect, it } from "vitest";
import { CLOCK_SKEW_MS } from "@/lib/billing/order";
import { differencesOf, weigh } from "@/lib/billing/reconcile/weigh";

const answeredAt = new Date("2026-11-24T12:00:00Z");
const atOnce = { askedAt: answeredAt, answeredAt };
const ago = (ms: number) => new Date(answeredAt.getTime() - ms);
const heard = (ms: number) => ({ stripeStateAt: ago(ms), syncedAt: null });
const LAG_MS = 60_000;

describe("an answer against a row that differs", () => {
  it.each([
    ["of long ago", 3_600_000, false, "differs"],
    ["just out of reach of the clocks", CLOCK_SKEW_MS + 1, false, "differs"],
    ["within reach of the clocks", CLOCK_SKEW_MS, false, "unclear"],
    ["further along, heard within a minute", LAG_MS, true, "unclear"],
    ["further along, not heard of for a minute", LAG_MS + 1, true, "differs"],
    ["a little from the future", -LAG_MS, false, "unclear"],
  ])("%s", (_, ms, isBehind, verdict) => {
    expect(weigh(heard(ms), 1, isBehind, atOnce)).toEqual({ verdict, stamp: heard(ms) });
  });

  it("counts what Stripe's API said last as heard", () => {
    const stamp = { stripeStateAt: ago(3_600_000), syncedAt: ago(1) };
    expect(weigh(stamp, 1, false, atOnce)).toEqual({ verdict: "unclear", stamp });
  });

  it("does not outweigh what was heard while it was under way", () => {
    const slow = { askedAt: ago(30_000), answeredAt };
    expect(weigh(heard(35_000), 1, false, slow).verdict).toBe("unclear");
    expect(weigh(heard(35_001), 1, false, slow).verdict).toBe("differs");
  });

  it("outweighs a stamp from after it, which is damage by itself, even where nothing else differs", () => {
    expect(weigh(heard(-LAG_MS - 1), 0, false, atOnce)).toEqual({ verdict: "differs", stamp: null });
  });

  it("agrees where nothing differs, and makes a row where there is none", () => {
    expect(weigh(heard(0), 0, false, atOnce)).toEqual({ verdict: "same", stamp: heard(0) });
    expect(weigh(null, 0, false, atOnce)).toEqual({ verdict: "differs", stamp: null });
  });
});

it("differences are named by field, with what is here and what Stripe says", () => {
  const at = new Date(0);
  expect(differencesOf({ a: 1, b: at, c: [1] }, { a: 2, b: new Date(0), c: [1], d: null })).toEqual([
    { field: "a", here: 1, stripe: 2 },
    { field: "d", here: undefined, stripe: null },
  ]);
  expect(differencesOf({ e: 1 }, {})).toEqual([{ field: "e", here: 1, stripe: undefined }]);
});
