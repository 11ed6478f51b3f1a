import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { cancelPlan, type Reason, resumePlan } from "@/lib/billing/cancellation";
import { changePlan } from "@/lib/billing/change/change";
import { previewChange } from "@/lib/billing/change/preview";
import { planByKey } from "@/lib/billing/plans";
import { openPortal } from "@/lib/billing/portal";
import { readBilling } from "@/lib/billing/queries";
import { syncSubscription } from "@/lib/billing/subscription/lifecycle";
import { db } from "@/lib/db";
import { stripe } from "@/lib/stripe";
import { useDatabase } from "../../support/database";
import { sellPlans } from "../../support/plans";
import { useStripe } from "../../support/stripe";
import { aSubscriber, type Subscriber, useCard } from "../../support/subscriber";

useDatabase();
const local = useStripe();
beforeAll(sellPlans);

const NO_REASON = { feedback: null, comment: null };
const cancel = (who: Subscriber, reason: Reason = NO_REASON, attempt: string = randomUUID()) =>
  cancelPlan(who.userId, who.subscriptionId, reason, attempt);
const resume = (who: Subscriber, attempt: string = randomUUID()) =>
  resumePlan(who.userId, who.subscriptionId, attempt);
const row = ({ subscriptionId: id }: Subscriber) => db().subscription.findUniqueOrThrow({ where: { id } });
const atStripe = async ({ subscriptionId }: Subscriber) =>
  (await stripe()).subscriptions.retrieve(subscriptionId);

describe.each(["classic", "flexible"])("in %s billing mode", (mode) => {
  it("a cancelled plan runs until its period ends, and can be resumed, as often as one likes", async () => {
    const ada = await aSubscriber("solo_monthly", { mode });
    for (let time = 0; time < 3; time += 1) {
      expect(await cancel(ada)).toBe("cancelled");
      const ending = await row(ada);
      expect(ending.status).toBe("active");
      expect(ending.cancelAt).toEqual(ending.currentPeriodEnd);
      expect(await resume(ada)).toBe("resumed");
      expect(await row(ada)).toMatchObject({ cancelAt: null, cancelAtPeriodEnd: false, canceledAt: null });
    }
  });

  it("what was cancelled for a date, as the portal does, can be resumed", async () => {
    const ada = await aSubscriber("solo_monthly", { mode });
    const api = await stripe();
    await api.subscriptions.update(ada.subscriptionId, { cancel_at: "min_period_end" });
    await resume(ada);
    expect(await atStripe(ada)).toMatchObject({ cancel_at: null, cancel_at_period_end: false });
    expect(await row(ada)).toMatchObject({ cancelAt: null });
  });
});

it("the reason reaches Stripe, and none is needed", async () => {
  const ada = await aSubscriber("solo_monthly");
  await cancelPlan(ada.userId, ada.subscriptionId, { feedback: "unused", comment: "Too quiet here" }, "a");
  expect((await atStripe(ada)).cancellation_details).toMatchObject({
    feedback: "unused",
    comment: "Too quiet here",
  });
});

it("cancelled by a double click, it is cancelled once", async () => {
  const ada = await aSubscriber("solo_monthly");
  const seen = local.local.account.events.length;
  await Promise.all([cancel(ada, NO_REASON, "one"), cancel(ada, NO_REASON, "one")]);
  expect(local.local.account.events.slice(seen).map(({ type }) => type)).toEqual([
    "customer.subscription.updated",
  ]);
});

it("a form that is sent once more does nothing that was taken back since", async () => {
  const ada = await aSubscriber("solo_monthly");
  await cancel(ada, NO_REASON, "one");
  await resume(ada, "two");
  await cancel(ada, NO_REASON, "one");
  expect(await row(ada)).toMatchObject({ cancelAtPeriodEnd: false });
  await cancel(ada, NO_REASON, "three");
  await resume(ada, "two");
  expect(await row(ada)).toMatchObject({ cancelAtPeriodEnd: true });
});

it("what was planned for later is taken back with the plan itself", async () => {
  const ada = await aSubscriber("company_monthly");
  const plan = planByKey("solo");
  if (!plan) throw new Error("There is no plan.");
  const shown = await previewChange(
    ada.userId,
    ada.subscriptionId,
    { plan, cadence: "month", seats: 1 },
    new Date(),
  );
  if (shown.kind === "none") throw new Error("There is nothing to change.");
  await changePlan(ada.userId, shown.quote, new Date());
  await cancel(ada);
  expect(await atStripe(ada)).toMatchObject({ schedule: null, cancel_at_period_end: true });
  expect(await db().subscriptionSchedule.count({ where: { status: "active" } })).toBe(0);
});

it("a trial that is cancelled ends without a bill", async () => {
  const ada = await aSubscriber("team_monthly", { trial: true });
  await cancel(ada);
  const { cancelAt, trialEnd, status } = await row(ada);
  expect({ cancelAt, status }).toEqual({ cancelAt: trialEnd, status: "trialing" });
});

it("what is late with its payment runs until its period ends, too", async () => {
  const ada = await aSubscriber("solo_monthly");
  const { account } = local.local;
  const late = account.store.get("subscription", ada.subscriptionId);
  if (late) account.change("subscription", late, { status: "past_due" }, null);
  const bill = account.store.get("invoice", String(late?.latest_invoice));
  if (bill) account.change("invoice", bill, { status: "open" }, null);
  expect(await cancel(ada)).toBe("cancelled");
  // What is owed is owed still.
  expect(account.store.get("invoice", bill?.id ?? "")?.status).toBe("open");
  expect(await row(ada)).toMatchObject({ status: "past_due", cancelAtPeriodEnd: true });
});

