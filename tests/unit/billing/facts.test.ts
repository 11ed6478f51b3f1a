import { describe, expect, it } from "vitest";
import { type Fact, factsOf } from "@/lib/billing/timeline/facts";
import { parseEvent } from "@/lib/billing/webhook/event";
import { anEvent, anInvoice, anItem, aSubscription, T0 } from "../../support/events";

const DAY = 86_400;

function told(type: string, object: object, previous?: object, at = 0): Fact[] {
  const event = anEvent(type, { ...object }, { created: T0 + at });
  const body = { ...event, data: { object, ...(previous ? { previous_attributes: previous } : {}) } };
  const parsed = parseEvent(JSON.stringify(body));
  if (typeof parsed === "string") throw new Error(parsed);
  return factsOf(parsed);
}

const sub = "customer.subscription";
const at = (seconds: number) => new Date((T0 + seconds) * 1000);
const trial = { status: "trialing", trial_end: T0 + 14 * DAY };
const ending = { cancel_at: T0 + 30 * DAY, cancel_at_period_end: true, canceled_at: T0 + 5 };
const notEnding = { cancel_at: null, cancel_at_period_end: false, canceled_at: null };
const price = (id: string) => ({ id, object: "price", product: "prod_pro", currency: "usd" });
const items = (id: string, quantity: number) => ({
  object: "list",
  data: [anItem({ price: price(id), quantity })],
});
/** As they are where the add-on was there before the plan. */
const behindAddOn = (plan: object) => ({
  object: "list",
  data: [anItem({ price: price("price_addon") }), anItem({ id: "si_2", price: plan })],
});
const solo = { ...price("price_solo"), lookup_key: "solo_monthly" };
const team = { ...price("price_team"), lookup_key: "team_yearly" };

