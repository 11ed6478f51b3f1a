import { beforeAll, describe, expect, it, vi } from "vitest";
import { advanceAccount } from "@/dev/stripe/engine/advance";
import { ApiError } from "@/dev/stripe/http/errors";
import { changePlan } from "@/lib/billing/change/change";
import { previewChange } from "@/lib/billing/change/preview";
import { readQuote, signQuote } from "@/lib/billing/change/quote";
import { keepPlan } from "@/lib/billing/change/waiting";
import { type Cadence, planByKey } from "@/lib/billing/plans";
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

const preview = async (who: Subscriber, key: string, cadence: Cadence, seats = 1) => {
  const plan = planByKey(key);
  if (!plan) throw new Error(`There is no plan ${key}.`);
  return previewChange(who.userId, who.subscriptionId, { plan, cadence, seats }, new Date());
};

const quoteFor = async (who: Subscriber, key: string, cadence: Cadence = "month", seats = 1) => {
  const shown = await preview(who, key, cadence, seats);
  if (shown.kind === "none") throw new Error("There is nothing to change.");
  return shown.quote;
};

const confirm = (who: Subscriber, quote: string) => changePlan(who.userId, quote, new Date());

/** What the row says, and that it says what Stripe does. */
async function plan({ subscriptionId }: Subscriber) {
  const api = await stripe();
  const { items } = await api.subscriptions.retrieve(subscriptionId);
  const row = await db().subscriptionItem.findFirstOrThrow({ where: { subscriptionId } });
  const [item] = items.data;
  expect(row).toMatchObject({ priceId: item?.price.id, quantity: item?.quantity });
  return `${item?.quantity} × ${item?.price.lookup_key}`;
}

const bills = async ({ subscriptionId }: Subscriber) => {
  const api = await stripe();
  const { data } = await api.invoices.list({ subscription: subscriptionId });
  return data.map(({ status, amount_due }) => [status, amount_due]);
};

const schedule = ({ subscriptionId }: Subscriber) =>
  db().subscriptionSchedule.findFirst({
    where: { subscriptionId, status: "active" },
    orderBy: { nextPhaseAt: "desc" },
  });

/** As if Stripe had it so that the newest bill is open, or paid, whatever it is about. */
async function setBill({ subscriptionId }: Subscriber, status: "open" | "paid"): Promise<void> {
  const { account } = local.local;
  const { latest_invoice } = await (await stripe()).subscriptions.retrieve(subscriptionId);
  const bill = account.store.get("invoice", String(latest_invoice));
  if (bill) account.change("invoice", bill, { status }, null);
}

/** What the dashboard says is still to come. */
const waiting = async ({ userId }: Subscriber) =>
  (await readBilling(userId, new Date())).subscription?.waiting;

