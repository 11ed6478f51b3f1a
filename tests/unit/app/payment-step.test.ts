import { expect, it } from "vitest";
import { paymentStep } from "@/app/ui/payment-step";
import type { OpenBill } from "@/lib/billing/standing";
import type { Access } from "@/lib/billing/subscription/access";

const now = new Date("2026-11-24T12:00:00Z");
const at = (text: string) => new Date(text);
const bill: OpenBill = {
  due: { amount: 2_000, currency: "usd" },
  nextPaymentAttempt: at("2026-11-27T14:05:00Z"),
  hostedInvoiceUrl: "https://invoice.stripe.com/i/1",
  needsAction: false,
  changeExpiresAt: null,
};
const access = (fields: Partial<Access>): Access => ({
  access: true,
  state: "active",
  until: null,
  reason: "",
  subscriptionId: "sub_1",
  ...fields,
});

it("says nothing while nothing is to be paid", () => {
  expect(paymentStep({ access: access({}), bill: null }, now)).toBeNull();
  expect(paymentStep({ access: access({ state: "none", access: false }), bill: null }, now)).toBeNull();
});

it("counts the grace period down, and says when Stripe tries again", () => {
  const until = at("2026-11-29T12:00:00Z");
  expect(paymentStep({ access: access({ state: "past_due", until }), bill }, now)).toEqual({
    tone: "bad",
    title: "A payment of $20.00 failed",
    words: [
      "Stripe tries again on 27 Nov 2026, 14:05 UTC. You can also pay now.",
      "Your plan stays on until 29 Nov 2026, 12:00 UTC: it is switched off in 5 days, unless this is paid.",
    ],
    link: { href: "https://invoice.stripe.com/i/1", label: "Pay $20.00" },
  });
});

it("does not call a bank that asks a card that failed", () => {
  const step = paymentStep(
    { access: access({ state: "past_due" }), bill: { ...bill, needsAction: true } },
    now,
  );
  expect(step).toMatchObject({
    tone: "warn",
    title: "Your bank asks you to confirm a payment of $20.00",
    link: { label: "Confirm $20.00" },
  });
});

it("says of an upgrade that waits that the plan stays as it is", () => {
  const changeExpiresAt = at("2026-11-25T11:00:00Z");
  const step = paymentStep({ access: access({}), bill: { ...bill, changeExpiresAt } }, now);
  expect(step?.words.join(" ")).toContain("Until then your plan stays as it is.");
  expect(step?.words.join(" ")).toContain("What is not paid by 25 Nov 2026, 11:00 UTC is dropped.");
});

it("never links to an address that is none", () => {
  const step = paymentStep(
    { access: access({}), bill: { ...bill, hostedInvoiceUrl: "javascript:alert(1)" } },
    now,
  );
  expect(step?.link).toBeNull();
});