describe("what an event tells", () => {
  it.each<[string, string, object, object | undefined, string[]]>([
    ["a subscription that runs from the start", `${sub}.created`, {}, undefined, ["started:sub_1"]],
    ["a trial", `${sub}.created`, trial, undefined, ["started:sub_1"]],
    ["one whose first payment is open", `${sub}.created`, { status: "incomplete" }, undefined, []],
    ["the first payment", `${sub}.updated`, {}, { status: "incomplete" }, ["started:sub_1"]],
    [
      "the first payment never made",
      `${sub}.updated`,
      { status: "incomplete_expired" },
      { status: "incomplete" },
      ["expired:sub_1"],
    ],
    ["an old one that changes somehow", `${sub}.updated`, {}, { metadata: { a: "b" } }, []],
    ["an update that says nothing of what was before", `${sub}.updated`, ending, undefined, []],
    ["a trial that is paid for", `${sub}.updated`, {}, { status: "trialing" }, []],
    ["a payment that is late", `${sub}.updated`, { status: "past_due" }, { status: "active" }, []],
    ["a cancellation for later", `${sub}.updated`, ending, notEnding, [`cancelled:sub_1:${T0 + 5}`]],
    [
      "one in the portal's way",
      `${sub}.updated`,
      { ...ending, cancel_at_period_end: false },
      { cancel_at: null, canceled_at: null },
      [`cancelled:sub_1:${T0 + 5}`],
    ],
    ["another update of one that ends", `${sub}.updated`, ending, { metadata: {} }, []],
    ["a cancellation taken back", `${sub}.updated`, notEnding, ending, [`uncancelled:sub_1:${T0 + 5}`]],
    ["the end itself", `${sub}.deleted`, { status: "canceled", ...ending }, undefined, ["ended:sub_1"]],
    ["the end, whose snapshot says active", `${sub}.deleted`, {}, undefined, ["ended:sub_1"]],
    [
      "an update of one whose first payment was never made",
      `${sub}.updated`,
      { status: "incomplete_expired" },
      { metadata: {} },
      [],
    ],
    [
      "a change of one whose first payment is open",
      `${sub}.updated`,
      { status: "incomplete" },
      { metadata: {} },
      [],
    ],
    ["a last update of what has ended", `${sub}.updated`, { status: "canceled" }, ending, []],
    [
      "another plan",
      `${sub}.updated`,
      { items: items("price_b", 1) },
      { items: items("price_a", 1) },
      [`changed:sub_1:${T0}`],
    ],
    [
      "more seats",
      `${sub}.updated`,
      { items: items("price_a", 5) },
      { items: items("price_a", 2) },
      [`changed:sub_1:${T0}`],
    ],
    [
      "another plan behind an add-on",
      `${sub}.updated`,
      { items: behindAddOn(team) },
      { items: behindAddOn(solo) },
      [`changed:sub_1:${T0}`],
    ],
    [
      "an add-on that moves to the front",
      `${sub}.updated`,
      { items: behindAddOn(team) },
      { items: { data: [anItem({ price: team })] } },
      [],
    ],
    [
      "a renewal, which moves the items' periods",
      `${sub}.updated`,
      { items: items("price_a", 1) },
      { items: { data: [anItem({ price: price("price_a"), current_period_end: T0 })] } },
      [],
    ],
    [
      "the end of a trial ahead",
      `${sub}.trial_will_end`,
      trial,
      undefined,
      [`trial_ending:sub_1:${T0 + 14 * DAY}`],
    ],
    ["a trial that was cut short", `${sub}.trial_will_end`, { ...trial, trial_end: T0 }, undefined, []],
    ["a trial that is over", `${sub}.trial_will_end`, { ...trial, status: "active" }, undefined, []],
    ["a pause", `${sub}.paused`, { status: "paused" }, undefined, [`paused:sub_1:${T0}`]],
    ["its end", `${sub}.resumed`, {}, undefined, [`resumed:sub_1:${T0}`]],
    [
      "an upgrade that nobody paid",
      `${sub}.pending_update_expired`,
      {},
      undefined,
      [`change_dropped:sub_1:${T0}`],
    ],
  ])("%s", (_, type, fields, previous, keys) => {
    expect(told(type, aSubscription({ ...fields }), previous).map(({ key }) => key)).toEqual(keys);
  });

  it.each<[string, string, object, string[]]>([
    ["a payment", "invoice.paid", { status: "paid", amount_paid: 2000 }, ["paid:in_1"]],
    ["a trial's bill of nothing", "invoice.paid", { status: "paid", amount_due: 0 }, []],
    ["a failure", "invoice.payment_failed", { attempt_count: 1 }, ["payment_failed:in_1:1"]],
    ["the second failure", "invoice.payment_failed", { attempt_count: 2 }, ["payment_failed:in_1:2"]],
    ["the bank asks", "invoice.payment_action_required", { attempt_count: 1 }, ["action_required:in_1:1"]],
    ["a bill that is given up", "invoice.marked_uncollectible", {}, ["given_up:in_1"]],
    ["a bill that is made", "invoice.finalized", {}, []],
    ["a bill that changes", "invoice.updated", { attempt_count: 1 }, []],
  ])("%s", (_, type, fields, keys) => {
    expect(told(type, anInvoice({ ...fields })).map(({ key }) => key)).toEqual(keys);
  });

  it("nothing of what is about no customer, and nothing of other objects", () => {
    expect(told(`${sub}.created`, aSubscription({ customer: null }))).toEqual([]);
    expect(told("customer.updated", { id: "cus_1", object: "customer" })).toEqual([]);
  });
});