describe("an upgrade", () => {
  it("costs what was shown before, at once", async () => {
    const ada = await aSubscriber("solo_monthly");
    const shown = await preview(ada, "company", "month");
    if (shown.kind !== "now") throw new Error("An upgrade is made at once.");
    expect(shown.due).toEqual({ amount: 8_500, currency: "usd" });
    expect(shown.renewal).toMatchObject({ amount: { amount: 9_000 }, cadence: "month" });
    const amounts = shown.lines.map(({ amount }) => amount.amount);
    expect(amounts.toSorted((a, b) => a - b)).toEqual([-500, 9_000]);
    expect(shown.lines.map(({ description }) => description).join()).toMatch(/Solo.*Company|Company.*Solo/);
    expect(shown.credit.amount).toBe(0);
    const { currentPeriodEnd } = await db().subscription.findUniqueOrThrow({
      where: { id: ada.subscriptionId },
    });
    expect(shown.renewal.at).toEqual(currentPeriodEnd);
    expect(await plan(ada)).toBe("1 × solo_monthly");
    expect(await confirm(ada, shown.quote)).toBe("changed");
    expect(await plan(ada)).toBe("1 × company_monthly");
    expect(await bills(ada)).toEqual([
      ["paid", 8_500],
      ["paid", 500],
    ]);
  });

  it("confirmed five times at once, and once more later, is made once", async () => {
    const ada = await aSubscriber("solo_monthly");
    const quote = await quoteFor(ada, "team", "month", 3);
    const all = await Promise.all(Array.from({ length: 5 }, () => confirm(ada, quote)));
    expect([...all, await confirm(ada, quote)]).toEqual(Array(6).fill("changed"));
    expect(await plan(ada)).toBe("3 × team_monthly");
    expect(await bills(ada)).toHaveLength(2);
  });

  it("changes the plan and not an add-on before it, also where the plan is at a price of before", async () => {
    const api = await stripe();
    const monthly = { currency: "usd", recurring: { interval: "month" as const } };
    const addOn = { ...monthly, unit_amount: 300, lookup_key: "support", product_data: { name: "Support" } };
    await api.prices.create(addOn);
    const ada = await aSubscriber("support");
    const { productId } = await db().price.findFirstOrThrow({ where: { lookupKey: "solo_monthly" } });
    const old = await api.prices.create({ ...monthly, unit_amount: 400, product: productId ?? "" });
    await api.subscriptionItems.create({ subscription: ada.subscriptionId, price: old.id });
    expect(await confirm(ada, await quoteFor(ada, "company"))).toBe("changed");
    const { items } = await api.subscriptions.retrieve(ada.subscriptionId);
    expect(items.data.map(({ price }) => price.lookup_key)).toEqual(["support", "company_monthly"]);
  });

  it("to the year begins a new period", async () => {
    const ada = await aSubscriber("solo_monthly");
    const shown = await preview(ada, "solo", "year");
    if (shown.kind !== "now") throw new Error("A longer cadence begins at once.");
    expect(Number(shown.renewal.at)).toBeGreaterThan(Date.now() + 364 * 86_400_000);
    expect(await confirm(ada, shown.quote)).toBe("changed");
    expect(await plan(ada)).toBe("1 × solo_yearly");
  });

  it("whose card is declined leaves the old plan, and waits to be paid", async () => {
    const ada = await aSubscriber("solo_monthly");
    await useCard(ada, "pm_card_chargeCustomerFail");
    const quote = await quoteFor(ada, "company");
    expect(await confirm(ada, quote)).toBe("unpaid");
    expect(await plan(ada)).toBe("1 × solo_monthly");
    const row = await db().subscription.findUniqueOrThrow({ where: { id: ada.subscriptionId } });
    expect(row).toMatchObject({ status: "active", pendingQuantity: 1 });
    expect(row.pendingExpiresAt).not.toBeNull();
    const bill = await db().invoice.findUniqueOrThrow({ where: { id: row.latestInvoiceId ?? "" } });
    expect(bill).toMatchObject({ status: "open", amountDue: 8_500n });
    expect(await waiting(ada)).toMatchObject({
      kind: "unpaid",
      at: row.pendingExpiresAt,
      plan: { key: "company" },
      price: { unitAmount: { amount: 9_000 } },
      quantity: 1,
    });
    expect(await confirm(ada, quote)).toBe("unpaid");
    expect((await bills(ada)).filter(([status]) => status === "open")).toHaveLength(1);
  });

  it("that the bank asks about is made once the customer has answered", async () => {
    const ada = await aSubscriber("solo_monthly");
    await useCard(ada, "pm_card_authenticationRequired");
    expect(await confirm(ada, await quoteFor(ada, "company"))).toBe("unpaid");
    expect(await plan(ada)).toBe("1 × solo_monthly");
    const api = await stripe();
    const { id } = await api.paymentMethods.attach("pm_card_visa", { customer: ada.customerId });
    const { latest_invoice } = await api.subscriptions.retrieve(ada.subscriptionId);
    await api.invoices.pay(String(latest_invoice), { payment_method: id });
    await keepPlan(ada.userId, ada.subscriptionId);
    expect(await plan(ada)).toBe("1 × company_monthly");
  });

  it("costs what was shown, also when it is confirmed later", async () => {
    const ada = await aSubscriber("solo_monthly");
    const quote = readQuote(await quoteFor(ada, "company"), new Date());
    const row = await db().subscription.findUniqueOrThrow({ where: { id: ada.subscriptionId } });
    const [start, end] = [row.currentPeriodStart, row.currentPeriodEnd].map((at) => Number(at) / 1000);
    // As if it had been shown in the middle of the period.
    const prorationDate = Math.round(((start ?? 0) + (end ?? 0)) / 2);
    expect(await confirm(ada, signQuote({ ...quote, prorationDate }, new Date()))).toBe("changed");
    expect((await bills(ada))[0]).toEqual(["paid", 4_250]);
  });

  it("that Stripe does not accept says so, and changes nothing", async () => {
    const ada = await aSubscriber("solo_monthly");
    const quote = readQuote(await quoteFor(ada, "company"), new Date());
    const forGone = signQuote({ ...quote, to: { price: "price_gone", quantity: 1 } }, new Date());
    await expect(confirm(ada, forGone)).rejects.toThrow("Stripe did not accept this change");
    // Another failure is no word of Stripe's about the change.
    const { before } = local.local;
    vi.spyOn(local.local, "before").mockImplementation(async (request) => {
      if (request.method === "POST") throw ApiError.unauthorized("Invalid API Key provided");
      return before(request);
    });
    await expect(confirm(ada, signQuote(quote, new Date()))).rejects.toThrow("Invalid API Key");
    expect(await plan(ada)).toBe("1 × solo_monthly");
  });

  it("that was not paid gives way to another", async () => {
    const ada = await aSubscriber("solo_monthly");
    await useCard(ada, "pm_card_chargeCustomerFail");
    expect(await confirm(ada, await quoteFor(ada, "company"))).toBe("unpaid");
    expect(await confirm(ada, await quoteFor(ada, "team"))).toBe("unpaid");
    expect((await bills(ada)).map(([status]) => status)).toEqual(["open", "void", "paid"]);
  });

  it("that was not paid can be given up", async () => {
    const ada = await aSubscriber("solo_monthly");
    await useCard(ada, "pm_card_chargeCustomerFail");
    await confirm(ada, await quoteFor(ada, "company"));
    // Where it is paid at the same moment, there is nothing to give up.
    await setBill(ada, "paid");
    await keepPlan(ada.userId, ada.subscriptionId);
    await setBill(ada, "open");
    await keepPlan(ada.userId, ada.subscriptionId);
    expect(await db().subscription.findUniqueOrThrow({ where: { id: ada.subscriptionId } })).toMatchObject({
      pendingExpiresAt: null,
      pendingPriceId: null,
    });
    expect((await bills(ada)).map(([status]) => status)).toEqual(["void", "paid"]);
  });

  it("is charged to the customer's own card where the subscription has none", async () => {
    const ada = await aSubscriber("solo_monthly");
    const api = await stripe();
    const { default_payment_method } = await api.subscriptions.retrieve(ada.subscriptionId);
    await api.customers.update(ada.customerId, {
      invoice_settings: { default_payment_method: String(default_payment_method) },
    });
    await api.subscriptions.update(ada.subscriptionId, { default_payment_method: "" });
    expect(await confirm(ada, await quoteFor(ada, "team"))).toBe("changed");
    // A source, from before there were payment methods: the customer's, or the subscription's own.
    const { account } = local.local;
    const source = { default_source: String(default_payment_method) };
    await api.customers.update(ada.customerId, { invoice_settings: { default_payment_method: "" } });
    const customer = account.store.get("customer", ada.customerId);
    if (customer) account.change("customer", customer, source, null);
    expect(await confirm(ada, await quoteFor(ada, "company"))).toBe("changed");
    if (customer) account.change("customer", customer, { default_source: null }, null);
    const subscription = account.store.get("subscription", ada.subscriptionId);
    if (subscription) account.change("subscription", subscription, source, null);
    expect(await confirm(ada, await quoteFor(ada, "company", "year"))).toBe("changed");
  });

  it("without anything to charge says so, and changes nothing", async () => {
    const ada = await aSubscriber("solo_monthly");
    const api = await stripe();
    const { default_payment_method } = await api.subscriptions.retrieve(ada.subscriptionId);
    await api.paymentMethods.detach(String(default_payment_method));
    await expect(confirm(ada, await quoteFor(ada, "company"))).rejects.toThrow(/no payment method/);
    expect(await plan(ada)).toBe("1 × solo_monthly");
  });

  it("during a trial costs nothing yet", async () => {
    const ada = await aSubscriber("team_monthly", { trial: true, card: null, seats: 2 });
    const shown = await preview(ada, "team", "year", 3);
    expect(shown).toMatchObject({
      ...{ kind: "now", due: { amount: 0 }, credit: { amount: 0 }, lines: [] },
      renewal: { amount: { amount: 45_000 } },
    });
    expect(await confirm(ada, await quoteFor(ada, "team", "year", 3))).toBe("changed");
    expect(await plan(ada)).toBe("3 × team_yearly");
    expect(await confirm(ada, await quoteFor(ada, "solo"))).toBe("changed");
    expect(await plan(ada)).toBe("1 × solo_monthly");
    expect(await bills(ada)).toEqual([["paid", 0]]);
  });

  it("during a trial to a larger plan that is sold without one ends the trial, and is paid", async () => {
    const poor = await aSubscriber("team_monthly", { trial: true, card: null });
    await expect(confirm(poor, await quoteFor(poor, "company"))).rejects.toThrow(/no payment method/);
    expect(await plan(poor)).toBe("1 × team_monthly");
    const ada = await aSubscriber("team_monthly", { trial: true });
    const shown = await preview(ada, "company", "month");
    expect(shown).toMatchObject({
      kind: "now",
      due: { amount: 9_000 },
      renewal: { amount: { amount: 9_000 } },
      endsTrial: true,
    });
    expect(await confirm(ada, await quoteFor(ada, "company"))).toBe("changed");
    expect(await plan(ada)).toBe("1 × company_monthly");
    expect(await bills(ada)).toEqual([
      ["paid", 9_000],
      ["paid", 0],
    ]);
    expect(await db().subscription.findUnique({ where: { id: ada.subscriptionId } })).toMatchObject({
      status: "active",
    });
    // A card that is declined leaves the trial as it was.
    const late = await aSubscriber("team_monthly", { trial: true });
    await useCard(late, "pm_card_chargeCustomerFail");
    expect(await confirm(late, await quoteFor(late, "company"))).toBe("unpaid");
    expect(await plan(late)).toBe("1 × team_monthly");
    expect(await db().subscription.findUnique({ where: { id: late.subscriptionId } })).toMatchObject({
      status: "trialing",
    });
  });
});

