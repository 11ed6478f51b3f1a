import { describe, expect, it } from "vitest";
import { factWords } from "@/app/ui/fact-words";
import type { FactView } from "@/lib/billing/timeline/read";

const now = new Date("2026-11-25T12:00:00Z");
const at = (day: string) => new Date(`${day}T09:00:00Z`);
const solo = { name: "Solo", interval: "month", quantity: 1 };
const team = { name: "Team", interval: "month", quantity: 3 };

const fact = (fields: Partial<FactView> & Pick<FactView, "kind">): FactView => ({
  key: "a",
  at: now,
  money: { amount: 2000, currency: "usd" },
  nextAt: null,
  plan: solo,
  planBefore: null,
  reason: null,
  mail: null,
  ...fields,
});

describe("what happened, in words", () => {
  it.each<[Partial<FactView> & Pick<FactView, "kind">, string]>([
    [{ kind: "started" }, "Your Solo plan began."],
    [
      { kind: "started", reason: "trial", plan: team, nextAt: at("2026-12-09") },
      "Your trial of the Team plan began. It ends on 9 Dec 2026.",
    ],
    [{ kind: "started", plan: { name: null, interval: null, quantity: null } }, "Your plan began."],
    [{ kind: "trial_ending", nextAt: at("2026-11-28") }, "Your trial ends on 28 Nov 2026."],
    [{ kind: "paid" }, "Payment of $20.00 received."],
    [
      { kind: "payment_failed", nextAt: at("2026-11-27") },
      "Payment of $20.00 failed. Stripe tries again on 27 Nov 2026.",
    ],
    [{ kind: "payment_failed", nextAt: at("2026-11-24") }, "Payment of $20.00 failed."],
    [{ kind: "payment_failed" }, "Payment of $20.00 failed. Stripe does not try again by itself."],
    [{ kind: "action_required" }, "Your bank asks you to confirm a payment of $20.00."],
    [{ kind: "given_up" }, "The bill of $20.00 was given up: it is not collected any more."],
    [
      { kind: "cancelled", nextAt: at("2026-12-24") },
      "Your Solo plan was cancelled. It runs until 24 Dec 2026.",
    ],
    [{ kind: "uncancelled" }, "The cancellation was taken back: your Solo plan goes on."],
    [{ kind: "ended" }, "Your Solo plan ended."],
    [{ kind: "ended", reason: "payment_failed" }, "Your Solo plan ended: it was not paid."],
    [
      { kind: "changed", planBefore: solo, plan: team },
      "The plan changed from Solo to Team. Seats: 3, before 1.",
    ],
    [{ kind: "changed", planBefore: team, plan: { ...team, quantity: 5 } }, "Seats: 5, before 3."],
    [
      { kind: "changed", planBefore: solo, plan: { ...solo, interval: "year" } },
      "It is paid by the year now.",
    ],
    [{ kind: "changed", planBefore: solo, plan: solo }, "The price of your plan changed."],
  ])("%j", (fields, words) => {
    expect(factWords(fact(fields), now)).toBe(words);
  });
});
