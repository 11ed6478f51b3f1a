import { describe, expect, it } from "vitest";
import { parseEvent } from "@/lib/billing/webhook/event";
import { HANDLED_EVENTS } from "@/lib/billing/webhook/events";
import { processEvent } from "@/lib/billing/webhook/process";
import { TEST_ENV } from "../../support/env";
import {
  aCustomer,
  anEvent,
  anInvoice,
  aPrice,
  aProduct,
  aSession,
  aSubscription,
  T0,
} from "../../support/events";

Object.assign(process.env, TEST_ENV, { DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none" });

const SAMPLES: Record<string, object> = {
  "checkout.session": aSession(),
  "customer.subscription": aSubscription(),
  subscription_schedule: {
    id: "sub_sched_1",
    object: "subscription_schedule",
    customer: "cus_1",
    subscription: "sub_1",
    status: "active",
    livemode: false,
    phases: [],
  },
  "entitlements.active_entitlement_summary": {
    object: "entitlements.active_entitlement_summary",
    customer: "cus_1",
    livemode: false,
    entitlements: { object: "list", data: [], has_more: false },
  },
  invoice: anInvoice(),
  customer: aCustomer(),
  product: aProduct(),
  price: aPrice(),
};

const TABLES: Record<string, string> = {
  "checkout.session": "subscriptions",
  "customer.subscription": "subscriptions",
  subscription_schedule: "subscription_schedules",
  "entitlements.active_entitlement_summary": "entitlement_summaries",
  invoice: "invoices",
  customer: "customers",
  product: "products",
  price: "prices",
};

function processed(type: string, object: object, fields: object = {}) {
  const event = parseEvent(JSON.stringify(anEvent(type, { ...object }, { ...fields })));
  if (typeof event === "string") throw new Error(event);
  return processEvent(event);
}

/** What becomes of it where there is no row yet. */
function first(type: string, object: object, fields: object = {}) {
  const change = processed(type, object, fields);
  return "decide" in change ? change.decide(null) : change;
}

describe("each type that is handled", () => {
  it.each(Object.keys(HANDLED_EVENTS))("%s changes the table of its object", (type) => {
    const kind = type.slice(0, type.lastIndexOf("."));
    const change = processed(type, SAMPLES[kind] ?? {});
    expect("table" in change && change.table.name).toBe(TABLES[kind]);
  });

  it.each(["customer", "product", "price"])("%s.deleted tells when, as its snapshot does not", (kind) => {
    const sample = SAMPLES[kind] ?? {};
    expect(first(`${kind}.deleted`, sample)).toMatchObject({
      row: { deleted_at: new Date(T0 * 1000).toISOString() },
    });
    expect(first(`${kind}.updated`, sample)).toMatchObject({ row: { deleted_at: null } });
  });

  it("customer.subscription.deleted ends it, whatever its snapshot says", () => {
    const ended = (status: string) => first("customer.subscription.deleted", aSubscription({ status }));
    expect(ended("active")).toMatchObject({ row: { status: "canceled" } });
    expect(ended("incomplete_expired")).toMatchObject({ row: { status: "incomplete_expired" } });
    expect(first("customer.subscription.updated", aSubscription())).toMatchObject({
      row: { status: "active" },
    });
  });
});

describe("what changes nothing says why", () => {
  it.each([
    ["charge.succeeded", {}, "This app does not act on charge.succeeded."],
    ["invoice.paid", { account: "acct_1" }, "It is about the connected account acct_1."],
    ["invoice.paid", { livemode: true }, "It is in live mode and the key is in test mode."],
  ])("%s with %j", (type, fields, reason) => {
    expect(processed(type, anInvoice(), fields)).toEqual({ outcome: "ignored", reason });
  });
});

describe("a checkout that is complete", () => {
  const completed = (fields: object, type = "checkout.session.completed") =>
    processed(type, aSession({ ...fields }));
  const row = (status: string) => ({ id: "sub_1", status, version: 1, stripe_state_at: null, items: [] });
  const decided = (status: string | null) => {
    const change = completed({});
    return "decide" in change ? change.decide(status === null ? null : row(status)) : change;
  };

  it("asks Stripe for a subscription that is not here, or not past its first payment", () => {
    expect(decided(null)).toMatchObject({
      outcome: "deferred",
      reason: "Checkout is complete, but sub_1 is not here yet: asking Stripe.",
    });
    expect(decided("incomplete")).toMatchObject({
      outcome: "deferred",
      reason: "Checkout is complete, but sub_1 is still incomplete: asking Stripe.",
    });
  });

  it("is content with a subscription that runs", () => {
    expect(decided("active")).toEqual({ outcome: "applied" });
  });

  it.each([
    [{ mode: "payment" }, "The Checkout session was for a payment, not a subscription."],
    [{ subscription: null }, "The Checkout session has no subscription."],
    [{ payment_status: "unpaid" }, "The payment is still under way: another event will tell its result."],
  ])("%j changes nothing", (fields, reason) => {
    expect(completed(fields)).toEqual({ outcome: "ignored", reason });
  });

  it("of an unknown mode, or whose delayed payment was decided, is looked at", () => {
    expect(completed({ mode: null })).toMatchObject({ id: "sub_1" });
    const failed = completed({ payment_status: "unpaid" }, "checkout.session.async_payment_failed");
    expect(failed).toMatchObject({ id: "sub_1" });
  });
});

describe("an invoice of one second", () => {
  const between = (before: object, after: object) => {
    const event = (fields: object) => processed("invoice.updated", anInvoice({ ...fields }));
    const [was, is] = [event(before), event(after)];
    if (!("decide" in was && "decide" in is)) throw new Error("An invoice is always looked at.");
    const stored = was.decide(null);
    return is.decide(("row" in stored && stored.row) || null).outcome;
  };

  it.each([
    [{ status: "draft" }, { status: "open" }, "applied"],
    [{ status: "open" }, { status: "uncollectible" }, "applied"],
    [{ status: "uncollectible" }, { status: "paid" }, "applied"],
    [{ status: "open" }, { status: "void" }, "applied"],
    [{ status: "paid" }, { status: "void" }, "deferred"],
    [{ status: "paid" }, { status: "open" }, "superseded"],
    [{ status: null }, { status: "open" }, "applied"],
    [{ attempt_count: 1 }, { attempt_count: 2 }, "applied"],
    [{ amount_paid: 100 }, { amount_paid: 50 }, "superseded"],
    [{ status: "folded" }, { status: "open" }, "deferred"],
    [{ status: "open" }, { status: "folded" }, "deferred"],
    [{ number: "A" }, { number: "B" }, "deferred"],
  ])("%j, then %j: %s", (before, after, outcome) => {
    expect(between(before, after)).toBe(outcome);
  });
});