describe("a downgrade", () => {
  it("waits for the end of the period, and then comes", async () => {
    const ada = await aSubscriber("company_monthly", { wholeIn: 10 });
    const shown = await preview(ada, "solo", "month");
    expect(shown).toMatchObject({ kind: "later", renewal: { amount: { amount: 500 } } });
    await setBill(ada, "open");
    expect(await confirm(ada, await quoteFor(ada, "solo"))).toBe("planned");
    expect(await plan(ada)).toBe("1 × company_monthly");
    const row = await db().subscription.findUniqueOrThrow({ where: { id: ada.subscriptionId } });
    expect(shown).toMatchObject({ at: row.currentPeriodEnd, renewal: { at: row.currentPeriodEnd } });
    expect(await waiting(ada)).toMatchObject({
      kind: "planned",
      at: row.currentPeriodEnd,
      plan: { key: "solo" },
      price: { unitAmount: { amount: 500 } },
      quantity: 1,
    });
    // What is owed is owed still.
    expect((await bills(ada)).map(([status]) => status)).toEqual(["open"]);
  });

  it("keeps the discount and what stands beside the plan, and lasts for a period of its own", async () => {
    const api = await stripe();
    const ada = await aSubscriber("company_yearly");
    const recurring = { interval: "year" as const };
    const product_data = { name: "Support by the year" };
    const addOn = await api.prices.create({ currency: "usd", recurring, unit_amount: 300, product_data });
    await api.subscriptionItems.create({ subscription: ada.subscriptionId, price: addOn.id });
    const coupon = await api.coupons.create({ percent_off: 20, duration: "forever" });
    await api.subscriptions.update(ada.subscriptionId, { discounts: [{ coupon: coupon.id }] });
    const { discounts } = await api.subscriptions.retrieve(ada.subscriptionId);
    expect(await preview(ada, "company", "year")).toEqual({ kind: "none" });
    expect(await preview(ada, "company", "month")).toMatchObject({ kind: "later" });
    expect(await confirm(ada, await quoteFor(ada, "solo", "year"))).toBe("planned");
    const planned = await schedule(ada);
    const { phases, end_behavior } = await api.subscriptionSchedules.retrieve(planned?.id ?? "");
    const solo = await db().price.findFirstOrThrow({ where: { lookupKey: "solo_yearly" } });
    expect(phases.map(({ items }) => items.map(({ price }) => price))[1]).toEqual([solo.id, addOn.id]);
    for (const phase of phases) expect(phase.discounts).toMatchObject([{ discount: discounts[0] }]);
    const days = phases.map(({ start_date, end_date }) => (end_date - start_date) / 86_400);
    expect(days[1]).toBeGreaterThan(364);
    expect(end_behavior).toBe("release");
  });

  it("gives up an upgrade that was not paid", async () => {
    const ada = await aSubscriber("team_monthly");
    await useCard(ada, "pm_card_chargeCustomerFail");
    expect(await confirm(ada, await quoteFor(ada, "company"))).toBe("unpaid");
    expect(await confirm(ada, await quoteFor(ada, "solo"))).toBe("planned");
    expect(await waiting(ada)).toMatchObject({ kind: "planned", plan: { key: "solo" } });
    expect((await bills(ada)).map(([status]) => status)).toEqual(["void", "paid"]);
  });

  it("confirmed five times at once is planned once", async () => {
    const ada = await aSubscriber("company_monthly");
    const quote = await quoteFor(ada, "solo");
    await Promise.all(Array.from({ length: 5 }, () => confirm(ada, quote)));
    const api = await stripe();
    expect((await api.subscriptionSchedules.list({ customer: ada.customerId })).data).toHaveLength(1);
  });

  it("can be taken back", async () => {
    const ada = await aSubscriber("company_monthly");
    await confirm(ada, await quoteFor(ada, "solo"));
    const planned = await schedule(ada);
    await setBill(ada, "open");
    await keepPlan(ada.userId, ada.subscriptionId);
    expect(await schedule(ada)).toBeNull();
    const { account } = local.local;
    const subscription = account.store.get("subscription", ada.subscriptionId);
    expect(subscription?.schedule).toBeNull();
    expect((await bills(ada)).map(([status]) => status)).toEqual(["open"]);
    // Again, also where Stripe lets go of it at the same moment.
    await keepPlan(ada.userId, ada.subscriptionId);
    if (subscription) account.change("subscription", subscription, { schedule: planned?.id ?? null }, null);
    await keepPlan(ada.userId, ada.subscriptionId);
  });

  it("confirmed again after it was taken back is not said to be planned", async () => {
    const ada = await aSubscriber("company_monthly");
    const quote = await quoteFor(ada, "solo");
    expect(await confirm(ada, quote)).toBe("planned");
    await keepPlan(ada.userId, ada.subscriptionId);
    await expect(confirm(ada, quote)).rejects.toThrow("Your plan has changed since");
    expect(await schedule(ada)).toBeNull();
  });

  it("is paid by the subscription's own card, on the day of the month that it is, and from its first day where it is another cadence", async () => {
    const api = await stripe();
    const ada = await aSubscriber("company_yearly");
    const { default_payment_method } = await api.subscriptions.retrieve(ada.subscriptionId);
    const phases = async () => {
      const planned = await schedule(ada);
      return (await api.subscriptionSchedules.retrieve(planned?.id ?? "")).phases;
    };
    await confirm(ada, await quoteFor(ada, "solo", "year"));
    expect(await phases()).toMatchObject([
      { default_payment_method },
      { default_payment_method, billing_cycle_anchor: null },
    ]);
    await confirm(ada, await quoteFor(ada, "solo", "month"));
    expect(await phases()).toMatchObject([
      { default_payment_method, billing_cycle_anchor: null },
      { default_payment_method, billing_cycle_anchor: "phase_start" },
    ]);
  });

  it("stays planned where Stripe refuses an upgrade that would have been in its place", async () => {
    const ada = await aSubscriber("company_yearly", { seats: 1 });
    await confirm(ada, await quoteFor(ada, "solo", "month"));
    const api = await stripe();
    const before = await api.subscriptionSchedules.retrieve((await schedule(ada))?.id ?? "");
    const quote = readQuote(await quoteFor(ada, "solo", "month"), new Date());
    const to = { price: "price_gone", quantity: 1 };
    await expect(confirm(ada, signQuote({ ...quote, kind: "now", to }, new Date()))).rejects.toThrow(
      "Stripe did not accept this change",
    );
    expect(await waiting(ada)).toMatchObject({ kind: "planned", plan: { key: "solo" }, quantity: 1 });
    const after = await api.subscriptionSchedules.retrieve((await schedule(ada))?.id ?? "");
    expect(after.id).not.toBe(before.id);
    expect(after.phases).toEqual(before.phases);
    expect(after.end_behavior).toBe("release");
  });

  it("gives way to another, and to an upgrade", async () => {
    const ada = await aSubscriber("team_monthly", { seats: 5 });
    await confirm(ada, await quoteFor(ada, "team", "month", 4));
    await confirm(ada, await quoteFor(ada, "team", "month", 2));
    expect((await schedule(ada))?.nextQuantity).toBe(2);
    expect(await confirm(ada, await quoteFor(ada, "team", "month", 6))).toBe("changed");
    expect(await schedule(ada)).toBeNull();
    expect(await plan(ada)).toBe("6 × team_monthly");
  });
});

