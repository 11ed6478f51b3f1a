import { beforeEach, describe, expect, it } from "vitest";
import { drainDue } from "@/lib/billing/webhook/drain";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver, inboxRow } from "../../support/deliver";
import { anEvent, aSession, aSubscription, T0 } from "../../support/events";
import { useStripe } from "../../support/stripe";

useDatabase();
const stripe = useStripe();
beforeEach(clearBilling);

const completed = (fields: object = {}) =>
  anEvent("checkout.session.completed", aSession({ ...fields }), { created: T0 + 2 });
const row = () => db().subscription.findUnique({ where: { id: "sub_1" } });

describe("a completed Checkout", () => {
  it("whose subscription is here already needs no call to Stripe", async () => {
    await deliver(anEvent("customer.subscription.updated", aSubscription()));
    expect(await deliver(completed())).toMatchObject({ result: "applied" });
    expect(stripe.api.requests).toEqual([]);
  });

  it.each([
    ["not here yet", null],
    ["still incomplete", anEvent("customer.subscription.created", aSubscription({ status: "incomplete" }))],
  ])("whose subscription is %s asks Stripe after the answer", async (_, before) => {
    stripe.api.put(aSubscription());
    if (before) await deliver(before);
    const event = completed();
    expect(await deliver(event)).toMatchObject({ status: 200, result: "deferred" });
    await drainDue();
    expect(await row()).toMatchObject({ status: "active", customerId: "cus_1" });
    expect(await inboxRow(event)).toMatchObject({ status: "done", outcome: "applied" });
  });

  it("then takes the subscription's own events, however late, without going back", async () => {
    stripe.api.put(aSubscription());
    await deliver(completed());
    await drainDue();
    const late = anEvent("customer.subscription.created", aSubscription({ status: "incomplete" }));
    expect(await deliver(late)).toMatchObject({ result: "superseded" });
    expect(await row()).toMatchObject({ status: "active" });
  });

  it("reads the id of an expanded subscription", async () => {
    await deliver(anEvent("customer.subscription.updated", aSubscription()));
    expect(await deliver(completed({ subscription: aSubscription() }))).toMatchObject({ result: "applied" });
  });

  it.each([
    ["for a single payment", { mode: "payment", subscription: null }, "payment"],
    ["for saving a card", { mode: "setup", subscription: null }, "setup"],
    [
      "of before there were modes, without a subscription",
      { mode: null, subscription: null },
      "no subscription",
    ],
    ["whose payment is still under way", { payment_status: "unpaid" }, "under way"],
  ])("%s is ignored, with the reason", async (_, fields, reason) => {
    const event = completed(fields);
    expect(await deliver(event)).toMatchObject({ result: "ignored" });
    expect((await inboxRow(event)).lastError).toContain(reason);
  });
});

it.each(["checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed"])(
  "%s brings what Stripe says about the subscription",
  async (type) => {
    stripe.api.put(aSubscription({ status: "incomplete_expired" }));
    await deliver(anEvent(type, aSession({ payment_status: "unpaid" })));
    await drainDue();
    expect(await row()).toMatchObject({ status: "incomplete_expired" });
  },
);
