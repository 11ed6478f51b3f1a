import { describe, expect, it } from "vitest";
import {
  customerFromStripe,
  entitlementsFromStripe,
  invoiceFromStripe,
  priceFromStripe,
  productFromStripe,
  scheduleFromStripe,
  subscriptionFromStripe,
} from "@/lib/billing/subscription/from-stripe";
import { aCustomer, anInvoice, anItem, aPrice, aProduct, aSubscription, T0 } from "../../support/events";

const at = (seconds: number) => new Date(seconds * 1000);

describe("every field of an object is read", () => {
  it("of a subscription, with a change that waits for its payment", () => {
    const items = [
      anItem({ id: null }),
      anItem({ id: "si_2", current_period_start: T0 + 5, current_period_end: T0 + 50, quantity: 3 }),
      anItem({ current_period_start: T0 + 9, current_period_end: T0 + 90 }),
      anItem({ id: "si_3", current_period_start: null, current_period_end: null, price: "price_old" }),
    ];
    const object = aSubscription({
      customer: { id: "cus_7", object: "customer" },
      cancel_at_period_end: true,
      cancel_at: T0 + 1,
      canceled_at: T0 + 2,
      ended_at: T0 + 3,
      trial_start: T0 + 4,
      trial_end: T0 + 5,
      livemode: true,
      metadata: { a: "1" },
      pending_update: {
        expires_at: T0 + 6,
        subscription_items: [{ price: { id: "price_new" }, quantity: 4 }],
      },
      pause_collection: { behavior: "void", resumes_at: T0 + 7 },
      items: { object: "list", data: items },
    });
    expect(subscriptionFromStripe(object)).toEqual({
      id: "sub_1",
      customerId: "cus_7",
      status: "active",
      currentPeriodStart: at(T0 + 5),
      currentPeriodEnd: at(T0 + 90),
      cancelAtPeriodEnd: true,
      cancelAt: at(T0 + 1),
      canceledAt: at(T0 + 2),
      endedAt: at(T0 + 3),
      trialStart: at(T0 + 4),
      trialEnd: at(T0 + 5),
      startedAt: at(T0),
      pendingExpiresAt: at(T0 + 6),
      pendingPriceId: "price_new",
      pendingQuantity: 4,
      pauseBehavior: "void",
      pauseResumesAt: at(T0 + 7),
      currency: "usd",
      latestInvoiceId: "in_1",
      livemode: true,
      metadata: { a: "1" },
      items: [
        {
          id: "si_2",
          priceId: "price_pro",
          productId: "prod_pro",
          quantity: 3,
          currentPeriodStart: at(T0 + 5),
          currentPeriodEnd: at(T0 + 50),
        },
        {
          id: "si_1",
          priceId: "price_pro",
          productId: "prod_pro",
          quantity: 1,
          currentPeriodStart: at(T0 + 9),
          currentPeriodEnd: at(T0 + 90),
        },
        {
          id: "si_3",
          priceId: "price_old",
          productId: null,
          quantity: 1,
          currentPeriodStart: null,
          currentPeriodEnd: null,
        },
      ],
    });
  });

  it("of a subscription that has nearly none", () => {
    const bare = { id: "sub_1", status: "active" };
    expect(subscriptionFromStripe(bare)).toMatchObject({
      customerId: null,
      currentPeriodStart: null,
      currentPeriodEnd: null,
      cancelAtPeriodEnd: false,
      startedAt: null,
      currency: null,
      livemode: false,
      pendingExpiresAt: null,
      pauseBehavior: null,
      pauseResumesAt: null,
      items: [],
    });
    expect(subscriptionFromStripe({ ...bare, start: T0, created: T0 - 9 }).startedAt).toEqual(at(T0));
    expect(subscriptionFromStripe({ ...bare, created: T0 - 9 }).startedAt).toEqual(at(T0 - 9));
    expect(subscriptionFromStripe({ ...bare, plan: { currency: "eur" } }).currency).toBe("eur");
    expect(subscriptionFromStripe({ ...bare, items: [anItem()] }).currency).toBe("usd");
  });

  it("of an invoice", () => {
    const object = anInvoice({
      attempt_count: 2,
      amount_paid: 5,
      due_date: T0 + 1,
      next_payment_attempt: T0 + 2,
      livemode: true,
    });
    expect(invoiceFromStripe(object)).toEqual({
      id: "in_1",
      customerId: "cus_1",
      subscriptionId: "sub_1",
      status: "open",
      number: "A-0001",
      amountDue: 2000n,
      amountPaid: 5n,
      currency: "usd",
      attemptCount: 2,
      dueAt: at(T0 + 1),
      nextPaymentAttempt: at(T0 + 2),
      hostedInvoiceUrl: "https://invoice.stripe.com/i/1",
      invoicePdf: "https://pay.stripe.com/invoice/1/pdf",
      livemode: true,
      createdAt: at(T0),
    });
    const old = { id: "in_1", currency: "usd", amount_due: 1, subscription: "sub_9", date: T0 };
    expect(invoiceFromStripe({ ...old, paid: true })).toMatchObject({
      status: "paid",
      subscriptionId: "sub_9",
      amountPaid: 0n,
      attemptCount: 0,
      livemode: false,
      createdAt: at(T0),
    });
    expect(invoiceFromStripe({ ...old, paid: false }).status).toBeNull();
  });

  it("of a customer, whether it is real money's or not", () => {
    const state = { id: "cus_1", email: "ada@example.com", deletedAt: null };
    expect(customerFromStripe(aCustomer())).toEqual({ ...state, livemode: false });
    expect(customerFromStripe(aCustomer({ livemode: true }))).toEqual({ ...state, livemode: true });
  });

  it("of a product, old and new", () => {
    const state = {
      id: "prod_pro",
      name: "Pro",
      description: "All of it",
      active: false,
      features: ["Everything"],
      metadata: { plan: "pro" },
      livemode: true,
      deletedAt: null,
    };
    const fields = { description: "All of it", active: false, livemode: true, metadata: { plan: "pro" } };
    expect(productFromStripe(aProduct(fields))).toEqual(state);
    const old = { ...fields, marketing_features: undefined, features: [{ name: "Everything" }, {}] };
    expect(productFromStripe(aProduct(old))).toEqual(state);
    expect(productFromStripe({ id: "prod_pro", name: "Pro" })).toMatchObject({
      active: null,
      features: [],
      livemode: false,
    });
  });

  it("of a price", () => {
    expect(priceFromStripe(aPrice({ livemode: true }))).toEqual({
      id: "price_pro",
      productId: "prod_pro",
      active: true,
      currency: "usd",
      unitAmount: 2000n,
      type: "recurring",
      interval: "month",
      intervalCount: 1,
      usageType: "licensed",
      lookupKey: "pro_monthly",
      livemode: true,
      deletedAt: null,
    });
    expect(priceFromStripe(aPrice({ active: false }))).toMatchObject({ active: false, livemode: false });
  });

  it("of a schedule: the phase after the one that runs", () => {
    const phase = (start: number | null, price: unknown, plan?: string) => ({
      start_date: start,
      items: [{ price, plan, quantity: 2 }],
    });
    const object = {
      id: "sub_sched_1",
      customer: "cus_1",
      subscription: null,
      released_subscription: "sub_9",
      status: "active",
      livemode: true,
      current_phase: { start_date: T0, end_date: T0 + 10 },
      phases: [
        phase(null, "price_none"),
        phase(T0, "price_now"),
        phase(T0 + 10, null, "price_next"),
        phase(T0 + 20, "price_last"),
      ],
    };
    expect(scheduleFromStripe(object)).toEqual({
      id: "sub_sched_1",
      customerId: "cus_1",
      subscriptionId: "sub_9",
      status: "active",
      nextPhaseAt: at(T0 + 10),
      nextPriceId: "price_next",
      nextQuantity: 2,
      livemode: true,
    });
    const nothing = { nextPhaseAt: null, nextPriceId: null, nextQuantity: null };
    expect(scheduleFromStripe({ ...object, current_phase: null, livemode: false })).toMatchObject({
      ...nothing,
      livemode: false,
    });
    expect(scheduleFromStripe({ ...object, phases: [phase(T0, "price_now")] })).toMatchObject(nothing);
    const [running] = [
      { ...object, subscription: "sub_1", phases: [phase(T0 + 10, { id: "price_whole" }, "price_plan")] },
    ];
    expect(scheduleFromStripe(running)).toMatchObject({
      subscriptionId: "sub_1",
      nextPriceId: "price_whole",
    });
  });

  it("of a schedule: what is planned for the plan, not the add-on that goes on beside it", () => {
    const phase = (start: number, price: string, quantity = 1) => ({
      start_date: start,
      items: [
        { price: "price_addon", quantity: 1 },
        { price, quantity },
      ],
    });
    const object = {
      id: "sub_sched_1",
      status: "active",
      current_phase: { start_date: T0, end_date: T0 + 10 },
    };
    const planned = (...phases: object[]) => scheduleFromStripe({ ...object, phases });
    expect(planned(phase(T0, "price_now"), phase(T0 + 10, "price_next"))).toMatchObject({
      nextPriceId: "price_next",
    });
    expect(planned(phase(T0, "price_now", 5), phase(T0 + 10, "price_now", 2))).toMatchObject({
      nextPriceId: "price_now",
      nextQuantity: 2,
    });
    expect(planned(phase(T0, "price_now"), phase(T0 + 10, "price_now")).nextPriceId).toBe("price_addon");
  });

  it("of an upgrade that waits for its payment: the plan's item, behind an add-on as well", () => {
    const subscription_items = [
      { price: { id: "price_addon" }, quantity: 1 },
      { price: { id: "price_team", lookup_key: "team_monthly" }, quantity: 4 },
    ];
    const pending_update = { expires_at: T0, subscription_items };
    expect(subscriptionFromStripe(aSubscription({ pending_update }))).toMatchObject({
      pendingPriceId: "price_team",
      pendingQuantity: 4,
    });
  });

  it("of a summary of entitlements: each key once, in order", () => {
    const keys = [{ lookup_key: "sso" }, { lookup_key: "audit" }, { lookup_key: "sso" }, {}];
    const object = { customer: "cus_1", entitlements: { data: keys } };
    expect(entitlementsFromStripe(object)).toEqual({
      id: "cus_1",
      lookupKeys: ["audit", "sso"],
      livemode: false,
    });
    expect(entitlementsFromStripe({ ...object, livemode: true }).livemode).toBe(true);
  });
});