describe("a fact", () => {
  it("of a beginning says whether it is a trial, and when the first or next payment is due", () => {
    const [trialing] = told(`${sub}.created`, aSubscription(trial));
    expect(trialing).toMatchObject({ reason: "trial", nextAt: at(14 * DAY) });
    const period = { current_period_end: T0 + 30 * DAY };
    const paid = aSubscription({ items: { object: "list", data: [anItem(period)] } });
    expect(told(`${sub}.created`, paid)[0]).toMatchObject({ reason: null, nextAt: at(30 * DAY) });
    expect(told(`${sub}.updated`, paid, { status: "incomplete" })[0]).toMatchObject({ nextAt: at(30 * DAY) });
  });

  it("of a trial that ends soon says when", () => {
    expect(told(`${sub}.trial_will_end`, aSubscription(trial))[0]?.nextAt).toEqual(at(14 * DAY));
  });

  it("of a failed payment has what is still to be paid, and when Stripe tries again", () => {
    const [fact] = told(
      "invoice.payment_failed",
      anInvoice({ amount_due: 2000, amount_paid: 500, attempt_count: 1, next_payment_attempt: T0 + 3 * DAY }),
      undefined,
      60,
    );
    expect(fact).toMatchObject({
      at: at(60),
      amount: 1500n,
      currency: "usd",
      nextAt: at(3 * DAY),
      subscriptionId: "sub_1",
    });
  });

  it("of a cancellation says until when the plan runs, in either billing mode", () => {
    const [flexible] = told(`${sub}.updated`, aSubscription(ending), notEnding);
    expect(flexible?.nextAt).toEqual(at(30 * DAY));
    const classic = { cancel_at_period_end: true, canceled_at: T0 };
    const [other] = told(`${sub}.updated`, aSubscription(classic), { cancel_at_period_end: false });
    expect(other?.nextAt).toEqual(at(30 * DAY));
  });

  it("of the end says why", () => {
    const details = { cancellation_details: { reason: "payment_failed" } };
    expect(told(`${sub}.deleted`, aSubscription(details))[0]?.reason).toBe("payment_failed");
  });

  it("of a change has both plans, whatever the version's shape of what was before", () => {
    const [fact] = told(`${sub}.updated`, aSubscription({ items: items("price_b", 3) }), {
      items: items("price_a", 1),
      quantity: 1,
      plan: { id: "price_a" },
    });
    expect(fact).toMatchObject({
      priceBefore: "price_a",
      quantityBefore: 1,
      priceId: "price_b",
      quantity: 3,
    });
  });

  it("of a change behind an add-on is about the plan, also where its price has lost its lookup key to another", () => {
    const replaced = { ...price("price_old"), metadata: { plan: "solo" } };
    const [fact] = told(`${sub}.updated`, aSubscription({ items: behindAddOn(team) }), {
      items: behindAddOn(replaced),
    });
    expect(fact).toMatchObject({ priceBefore: "price_old", priceId: "price_team" });
  });

  it.each<[string, object, number, boolean]>([
    ["a renewal", { billing_reason: "subscription_cycle" }, 60, true],
    ["a first payment, at the screen", { billing_reason: "subscription_create" }, 60, false],
    ["a first payment by debit, days later", { billing_reason: "subscription_create" }, 5 * DAY, true],
    ["a first payment, an hour later", { billing_reason: "subscription_create" }, 3_600, false],
    ["a first payment, over an hour later", { billing_reason: "subscription_create" }, 3_601, true],
    ["an upgrade, at the screen", { billing_reason: "subscription_update" }, 60, false],
    ["a bill of unknown reason", {}, 60, true],
  ])("of a failure of %s is mailed, or not", (_, fields, later, isMailed) => {
    for (const type of ["invoice.payment_failed", "invoice.payment_action_required"])
      expect(told(type, anInvoice({ ...fields }), undefined, later)[0]?.isMailed).toBe(isMailed);
  });

  it.each([
    [{ status: 7 }, "active"],
    [{ id: "sub_2", status: null }, "active"],
    [{ items: "none" }, "active"],
  ])("is never wrong for what an event claims of the past: %j", (previous, status) => {
    expect(told(`${sub}.updated`, aSubscription({ status }), previous)).toEqual([]);
  });
});
