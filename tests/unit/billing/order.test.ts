import { describe, expect, it } from "vitest";
import { CLOCK_SKEW_MS, decide, type Life, type Stamp, stampOfAnswer } from "@/lib/billing/order";

type State = { status: string; step?: number };

const life: Life<State> = {
  stage: (state) => [state.step ?? 0],
  isFinal: (state) => state.status === "canceled",
};

const at = (seconds: number) => new Date(1_790_000_000_000 + seconds * 1000);
const heard = (seconds: number): Stamp => ({ stripeStateAt: at(seconds), syncedAt: null });
const atOnce = (seconds: number) => ({ askedAt: at(seconds), answeredAt: at(seconds) });
const asked = (seconds: number): Stamp => stampOfAnswer(null, atOnce(seconds), null);

const active = { status: "active" };
const pastDue = { status: "past_due" };
const canceled = { status: "canceled" };

describe("a row that an event wrote", () => {
  it.each([
    ["nothing stored", null, active, 0, "apply"],
    ["a later second", { state: active, stamp: heard(0) }, pastDue, 1, "apply"],
    ["an earlier second", { state: active, stamp: heard(1) }, pastDue, 0, "supersede"],
    ["the same second, the same content", { state: active, stamp: heard(0) }, active, 0, "confirm"],
    ["the same second, other content", { state: active, stamp: heard(0) }, pastDue, 0, "ask"],
    [
      "the same second, further along",
      { state: active, stamp: heard(0) },
      { ...pastDue, step: 1 },
      0,
      "apply",
    ],
    [
      "the same second, less far",
      { state: { ...active, step: 1 }, stamp: heard(0) },
      pastDue,
      0,
      "supersede",
    ],
    ["final, though older", { state: active, stamp: heard(9) }, canceled, 0, "apply"],
    ["anything after what is final", { state: canceled, stamp: heard(0) }, active, 9, "supersede"],
  ] as const)("%s", (_, row, incoming, created, decision) => {
    expect(decide(life, row, incoming, at(created))).toBe(decision);
  });
});

describe("a row that an answer of the API wrote", () => {
  const skew = CLOCK_SKEW_MS / 1000;
  it.each([
    ["well before the answer", -skew - 1, "supersede"],
    ["a little before the answer", -1, "ask"],
    ["at the moment of the answer", 0, "ask"],
    ["a little after the answer", skew, "ask"],
    ["well after the answer", skew + 1, "apply"],
  ] as const)("an event from %s", (_, created, decision) => {
    expect(decide(life, { state: active, stamp: asked(0) }, pastDue, at(created))).toBe(decision);
  });

  it("is confirmed by an event that says the same, whenever that was around it", () => {
    expect(decide(life, { state: active, stamp: asked(0) }, active, at(-1))).toBe("confirm");
    expect(decide(life, { state: active, stamp: asked(0) }, active, at(1))).toBe("confirm");
  });
});

describe("the stamp of an answer", () => {
  it("leaves a margin for the clocks of Stripe's machines", () => {
    expect(stampOfAnswer(null, atOnce(0), null)).toEqual({
      stripeStateAt: new Date(at(0).getTime() - CLOCK_SKEW_MS),
      syncedAt: at(0),
    });
  });

  it("reaches at least to the event that made us ask, and to what was known before", () => {
    expect(stampOfAnswer(heard(-2), atOnce(0), null).stripeStateAt).toEqual(at(-2));
    expect(stampOfAnswer(heard(-2), atOnce(0), at(-1)).stripeStateAt).toEqual(at(-1));
    expect(stampOfAnswer(heard(-1), atOnce(0), at(-2)).stripeStateAt).toEqual(at(-1));
  });

  it("says nothing of what happened while it was under way", () => {
    const slow = { state: active, stamp: stampOfAnswer(null, { askedAt: at(-30), answeredAt: at(0) }, null) };
    expect(slow.stamp).toEqual({ stripeStateAt: at(-35), syncedAt: at(0) });
    expect(decide(life, slow, pastDue, at(-36))).toBe("supersede");
    for (const seconds of [-35, -29, -10, 0, 5]) expect(decide(life, slow, pastDue, at(seconds))).toBe("ask");
    expect(decide(life, slow, pastDue, at(6))).toBe("apply");
  });
});