it("what never began is cancelled at once, which is said, and cannot be resumed", async () => {
  const ada = await aSubscriber("solo_monthly", { card: "pm_card_chargeCustomerFail" });
  expect((await row(ada)).status).toBe("incomplete");
  expect(await cancel(ada, { feedback: "unused", comment: null })).toBe("ended");
  expect((await row(ada)).status).toMatch(/canceled|incomplete_expired/);
  expect((await atStripe(ada)).cancellation_details?.feedback).toBe("unused");
  await expect(cancel(ada)).rejects.toThrow("This subscription has ended.");
  await expect(resume(ada)).rejects.toThrow("This subscription has ended.");
});

it("somebody else's subscription is neither cancelled nor resumed, nor told apart from none", async () => {
  const [ada, eve] = [await aSubscriber("solo_monthly"), await aSubscriber("solo_monthly")];
  for (const id of [ada.subscriptionId, "sub_none", "", "../customers", "x".repeat(5_000)]) {
    await expect(cancelPlan(eve.userId, id, NO_REASON, "a")).rejects.toThrow(
      "You have no such subscription.",
    );
    await expect(resumePlan(eve.userId, id, "a")).rejects.toThrow("You have no such subscription.");
  }
  expect(await atStripe(ada)).toMatchObject({ cancel_at: null });
});

describe("Stripe's portal", () => {
  it("opens for the user's own customer, at the errand, and leads back", async () => {
    const ada = await aSubscriber("solo_monthly");
    for (const errand of ["payment_method", "invoices"] as const) {
      const page = await fetch(await openPortal(ada.userId, errand));
      expect(page.status).toBe(200);
      expect(await page.text()).toContain("http://localhost:3000/dashboard");
    }
    const flows = local.local.account.store
      .ofCustomer("billing_portal.session", ada.customerId)
      .map(({ flow }) => flow);
    expect(flows).toMatchObject([
      null,
      {
        type: "payment_method_update",
        after_completion: { type: "redirect", redirect: { return_url: "http://localhost:3000/dashboard" } },
      },
    ]);
  });

  it("is the one that the setup made, which Stripe uses only where it is named", async () => {
    const ada = await aSubscriber("solo_monthly");
    const made = { features: { invoice_history: { enabled: true } }, metadata: { made_by: "stripe:setup" } };
    const api = await stripe();
    await api.billingPortal.configurations.create({ ...made, metadata: {} });
    const own = await api.billingPortal.configurations.create(made);
    await openPortal(ada.userId, "invoices");
    const [session] = local.local.account.store.ofCustomer("billing_portal.session", ada.customerId);
    expect(session?.configuration).toBe(own.id);
    await api.billingPortal.configurations.update(own.id, { active: false });
  });

  it("has nothing for somebody who never bought anything", async () => {
    await db().user.create({ data: { id: "user_new", name: "New", email: "new@example.com" } });
    await expect(openPortal("user_new", "invoices")).rejects.toThrow("There is nothing to manage yet");
  });
});

describe("a paused plan", () => {
  const pause = async ({ subscriptionId }: Subscriber) => {
    // What is left of the period would pay for the new one.
    const nothingBack = { bill_for: { unused_time_from: { type: "none" } } };
    await (await stripe()).rawRequest("POST", `/v1/subscriptions/${subscriptionId}/pause`, nothingBack);
    await syncSubscription(subscriptionId);
  };

  it("goes on once its new period is paid, and a double click pays once", async () => {
    const ada = await aSubscriber("solo_monthly");
    await pause(ada);
    expect(await row(ada)).toMatchObject({ status: "paused" });
    const attempt = randomUUID();
    const done = await Promise.all([resume(ada, attempt), resume(ada, attempt)]);
    // The click that comes second may find the plan going on already.
    expect(done).toContain("unpaused");
    expect(await row(ada)).toMatchObject({ status: "active" });
    const { data } = await (await stripe()).invoices.list({ customer: ada.customerId });
    expect(data.filter(({ billing_reason }) => billing_reason === "subscription_update")).toHaveLength(1);
  });

  it("stays paused while its payment fails, and its bill is here to be paid", async () => {
    const ada = await aSubscriber("solo_monthly");
    await pause(ada);
    await useCard(ada, "pm_card_chargeCustomerFail");
    expect(await resume(ada)).toBe("unpaid");
    expect(await row(ada)).toMatchObject({ status: "paused" });
    const standing = await readBilling(ada.userId, new Date());
    expect(standing.bill?.due).toEqual({ amount: 500, currency: "usd" });
  });

  it("does not go on without anything to charge: what to do is said", async () => {
    const ada = await aSubscriber("team_monthly", { trial: true, card: null });
    await pause(ada);
    local.api.requests.length = 0;
    await expect(resume(ada)).rejects.toThrow("There is no payment method to charge.");
    expect(local.api.requests.filter((request) => request.startsWith("POST"))).toEqual([]);
    expect(await row(ada)).toMatchObject({ status: "paused" });
  });
});
