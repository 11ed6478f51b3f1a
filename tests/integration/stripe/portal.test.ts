import type Stripe from "stripe";
import { beforeEach, describe, expect, test } from "vitest";
import { ASKS_OWNER, card, DECLINED, DECLINED_LATER, GOOD, submit, visit } from "./pages-support";
import { useLocalStripe } from "./support";

const it = useLocalStripe();
const DAY = 24 * 60 * 60;
const BACK = "http://127.0.0.1:3000/dashboard";

let customer: Stripe.Customer;
let team: Stripe.Price;
let solo: Stripe.Price;
let subscription: Stripe.Subscription;

beforeEach(async () => {
  const { stripe } = it;
  const monthly = async (name: string, unit_amount: number) => {
    const product = await stripe.products.create({ name });
    return stripe.prices.create({
      product: product.id,
      currency: "usd",
      unit_amount,
      recurring: { interval: "month" },
    });
  };
  team = await monthly("Team", 3000);
  solo = await monthly("Solo", 1200);
  customer = await stripe.customers.create({ email: "ada@example.com", name: "Ada <b>Lovelace</b>" });
  const method = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
  subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: solo.id }],
    default_payment_method: method.id,
  });
  it.events().length = 0;
});

const enter = (more: Stripe.BillingPortal.SessionCreateParams = {}) => enterWith(more);

/** Whatever it is: also what does not compile. */
const enterWith = (more: object) =>
  it.stripe.billingPortal.sessions.create({ customer: customer.id, return_url: BACK, ...more });
const url = (path: string | null) => new URL(path ?? "", it.local.url).href;
const now = () => it.stripe.subscriptions.retrieve(subscription.id);
const errand = ({ url }: { url: string }, what: string) => `${url}/subscriptions/${subscription.id}/${what}`;

describe("a configuration", () => {
  const all: Stripe.BillingPortal.ConfigurationCreateParams = {
    business_profile: { headline: "Cairn", privacy_policy_url: "https://example.com/privacy" },
    default_return_url: BACK,
    features: {
      customer_update: { enabled: true, allowed_updates: ["email"] },
      invoice_history: { enabled: true },
      payment_method_update: { enabled: true },
      subscription_cancel: { enabled: true, mode: "immediately" },
    },
  };

  test("is made, changed, found and listed", async () => {
    const made = await it.stripe.billingPortal.configurations.create(all);
    expect(made).toMatchObject({
      active: true,
      is_default: false,
      default_return_url: BACK,
      business_profile: { headline: "Cairn", terms_of_service_url: null },
      features: {
        subscription_cancel: { enabled: true, mode: "immediately", proration_behavior: "none" },
        subscription_update: { enabled: false },
      },
    });
    const changed = await it.stripe.billingPortal.configurations.update(made.id, {
      metadata: { a: "1" },
      features: { invoice_history: { enabled: false } },
    });
    expect(changed).toMatchObject({
      metadata: { a: "1" },
      features: { invoice_history: { enabled: false }, payment_method_update: { enabled: true } },
    });
    expect(await it.stripe.billingPortal.configurations.retrieve(made.id)).toEqual(changed);
    expect(it.eventTypes()).toEqual([
      "billing_portal.configuration.created",
      "billing_portal.configuration.updated",
    ]);
  });

  test("exists from the beginning, as the default", async () => {
    const { data } = await it.stripe.billingPortal.configurations.list({ is_default: true });
    expect(data).toMatchObject([{ is_default: true, active: true }]);
    const session = await enter();
    expect(session.configuration).toBe(data[0]?.id);
  });

  test("is refused if plans are to be switched but none is named", async () => {
    const features = { subscription_update: { enabled: true, default_allowed_updates: ["price" as const] } };
    await expect(it.stripe.billingPortal.configurations.create({ features })).rejects.toMatchObject({
      param: "features[subscription_update][products]",
      code: "parameter_missing",
    });
  });

  test("says what the portal offers", async () => {
    const made = await it.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
    });
    const session = await enter({ configuration: made.id });
    const { html } = await visit(session.url);
    expect(html).toContain("Invoices");
    for (const word of ["Cancel plan", "Update plan", "Add payment method", "Update details"]) {
      expect(html).not.toContain(word);
    }
    const canceled = await submit(errand(session, "cancel"), {});
    expect(canceled.status).toBe(303);
    expect(await now()).toMatchObject({ cancel_at: null, status: "active" });
  });
});

