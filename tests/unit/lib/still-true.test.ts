import { describe, expect, it } from "vitest";
import type { Mail } from "@/lib/mail/outbox";
import { whyNotSend } from "@/lib/mail/still-true";

const now = new Date("2026-11-25T12:00:00Z");
const trialEnd = new Date("2026-11-28T12:00:00Z");

const mail = (fields: Partial<Mail>): Mail => ({
  key: "a",
  kind: "payment_failed",
  attempts: 1,
  newsAt: now,
  attempt: 1,
  nextAt: trialEnd,
  amount: "2000",
  currency: "usd",
  reason: null,
  planName: "Solo",
  to: "ada@example.com",
  status: "active",
  isEnding: false,
  trialEnd,
  billStatus: "open",
  billAttempts: 1,
  nextPaymentAttempt: null,
  payUrl: null,
  isAsked: false,
  ...fields,
});

describe("a mail is still true", () => {
  it.each<Partial<Mail>>([
    { kind: "started" },
    { kind: "started", status: "trialing" },
    { kind: "trial_ending", status: "trialing" },
    { kind: "payment_failed" },
    { kind: "payment_failed", status: "past_due" },
    { kind: "payment_failed", status: null },
    { kind: "payment_failed", billStatus: null },
    { kind: "action_required", isAsked: true },
    { kind: "cancelled", isEnding: true },
    { kind: "ended", status: "canceled" },
    { kind: "ended", newsAt: new Date(now.getTime() + 30 * 86_400_000), status: "canceled" },
  ])("%j", (fields) => {
    expect(whyNotSend(mail(fields), now)).toBeNull();
  });
});

describe("a mail is not true any more", () => {
  it.each<[Partial<Mail>, RegExp]>([
    [{ to: null }, /No user/],
    [{ kind: "ended", newsAt: new Date("2026-11-20T12:00:00Z") }, /too old/],
    [{ kind: "started", status: "canceled" }, /canceled/],
    [{ kind: "started", status: null }, /gone/],
    [{ kind: "trial_ending", status: "active" }, /trial is over/],
    [{ kind: "trial_ending", status: "trialing", trialEnd: now }, /another time/],
    [{ kind: "trial_ending", status: "trialing", isEnding: true }, /cancelled/],
    [{ kind: "payment_failed", billStatus: "paid" }, /paid/],
    [{ kind: "payment_failed", billStatus: "void" }, /void/],
    [{ kind: "payment_failed", billAttempts: 2 }, /later attempt/],
    [{ kind: "payment_failed", isAsked: true }, /bank asked/],
    [{ kind: "payment_failed", status: "incomplete_expired" }, /ended/],
    [{ kind: "action_required", billStatus: "paid" }, /paid/],
    [{ kind: "action_required", status: "canceled" }, /ended/],
    [{ kind: "cancelled", isEnding: false }, /taken back/],
    [{ kind: "cancelled", isEnding: true, status: "canceled" }, /has ended/],
    [{ kind: "paid" }, /no mail of this kind/],
  ])("%j", (fields, reason) => {
    expect(whyNotSend(mail(fields), now)).toMatch(reason);
  });
});
