import { describe, expect, it } from "vitest";
import {
  decideAccess,
  isPastDue,
  onGracePeriod,
  type SubscriptionFacts,
} from "@/lib/billing/subscription/access";
import { day, now, policy, sub } from "../../support/access";

it.each([
  [{}, "The subscription is paid."],
  [{ status: "trialing" }, "The trial is running."],
  [{ cancelAt: day(1) }, "The subscription was cancelled and runs until its end."],
  [{ status: "past_due", unpaidSince: day(-1) }, "The last payment failed; there is still time to pay."],
  [{ status: "past_due", unpaidSince: day(-9) }, "The last payment failed and the time to pay is over."],
  [{ status: "unpaid" }, "Payment failed too often."],
  [{ status: "incomplete" }, "The first payment has not been completed yet."],
  [{ status: "incomplete_expired" }, "The first payment was never completed."],
  [{ status: "canceled" }, "The subscription has ended."],
  [{ endedAt: now }, "The subscription has ended."],
  [{ status: "paused" }, "The subscription is paused."],
  [{ status: "folded" }, 'Stripe calls the subscription "folded".'],
] satisfies [Partial<SubscriptionFacts>, string][])("%j is explained", (fields, reason) => {
  expect(decideAccess([sub(fields)], now, policy).reason).toBe(reason);
});

it("that there is none is explained", () => {
  expect(decideAccess([], now, policy).reason).toBe("There is no subscription.");
});

it("grace is of what is past due, and over once it has ended", () => {
  const late = sub({ status: "past_due", unpaidSince: day(-1) });
  expect([isPastDue(late), isPastDue(sub())]).toEqual([true, false]);
  expect(onGracePeriod(late, now, policy)).toBe(true);
  expect(onGracePeriod({ ...late, status: "active" }, now, policy)).toBe(false);
  expect(onGracePeriod({ ...late, endedAt: day(-1) }, now, policy)).toBe(false);
});

describe("of several that agree on access, the one is shown", () => {
  const shown = (...subscriptions: SubscriptionFacts[]) =>
    [subscriptions, subscriptions.toReversed()].map((all) => decideAccess(all, now, policy).subscriptionId);

  it.each([
    ["active", "trialing"],
    ["unpaid", "incomplete"],
    ["incomplete", "paused"],
    ["paused", "folded"],
    ["folded", "canceled"],
  ])("that is %s, not %s", (first, second) => {
    expect(shown(sub({ id: "b", status: first }), sub({ id: "a", status: second }))).toEqual(["b", "b"]);
  });

  it("that is ending, not past due; that is past due, not unpaid", () => {
    const ending = sub({ id: "b", cancelAt: day(1) });
    const late = sub({ id: "a", status: "past_due", unpaidSince: day(-1) });
    expect(shown(ending, late)).toEqual(["b", "b"]);
    expect(shown(sub({ id: "b", status: "trialing" }), sub({ id: "a", cancelAt: day(1) }))).toEqual([
      "b",
      "b",
    ]);
    const over = sub({ id: "b", status: "past_due", unpaidSince: day(-9) });
    expect(shown(over, sub({ id: "a", status: "unpaid" }))).toEqual(["b", "b"]);
  });

  it("that holds longer, then that began later, then by its id", () => {
    const long = sub({ id: "b", currentPeriodEnd: day(30) });
    expect(shown(long, sub({ id: "a" }))).toEqual(["b", "b"]);
    expect(shown(long, sub({ id: "a", currentPeriodEnd: null }))).toEqual(["b", "b"]);
    expect(shown(sub({ id: "b", startedAt: day(-1) }), sub({ id: "a" }))).toEqual(["b", "b"]);
    expect(shown(sub({ id: "a" }), sub({ id: "b" }))).toEqual(["a", "a"]);
  });
});