describe("a portal session", () => {
  test("leads to a page with plan, next charge, card, invoices, and the way back", async () => {
    const session = await enter();
    expect(session).toMatchObject({
      object: "billing_portal.session",
      customer: customer.id,
      return_url: BACK,
      flow: null,
      url: expect.stringContaining(`${it.local.url}/portal/bps_`),
    });
    expect(it.eventTypes()).toEqual(["billing_portal.session.created"]);
    const { html } = await visit(session.url);
    expect(html).toContain("Solo");
    expect(html).toMatch(/Renews on .* for .*\$12\.00/);
    expect(html).toContain("Visa ending in 4242");
    expect(html).toContain(BACK);
    const { data } = await it.stripe.invoices.list({ customer: customer.id });
    expect(html).toContain(`href="${data[0]?.hosted_invoice_url}"`);
  });

  test("shows names as text", async () => {
    const { html } = await visit((await enter()).url);
    expect(html).toContain("Ada &lt;b&gt;Lovelace&lt;/b&gt;");
  });

  test.each([
    ["nobody", { customer: undefined }, "Missing required param: customer."],
    ["somebody unknown", { customer: "cus_no" }, "No such customer: 'cus_no'"],
    ["an unknown configuration", { configuration: "bpc_no" }, "No such configuration: 'bpc_no'"],
    ["an address that is none", { return_url: "dashboard" }, "Not a valid URL"],
  ])("is refused for %s", async (_, more, message) => {
    await expect(enterWith(more)).rejects.toMatchObject({ message });
  });

  test("closes after an hour without a visit, and says so with the way back", async () => {
    const session = await enter();
    it.local.account.store.note(session.id, { portalUsedAt: session.created - 60 * 60 });
    expect(await visit(session.url)).toMatchObject({
      status: 410,
      html: expect.stringContaining(BACK),
    });
    expect((await submit(errand(session, "cancel"), {})).status).toBe(410);
    expect((await visit(url("/portal/bps_no"))).status).toBe(404);
  });

  test("reaches nobody else's subscription", async () => {
    const other = await it.stripe.customers.create();
    const session = await enter({ customer: other.id });
    expect((await submit(errand(session, "cancel"), {})).status).toBe(404);
    expect(await now()).toMatchObject({ cancel_at: null });
  });
});

describe("cancelling", () => {
  test("sets an end and says so by the date alone, and can be taken back", async () => {
    const session = await enter();
    const before = await now();
    const done = await submit(errand(session, "cancel"), {
      feedback: "too_expensive",
      comment: "Sorry",
    });
    expect(done.to).toContain("done=canceled");
    expect(await now()).toMatchObject({
      status: "active",
      cancel_at: before.items.data[0]?.current_period_end,
      cancel_at_period_end: false,
      cancellation_details: {
        comment: "Sorry",
        feedback: "too_expensive",
        reason: "cancellation_requested",
      },
    });
    expect(it.eventTypes().slice(-1)).toEqual(["customer.subscription.updated"]);
    const page = await visit(url(done.to));
    expect(page.html).toContain("Your plan is canceled.");
    expect(page.html).toContain("Don&#39;t cancel");

    await submit(errand(session, "keep"), {});
    expect(await now()).toMatchObject({ cancel_at: null, canceled_at: null });
    expect((await visit(session.url)).html).toContain("Renews on");
  });

  test("ends the subscription when the period is over", async () => {
    await submit(errand(await enter(), "cancel"), {});
    await it.advance(32 * DAY);
    expect(await now()).toMatchObject({ status: "canceled" });
    expect(it.eventTypes()).toContain("customer.subscription.deleted");
  });

  test("ends it at once where the configuration says so", async () => {
    const { id } = await it.stripe.billingPortal.configurations.create({
      features: { subscription_cancel: { enabled: true, mode: "immediately" } },
    });
    await submit(errand(await enter({ configuration: id }), "cancel"), {});
    expect(await now()).toMatchObject({ status: "canceled" });
  });
});