describe("seats", () => {
  it("more are had at once, for their part of the period", async () => {
    const ada = await aSubscriber("team_monthly", { seats: 2 });
    const shown = await preview(ada, "team", "month", 5);
    expect(shown).toMatchObject({
      kind: "now",
      due: { amount: 4_500 },
      renewal: { amount: { amount: 7_500 } },
    });
    await confirm(ada, await quoteFor(ada, "team", "month", 5));
    expect(await plan(ada)).toBe("5 × team_monthly");
  });

  it("beyond what the plan allows are refused", async () => {
    const ada = await aSubscriber("team_monthly");
    for (const seats of [0, -1, 501])
      await expect(preview(ada, "team", "month", seats)).rejects.toThrow("Choose between 1 and 500 seats.");
    expect(await preview(ada, "team", "month", 500)).toMatchObject({ kind: "now" });
  });

  it("as many as there are is no change", async () => {
    const ada = await aSubscriber("team_monthly", { seats: 2 });
    // Also before its product is here.
    const { id } = await db().product.findFirstOrThrow({ where: { name: "Team" } });
    await db().product.update({ where: { id }, data: { id: "prod_later" } });
    expect(await preview(ada, "team", "month", 2)).toEqual({ kind: "none" });
    await db().product.update({ where: { id: "prod_later" }, data: { id } });
  });
});