describe("what must be there and is not, is named", () => {
  const nothing = { ...{} };
  it.each([
    [() => subscriptionFromStripe(nothing), "subscription.id should be an id, but it is undefined."],
    [
      () => subscriptionFromStripe({ id: "sub_1" }),
      "subscription.status should be text, but it is undefined.",
    ],
    [() => invoiceFromStripe(nothing), "invoice.id should be an id, but it is undefined."],
    [
      () => invoiceFromStripe({ id: "in_1" }),
      "invoice.amount_due should be a whole number, but it is undefined.",
    ],
    [
      () => invoiceFromStripe({ id: "in_1", amount_due: 1 }),
      "invoice.currency should be text, but it is undefined.",
    ],
    [() => customerFromStripe(nothing), "customer.id should be an id, but it is undefined."],
    [() => productFromStripe(nothing), "product.id should be an id, but it is undefined."],
    [() => productFromStripe({ id: "prod_1" }), "product.name should be text, but it is undefined."],
    [() => priceFromStripe(nothing), "price.id should be an id, but it is undefined."],
    [() => priceFromStripe({ id: "price_1" }), "price.currency should be text, but it is undefined."],
    [() => scheduleFromStripe(nothing), "subscription_schedule.id should be an id, but it is undefined."],
    [
      () => scheduleFromStripe({ id: "s" }),
      "subscription_schedule.status should be text, but it is undefined.",
    ],
    [
      () => entitlementsFromStripe(nothing),
      "active_entitlement_summary.customer should be an id, but it is undefined.",
    ],
  ])("%#", (read, words) => {
    expect(read).toThrow(words);
  });
});