describe("switching plans", () => {
  const chargingForTeam = () => ({
    enabled: true,
    default_allowed_updates: ["price" as const],
    proration_behavior: "always_invoice" as const,
    products: [{ product: String(team.product), prices: [team.id] }],
  });

  test("shows the plans, then what it costs, then does it", async () => {
    const session = await enter();
    const list = await visit(errand(session, "update"));
    expect(list.html).toContain("Team");
    expect(list.html).toMatch(/Solo.*your plan/);
    const confirm = await visit(`${errand(session, "confirm")}?price=${team.id}`);
    expect(confirm.html).toMatch(/\$18\.00 for the rest of this period is added to your next invoice/);
    expect(await now()).toMatchObject({ items: { data: [{ price: { id: solo.id } }] } });
    expect(it.eventTypes()).toEqual(["billing_portal.session.created"]);

    const done = await submit(errand(session, "confirm"), { price: team.id });
    expect(done.to).toContain("done=updated");
    expect(await now()).toMatchObject({ items: { data: [{ price: { id: team.id } }] } });
  });

  test("offers only what the configuration names, and charges at once where it says so", async () => {
    const { id } = await it.stripe.billingPortal.configurations.create({
      features: { subscription_update: chargingForTeam() },
    });
    const session = await enter({ configuration: id });
    const confirm = await visit(`${errand(session, "confirm")}?price=${team.id}`);
    expect(confirm.html).toMatch(/Due today<\/span><span[^>]*>\$18\.00/);
    await submit(errand(session, "confirm"), { price: team.id });
    const [invoice] = (await it.stripe.invoices.list({ customer: customer.id })).data;
    expect(invoice).toMatchObject({
      status: "paid",
      amount_paid: 1800,
      billing_reason: "subscription_update",
    });
    const refused = await submit(errand(session, "confirm"), { price: solo.id });
    expect(refused.html).toContain("This plan is not offered.");
  });

  test("changes nothing where the payment that is due is declined", async () => {
    const { id } = await it.stripe.billingPortal.configurations.create({
      features: {
        payment_method_update: { enabled: true },
        subscription_update: chargingForTeam(),
      },
    });
    const session = await enter({ configuration: id });
    await submit(`${session.url}/payment-method`, card(DECLINED_LATER));
    const refused = await submit(errand(session, "confirm"), { price: team.id });
    expect(refused.html).toContain("Your card was declined.");
    expect(await now()).toMatchObject({ items: { data: [{ price: { id: solo.id } }] } });
  });
});

describe("payment methods", () => {
  const add = async (number: string, more = {}) => {
    const session = await enter();
    return { session, seen: await submit(`${session.url}/payment-method`, card(number, more)) };
  };

  test("a new card becomes the one that customer and subscription are charged by", async () => {
    const { seen } = await add("5555 5555 5555 4444");
    expect(seen.to).toContain("done=saved");
    const after = await it.stripe.customers.retrieve(customer.id, {
      expand: ["invoice_settings.default_payment_method"],
    });
    expect(after).toMatchObject({
      invoice_settings: { default_payment_method: { card: { brand: "mastercard" } } },
    });
    expect(after).toMatchObject({
      invoice_settings: { default_payment_method: { id: (await now()).default_payment_method } },
    });
    expect(it.eventTypes()).toEqual([
      "billing_portal.session.created",
      "setup_intent.created",
      "payment_method.attached",
      "setup_intent.succeeded",
      "customer.updated",
      "customer.subscription.updated",
    ]);
  });

  test("a card that is declined is refused, and nothing changes", async () => {
    const { seen } = await add(DECLINED);
    expect(seen).toMatchObject({ status: 402, html: expect.stringContaining("Your card was declined.") });
    expect(await now()).toMatchObject({ default_payment_method: subscription.default_payment_method });
  });

  test("what is wrong with the form is said beside its field", async () => {
    const { seen } = await add("4242 4242 4242 4241", { cvc: "1" });
    expect(seen.status).toBe(422);
    expect(seen.html).toMatch(/aria-describedby="number-error"/);
    expect(seen.html).toMatch(/id="number-error"[^>]*>Your card number is incorrect\./);
  });

  test("a card whose owner is asked goes by way of the bank's page", async () => {
    const { seen } = await add(ASKS_OWNER);
    const back = await submit(url(seen.to), { answer: "complete" });
    expect(back.to).toContain("redirect_status=succeeded");
    expect((await visit(url(back.to))).to).toContain("done=saved");
    const { default_payment_method } = await now();
    const method = await it.stripe.paymentMethods.retrieve(String(default_payment_method));
    expect(method.card?.last4).toBe("3155");
  });

  test("a card whose owner says no is not saved", async () => {
    const { seen } = await add(ASKS_OWNER);
    const back = await submit(url(seen.to), { answer: "fail" });
    expect((await visit(url(back.to))).html).toContain("could not confirm that the card is yours");
    expect(await now()).toMatchObject({ default_payment_method: subscription.default_payment_method });
  });

  test("another one can be made the default, and the former removed", async () => {
    const { session } = await add(GOOD);
    const former = String(subscription.default_payment_method);
    await submit(`${session.url}/payment-method/${former}`, { do: "remove" });
    const left = await it.stripe.customers.listPaymentMethods(customer.id);
    expect(left.data).toHaveLength(1);
    expect(it.eventTypes().at(-1)).toBe("payment_method.detached");
    await submit(`${session.url}/payment-method/${left.data[0]?.id}`, { do: "remove" });
    expect((await it.stripe.customers.listPaymentMethods(customer.id)).data).toHaveLength(1);
  });
});