describe("an offer", () => {
  it("that was touched is refused", async () => {
    const ada = await aSubscriber("solo_monthly");
    const [payload = "", signature] = (await quoteFor(ada, "company")).split(".");
    const forged = JSON.parse(Buffer.from(payload, "base64url").toString());
    forged.prorationDate += 20 * 86_400;
    const touched = Buffer.from(JSON.stringify(forged)).toString("base64url");
    for (const token of [`${touched}.${signature}`, payload, "", ".", "a.b.c", "x".repeat(1_000_000)])
      await expect(confirm(ada, token)).rejects.toThrow("This offer is not valid.");
    expect(await plan(ada)).toBe("1 × solo_monthly");
  });

  it("is good for half an hour", async () => {
    const ada = await aSubscriber("solo_monthly");
    const quote = await quoteFor(ada, "company");
    const later = new Date(Date.now() + 31 * 60_000);
    await expect(changePlan(ada.userId, quote, later)).rejects.toThrow("This offer is too old.");
  });

  it("made before another change is void", async () => {
    const ada = await aSubscriber("solo_monthly");
    const old = await quoteFor(ada, "company");
    await confirm(ada, await quoteFor(ada, "team"));
    await expect(confirm(ada, old)).rejects.toThrow("Your plan has changed since");
    expect(await plan(ada)).toBe("1 × team_monthly");
  });

  it("made before the period or the trial ended is void: it would cost another amount, or come a period late", async () => {
    const [ada, eve] = [
      await aSubscriber("company_monthly"),
      await aSubscriber("team_monthly", { trial: true }),
    ];
    const [planned, free] = [await quoteFor(ada, "solo"), await quoteFor(eve, "team", "month", 3)];
    const { account } = local.local;
    for (const { subscriptionId } of [eve, ada]) {
      const [item] = account.store.get("subscription", subscriptionId)?.items.data ?? [];
      await advanceAccount(account, (item?.current_period_end ?? 0) + 7_200);
    }
    await expect(confirm(ada, planned)).rejects.toThrow("Your plan has changed since");
    await expect(confirm(eve, free)).rejects.toThrow("Your plan has changed since");
    expect(await plan(eve)).toBe("1 × team_monthly");
    expect(await schedule(ada)).toBeNull();
  });

  it("is the user's alone", async () => {
    const [ada, eve] = [await aSubscriber("solo_monthly"), await aSubscriber("solo_monthly")];
    const quote = await quoteFor(ada, "company");
    await expect(confirm(eve, quote)).rejects.toThrow("You have no such subscription.");
    await expect(preview({ ...eve, subscriptionId: ada.subscriptionId }, "company", "month")).rejects.toThrow(
      "You have no such subscription.",
    );
    expect(await plan(ada)).toBe("1 × solo_monthly");
  });
});