test("billing details are changed, as far as the configuration allows", async () => {
  const session = await enter();
  const bad = await submit(`${session.url}/details`, { email: "ada", name: "Ada" });
  expect(bad.html).toMatch(/id="email-error"/);
  await submit(`${session.url}/details`, {
    name: "Ada King",
    email: "ada@king.example",
    line1: "St James's Square 12",
    city: "London",
    country: "gb",
  });
  expect(await it.stripe.customers.retrieve(customer.id)).toMatchObject({
    name: "Ada King",
    email: "ada@king.example",
    address: { line1: "St James's Square 12", city: "London", country: "GB", postal_code: null },
  });
  expect(it.eventTypes().at(-1)).toBe("customer.updated");
});

test("an invoice that is not paid is shown with the way to pay it", async () => {
  const session = await enter();
  await submit(`${session.url}/payment-method`, card(DECLINED_LATER));
  await it.advance(32 * DAY);
  const { html } = await visit(session.url);
  expect(html).toContain("Payment overdue");
  expect(html).toMatch(/of \$12\.00 is not paid yet\..*Pay it now/);
});

describe("an errand of its own", () => {
  test("goes straight to cancelling, and back to the app when it is done", async () => {
    const session = await enter({
      flow_data: {
        type: "subscription_cancel",
        subscription_cancel: { subscription: subscription.id },
        after_completion: { type: "redirect", redirect: { return_url: `${BACK}?canceled` } },
      },
    });
    expect(session.flow).toMatchObject({
      type: "subscription_cancel",
      subscription_cancel: { subscription: subscription.id },
    });
    expect((await visit(session.url)).to).toBe(
      `/portal/${session.id}/subscriptions/${subscription.id}/cancel`,
    );
    expect((await submit(errand(session, "cancel"), {})).to).toBe(`${BACK}?canceled`);
    await expect(
      enter({
        flow_data: { type: "subscription_cancel", subscription_cancel: { subscription: subscription.id } },
      }),
    ).rejects.toMatchObject({ message: expect.stringContaining("already set to be canceled") });
  });

  test("confirms one switch", async () => {
    const session = await enter({
      flow_data: {
        type: "subscription_update_confirm",
        subscription_update_confirm: {
          subscription: subscription.id,
          items: [{ id: subscription.items.data[0]?.id ?? "", price: team.id, quantity: 1 }],
        },
      },
    });
    const { to } = await visit(session.url);
    expect(to).toContain(`/confirm?price=${team.id}&quantity=1`);
    expect((await visit(url(to))).html).toContain("Confirm your new plan");
  });

  test("adds a card, and says when it is done", async () => {
    const session = await enter({
      flow_data: {
        type: "payment_method_update",
        after_completion: {
          type: "hosted_confirmation",
          hosted_confirmation: { custom_message: "Thank you!" },
        },
      },
    });
    const done = await submit(`${session.url}/payment-method`, card(GOOD));
    expect(done.html).toContain("Thank you!");
  });
});