it("somebody else's subscription is not even asked about", async () => {
  const [ada, eve] = [await aSubscriber("company_monthly"), await aSubscriber("solo_monthly")];
  local.api.requests.length = 0;
  await expect(keepPlan(eve.userId, ada.subscriptionId)).rejects.toThrow("You have no such subscription.");
  expect(local.api.requests).toEqual([]);
  // Not even where a row says that it is theirs.
  await db().subscription.update({
    where: { id: ada.subscriptionId },
    data: { customerId: eve.customerId },
  });
  await expect(keepPlan(eve.userId, ada.subscriptionId)).rejects.toThrow("another user");
});

it("a downgrade can follow on a downgrade that came a moment ago", async () => {
  const ada = await aSubscriber("company_monthly");
  await confirm(ada, await quoteFor(ada, "team"));
  const { account } = local.local;
  const { currentPeriodEnd } = await db().subscription.findUniqueOrThrow({
    where: { id: ada.subscriptionId },
  });
  await advanceAccount(account, Number(currentPeriodEnd) / 1000 + 3_600);
  await syncSubscription(ada.subscriptionId);
  expect(await plan(ada)).toBe("1 × team_monthly");
  expect(await confirm(ada, await quoteFor(ada, "solo"))).toBe("planned");
  expect(await waiting(ada)).toMatchObject({ kind: "planned", plan: { key: "solo" } });
  expect(await plan(ada)).toBe("1 × team_monthly");
  const { phases } = await (await stripe()).subscriptionSchedules.retrieve((await schedule(ada))?.id ?? "");
  const last = phases.at(-1);
  expect(((last?.end_date ?? 0) - (last?.start_date ?? 0)) / 86_400).toBeLessThan(32);
});
