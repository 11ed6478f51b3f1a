import type Stripe from "stripe";
import { beforeEach, describe, expect, test } from "vitest";
import { ASKS_OWNER, card, DECLINED, DECLINED_LATER, GOOD, submit, visit } from "./pages-support";
import { useLocalStripe } from "./support";

const it = useLocalStripe();

let plan: Stripe.Price;
let book: Stripe.Price;

beforeEach(async () => {
  const monthly = await it.stripe.products.create({ name: "Team" });
  plan = await it.stripe.prices.create({
    product: monthly.id,
    currency: "usd",
    unit_amount: 1500,
    recurring: { interval: "month" },
  });
  const paper = await it.stripe.products.create({ name: "Handbook" });
  book = await it.stripe.prices.create({ product: paper.id, currency: "usd", unit_amount: 2000 });
  it.events().length = 0;
});

const urls = {
  success_url: "http://127.0.0.1:3000/done?session={CHECKOUT_SESSION_ID}",
  cancel_url: "http://127.0.0.1:3000/pricing",
};

const subscribe = (more: Stripe.Checkout.SessionCreateParams = {}) => subscribeWith(more);

/** Whatever it is: also what does not compile. */
const subscribeWith = (more: object) =>
  it.stripe.checkout.sessions.create({
    mode: "subscription",
    line_items: [{ price: plan.id, quantity: 1 }],
    ...urls,
    ...more,
  });

const buy = (more: Stripe.Checkout.SessionCreateParams = {}) =>
  it.stripe.checkout.sessions.create({
    mode: "payment",
    line_items: [{ price: book.id, quantity: 2 }],
    ...urls,
    ...more,
  });

const pageOf = ({ id }: { id: string }) => `${it.local.url}/pay/${id}`;
const pay = (session: { id: string }, number = GOOD, more = {}) =>
  submit(pageOf(session), card(number, { email: "ada@example.com", ...more }));
const again = ({ id }: { id: string }) => it.stripe.checkout.sessions.retrieve(id);

describe("a session", () => {
  test("says what it sells, where it is paid, and that nobody paid yet", async () => {
    const session = await subscribe({ client_reference_id: "user_1", metadata: { from: "pricing" } });
    expect(session).toMatchObject({
      id: expect.stringMatching(/^cs_test_/),
      mode: "subscription",
      status: "open",
      payment_status: "unpaid",
      url: pageOf(session),
      amount_subtotal: 1500,
      amount_total: 1500,
      currency: "usd",
      client_reference_id: "user_1",
      metadata: { from: "pricing" },
      customer: null,
      subscription: null,
      ui_mode: "hosted_page",
    });
    expect(session.expires_at).toBe(session.created + 24 * 60 * 60);
    expect(session).not.toHaveProperty("line_items");
    expect(it.eventTypes()).toEqual([]);
  });

  test("shows its line items when they are asked for", async () => {
    const { id } = await subscribe();
    const { line_items } = await it.stripe.checkout.sessions.retrieve(id, { expand: ["line_items"] });
    expect(line_items?.data).toMatchObject([
      { object: "item", description: "Team", quantity: 1, amount_total: 1500, price: { id: plan.id } },
    ]);
    const listed = await it.stripe.checkout.sessions.listLineItems(id);
    expect(listed.data).toEqual(line_items?.data);
  });

  test("sells what has no price of its own in the catalogue", async () => {
    const session = await it.stripe.checkout.sessions.create({
      mode: "payment",
      ...urls,
      line_items: [
        { quantity: 3, price_data: { currency: "eur", unit_amount: 700, product_data: { name: "Mug" } } },
      ],
    });
    expect(session).toMatchObject({ amount_total: 2100, currency: "eur" });
    expect((await visit(pageOf(session))).html).toContain("Mug");
  });

  test("is found in lists by its customer, its status and its subscription", async () => {
    const customer = await it.stripe.customers.create({ email: "ada@example.com" });
    const one = await subscribe({ customer: customer.id });
    const other = await subscribe();
    await pay(other);
    const { subscription } = await again(other);
    const ids = async (params: Stripe.Checkout.SessionListParams) =>
      (await it.stripe.checkout.sessions.list(params)).data.map(({ id }) => id);
    expect(await ids({})).toEqual([other.id, one.id]);
    expect(await ids({ customer: customer.id })).toEqual([one.id]);
    expect(await ids({ status: "complete" })).toEqual([other.id]);
    expect(await ids({ subscription: String(subscription) })).toEqual([other.id]);
  });

  test.each([
    ["no success_url", { success_url: undefined }, "success_url", "Missing required param: success_url."],
    ["no scheme", { success_url: "example.com" }, "success_url", "An explicit scheme (such as https)"],
    ["no items", { line_items: [] }, "line_items", "Missing required param: line_items."],
    [
      "an unknown price",
      { line_items: [{ price: "price_no", quantity: 1 }] },
      "line_items[0][price]",
      "No such price",
    ],
    ["an unknown customer", { customer: "cus_no" }, "customer", "No such customer: 'cus_no'"],
    ["an unknown parameter", { colour: "red" }, "colour", "Received unknown parameter: colour"],
    [
      "types of payment methods, which endive took away",
      { payment_method_types: ["card"] },
      "payment_method_types",
      "Received unknown parameter: payment_method_types",
    ],
    [
      "an end that is too near",
      { expires_at: Math.floor(Date.now() / 1000) + 60 },
      "expires_at",
      "at least 30 minutes",
    ],
    [
      "an end that is too far",
      { expires_at: Math.floor(Date.now() / 1000) + 90_000 },
      "expires_at",
      "less than 24 hours",
    ],
    ["an email that is none", { customer_email: "ada" }, "customer_email", "Invalid email address: ada"],
    [
      "an unknown promotion code",
      { discounts: [{ promotion_code: "promo_no" }] },
      undefined,
      "No such promotion code",
    ],
  ])("is refused with %s", async (_, params, param, message) => {
    await expect(subscribeWith(params)).rejects.toMatchObject({
      type: "StripeInvalidRequestError",
      message: expect.stringContaining(message),
      ...(param === undefined ? {} : { param }),
    });
    expect(it.local.account.store.count("checkout.session")).toBe(0);
  });

  test("wants a recurring price for a subscription, and none for a payment", async () => {
    await expect(subscribe({ line_items: [{ price: book.id, quantity: 1 }] })).rejects.toMatchObject({
      message: "You must provide at least one recurring price in `subscription` mode when using prices.",
    });
    await expect(buy({ line_items: [{ price: plan.id, quantity: 1 }] })).rejects.toMatchObject({
      message: expect.stringContaining("You specified `payment` mode but passed a recurring price."),
    });
  });

  test("changes its metadata and nothing else", async () => {
    const { id } = await subscribe({ metadata: { a: "1" } });
    const changed = await it.stripe.checkout.sessions.update(id, { metadata: { b: "2" } });
    expect(changed.metadata).toEqual({ a: "1", b: "2" });
    expect(it.eventTypes()).toEqual([]);
  });
});

describe("paying for a subscription", () => {
  test("makes customer, subscription and invoice, and sends the customer on", async () => {
    const session = await subscribe({
      client_reference_id: "user_1",
      subscription_data: { metadata: { team: "7" }, description: "For the team" },
    });
    const paid = await pay(session);
    expect(paid).toMatchObject({ status: 303, to: `http://127.0.0.1:3000/done?session=${session.id}` });

    const after = await it.stripe.checkout.sessions.retrieve(session.id, {
      expand: ["subscription.default_payment_method", "customer", "invoice"],
    });
    expect(after).toMatchObject({
      status: "complete",
      payment_status: "paid",
      url: null,
      customer_details: { email: "ada@example.com", name: "Ada Lovelace" },
      customer: { email: "ada@example.com", name: "Ada Lovelace" },
      subscription: {
        status: "active",
        metadata: { team: "7" },
        description: "For the team",
        default_payment_method: { type: "card", card: { last4: "4242" } },
      },
      invoice: { status: "paid", amount_paid: 1500, billing_reason: "subscription_create" },
    });
  });

  test("sends the events of Stripe in its order: the subscription begins incomplete and becomes active", async () => {
    await pay(await subscribe());
    expect(it.eventTypes()).toEqual([
      "customer.created",
      "payment_intent.created",
      "payment_method.attached",
      "charge.succeeded",
      "payment_intent.succeeded",
      "invoice.created",
      "invoice.finalized",
      "customer.subscription.created",
      "invoice_payment.paid",
      "invoice.updated",
      "invoice.paid",
      "invoice.payment_succeeded",
      "customer.subscription.updated",
      "checkout.session.completed",
    ]);
    const created = it.events().find(({ type }) => type === "customer.subscription.created");
    const updated = it.events().find(({ type }) => type === "customer.subscription.updated");
    expect(created?.object).toMatchObject({ status: "incomplete" });
    expect(updated).toMatchObject({ object: { status: "active" }, previous: { status: "incomplete" } });
  });

  test("charges once, and the one payment is the invoice's", async () => {
    const session = await subscribe();
    await pay(session);
    const { data } = await it.stripe.charges.list();
    expect(data).toMatchObject([{ amount: 1500, paid: true }]);
    const { invoice, customer } = await again(session);
    const payments = await it.stripe.invoicePayments.list({ invoice: String(invoice) });
    expect(payments.data).toMatchObject([
      { status: "paid", payment: { payment_intent: data[0]?.payment_intent } },
    ]);
    expect(data[0]?.customer).toBe(customer);
  });

  test("goes to the customer that the app named, whose email is not up for change", async () => {
    const customer = await it.stripe.customers.create({ email: "grace@example.com" });
    const session = await subscribe({ customer: customer.id });
    expect((await visit(pageOf(session))).html).toMatch(/value="grace@example.com"[^>]*readonly/);
    await pay(session, GOOD, { email: "other@example.com" });
    expect(await again(session)).toMatchObject({
      customer: customer.id,
      customer_details: { email: "grace@example.com" },
    });
    expect(it.local.account.store.count("customer")).toBe(1);
  });

  test("does not begin with a card that is declined: the page says so, and another card may pay", async () => {
    const session = await subscribe();
    const refused = await pay(session, DECLINED);
    expect(refused.status).toBe(402);
    expect(refused.html).toContain("Your card was declined.");
    expect(refused.html).toContain('value="ada@example.com"');
    expect(refused.html).not.toContain('value="4000 0000 0000 0002"');
    expect(it.eventTypes()).toEqual([
      "payment_intent.created",
      "charge.failed",
      "payment_intent.payment_failed",
    ]);
    expect(it.local.account.store.count("customer")).toBe(0);
    expect(it.local.account.store.count("subscription")).toBe(0);
    expect(await again(session)).toMatchObject({ status: "open", subscription: null });

    expect((await pay(session)).status).toBe(303);
    expect(await again(session)).toMatchObject({ status: "complete", payment_status: "paid" });
    expect(it.local.account.store.count("payment_intent")).toBe(1);
  });

  test("does not begin either with a card that could be attached but not charged", async () => {
    const session = await subscribe();
    expect((await pay(session, DECLINED_LATER)).status).toBe(402);
    expect(it.local.account.store.count("subscription")).toBe(0);
  });

  test("waits for a card's owner, and goes on when they say yes", async () => {
    const session = await subscribe();
    const asked = await pay(session, ASKS_OWNER);
    expect(asked).toMatchObject({ status: 303, to: expect.stringMatching(/^\/authenticate\/pi_/) });
    expect(it.local.account.store.count("subscription")).toBe(0);
    const bank = await visit(it.local.url + asked.to);
    expect(bank.html).toContain("$15.00");

    const done = await submit(it.local.url + asked.to, { answer: "complete" });
    expect(done).toMatchObject({ status: 303, to: `http://127.0.0.1:3000/done?session=${session.id}` });
    const after = await it.stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription"] });
    expect(after).toMatchObject({ status: "complete", subscription: { status: "active" } });
    const charges = await it.stripe.charges.list();
    expect(charges.data).toMatchObject([{ amount: 1500, customer: after.customer }]);
    expect(it.eventTypes().at(-1)).toBe("checkout.session.completed");
  });

  test("comes back to the page when a card's owner says no", async () => {
    const session = await subscribe();
    const asked = await pay(session, ASKS_OWNER);
    const back = await submit(it.local.url + asked.to, { answer: "fail" });
    expect(back.to).toBe(`/pay/${session.id}?failed`);
    expect((await visit(it.local.url + back.to)).html).toContain("could not confirm that the card is yours");
    expect(await again(session)).toMatchObject({ status: "open" });
    expect((await pay(session)).status).toBe(303);
  });

  test("submitted twice at once is paid once, and both times leads on", async () => {
    const session = await subscribe();
    const both = await Promise.all([pay(session), pay(session)]);
    expect(both.map(({ to }) => to)).toEqual(
      Array(2).fill(`http://127.0.0.1:3000/done?session=${session.id}`),
    );
    expect(it.local.account.store.count("charge")).toBe(1);
    expect(it.local.account.store.count("subscription")).toBe(1);
  });

  test("waits for the app's answer to checkout.session.completed before it sends the customer on", async () => {
    const receiver = await it.listen();
    const endpoint = await it.stripe.webhookEndpoints.create({
      url: receiver.url,
      enabled_events: ["checkout.session.completed"],
    });
    receiver.secret = endpoint.secret ?? "";
    await pay(await subscribe());
    expect(receiver.eventTypes()).toEqual(["checkout.session.completed"]);
  });
});

describe("a trial", () => {
  const trial = (more: Stripe.Checkout.SessionCreateParams = {}) =>
    subscribe({ subscription_data: { trial_period_days: 14 }, ...more });

  test("costs nothing today, and saves the card for its end", async () => {
    const session = await trial();
    expect(session).toMatchObject({ amount_total: 0 });
    const page = await visit(pageOf(session));
    expect(page.html).toContain("Start trial");
    expect(page.html).toContain("then $15.00 per month");
    await pay(session);
    const after = await it.stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription"] });
    expect(after).toMatchObject({
      payment_status: "no_payment_required",
      subscription: { status: "trialing", default_payment_method: expect.stringMatching(/^pm_/) },
    });
    expect(it.local.account.store.count("charge")).toBe(0);
    expect(it.eventTypes()).toContain("payment_method.attached");

    await it.advance(15 * 24 * 60 * 60);
    const [charge] = (await it.stripe.charges.list()).data;
    expect(charge).toMatchObject({ amount: 1500, paid: true });
  });

  test("refuses a card that is declined at once", async () => {
    const session = await trial();
    const refused = await pay(session, DECLINED);
    expect(refused).toMatchObject({ status: 402, html: expect.stringContaining("Your card was declined.") });
    expect(it.local.account.store.count("subscription")).toBe(0);
  });

  test("asks a card's owner whether it may be charged later", async () => {
    const session = await trial();
    const asked = await pay(session, ASKS_OWNER);
    expect(asked.to).toMatch(/^\/authenticate\/seti_/);
    await submit(it.local.url + asked.to, { answer: "complete" });
    await it.advance(15 * 24 * 60 * 60);
    const [charge] = (await it.stripe.charges.list()).data;
    expect(charge).toMatchObject({ amount: 1500, paid: true });
  });

  test("needs no card where the app does not want one yet", async () => {
    const session = await trial({ payment_method_collection: "if_required" });
    expect((await visit(pageOf(session))).html).not.toContain("Card number");
    expect((await submit(pageOf(session), { email: "ada@example.com" })).status).toBe(303);
    const after = await it.stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription"] });
    expect(after.subscription).toMatchObject({ status: "trialing", default_payment_method: null });
  });
});

describe("a payment", () => {
  test("is a guest's, unless the app wants a customer", async () => {
    const session = await buy({ payment_intent_data: { metadata: { order: "9" }, description: "Books" } });
    await pay(session);
    const after = await it.stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });
    expect(after).toMatchObject({
      payment_status: "paid",
      customer: null,
      amount_total: 4000,
      payment_intent: { status: "succeeded", amount: 4000, metadata: { order: "9" }, description: "Books" },
    });
    expect(it.eventTypes()).toEqual([
      "payment_intent.created",
      "charge.succeeded",
      "payment_intent.succeeded",
      "checkout.session.completed",
    ]);
  });

  test("makes a customer, and keeps the card, where the app says so", async () => {
    const session = await buy({
      customer_creation: "always",
      payment_intent_data: { setup_future_usage: "off_session" },
    });
    await pay(session);
    const { customer } = await again(session);
    const methods = await it.stripe.customers.listPaymentMethods(String(customer));
    expect(methods.data).toMatchObject([{ card: { last4: "4242" } }]);
  });
});

describe("setup mode", () => {
  test("saves a card and charges nothing", async () => {
    const customer = await it.stripe.customers.create({ email: "ada@example.com" });
    const session = await it.stripe.checkout.sessions.create({
      mode: "setup",
      currency: "usd",
      customer: customer.id,
      ...urls,
    });
    await pay(session);
    const after = await it.stripe.checkout.sessions.retrieve(session.id, { expand: ["setup_intent"] });
    expect(after).toMatchObject({
      status: "complete",
      payment_status: "no_payment_required",
      setup_intent: { status: "succeeded", customer: customer.id },
    });
    const methods = await it.stripe.customers.listPaymentMethods(customer.id);
    expect(methods.data).toHaveLength(1);
    expect(it.eventTypes().slice(-2)).toEqual(["setup_intent.succeeded", "checkout.session.completed"]);
  });
});

describe("a discount", () => {
  const half = () => it.stripe.coupons.create({ percent_off: 50, duration: "once" });
  const code = async (more: Partial<Stripe.PromotionCodeCreateParams> = {}) =>
    it.stripe.promotionCodes.create({
      promotion: { type: "coupon", coupon: (await half()).id },
      code: "HALF",
      ...more,
    });
  const enter = (session: { id: string }, promotion: string) =>
    submit(`${pageOf(session)}/promotion`, { promotion });

  test("of a coupon is taken off at once", async () => {
    const session = await subscribe({ discounts: [{ coupon: (await half()).id }] });
    expect(session).toMatchObject({ amount_total: 750, total_details: { amount_discount: 750 } });
    await pay(session);
    expect((await it.stripe.charges.list()).data).toMatchObject([{ amount: 750 }]);
  });

  test("of a promotion code is typed in, and can be taken back", async () => {
    await code();
    const session = await subscribe({ allow_promotion_codes: true });
    expect((await enter(session, " half ")).status).toBe(303);
    expect(await again(session)).toMatchObject({ amount_total: 750 });
    expect((await visit(pageOf(session))).html).toContain("50% off once");
    await enter(session, "");
    expect(await again(session)).toMatchObject({ amount_total: 1500, discounts: [] });
    await enter(session, "HALF");
    await pay(session);
    const after = await it.stripe.checkout.sessions.retrieve(session.id, { expand: ["invoice"] });
    expect(after.invoice).toMatchObject({ amount_paid: 750 });
  });

  test.each([
    ["is unknown", "NEVER", {}, "This code is invalid."],
    ["is inactive", "HALF", { active: false }, "This code is invalid."],
    ["has expired", "HALF", { expires_at: Math.floor(Date.now() / 1000) + 60 }, "This code has expired."],
  ])("of a promotion code that %s is refused", async (_, word, more, message) => {
    await code(more);
    const session = await subscribe({ allow_promotion_codes: true });
    await it.advance(120);
    const refused = await enter(session, word);
    expect(refused.status).toBe(422);
    expect(refused.html).toMatch(new RegExp(`id="promotion-error"[^>]*>${message}`));
    expect(await again(session)).toMatchObject({ amount_total: 1500 });
  });

  test("for a first purchase is refused to those who have paid before", async () => {
    await code({ restrictions: { first_time_transaction: true } });
    const first = await subscribe();
    await pay(first);
    const { customer } = await again(first);
    const session = await subscribe({ allow_promotion_codes: true, customer: String(customer) });
    expect((await enter(session, "HALF")).html).toContain("only for a first purchase");
  });
});

describe("quantities", () => {
  test("are the customer's to choose within the app's bounds", async () => {
    const session = await subscribe({
      line_items: [
        { price: plan.id, quantity: 2, adjustable_quantity: { enabled: true, minimum: 1, maximum: 5 } },
      ],
    });
    const { data } = await it.stripe.checkout.sessions.listLineItems(session.id);
    const item = data[0]?.id ?? "";
    await submit(`${pageOf(session)}/quantity`, { item, quantity: "9" });
    expect(await again(session)).toMatchObject({ amount_total: 7500 });
    await pay(session);
    const after = await it.stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription"] });
    expect(after.subscription).toMatchObject({ items: { data: [{ quantity: 5 }] } });
  });
});

describe("the end of a session", () => {
  test("comes after a day by itself", async () => {
    const session = await subscribe();
    await it.advance(24 * 60 * 60 + 1);
    expect(await again(session)).toMatchObject({ status: "expired", url: null });
    expect(it.eventTypes()).toEqual(["checkout.session.expired"]);
    const page = await visit(pageOf(session));
    expect(page).toMatchObject({
      status: 410,
      html: expect.stringContaining("http://127.0.0.1:3000/pricing"),
    });
    expect((await pay(session)).status).toBe(410);
  });

  test("comes when the app says so, but not to one that is paid", async () => {
    const session = await subscribe();
    expect(await it.stripe.checkout.sessions.expire(session.id)).toMatchObject({ status: "expired" });
    const paid = await buy();
    await pay(paid);
    await expect(it.stripe.checkout.sessions.expire(paid.id)).rejects.toMatchObject({
      message: expect.stringContaining("status of `complete`"),
    });
  });

  test("is as the app set it, however far the clock was advanced", async () => {
    await it.advance(40 * 24 * 60 * 60);
    const session = await subscribe({ expires_at: Math.floor(Date.now() / 1000) + 60 * 60 });
    expect(await again(session)).toMatchObject({ status: "open" });
    await it.advance(60 * 60 + 5);
    expect(await again(session)).toMatchObject({ status: "expired" });
  });
});

describe("a debit", () => {
  const raw = (path: string, fields: Record<string, string>) =>
    fetch(`${it.local.url}/v1/${path}`, {
      method: "POST",
      headers: { authorization: "Bearer sk_test_cli" },
      body: new URLSearchParams(fields),
    });

  test.each([
    ["goes through", "AT611904300234573201", "async_payment_succeeded", "paid"],
    ["comes back", "IT60X0542811101000000123456", "async_payment_failed", "unpaid"],
  ])("completes unpaid, and later %s", async (_, iban, event, status) => {
    const price = await it.stripe.prices.create({
      product: String(book.product),
      currency: "eur",
      unit_amount: 900,
    });
    const made = await raw("checkout/sessions", {
      mode: "payment",
      ...urls,
      "line_items[0][price]": price.id,
      "line_items[0][quantity]": "1",
      "payment_method_types[0]": "sepa_debit",
    });
    const session: { id: string } = await made.json();
    const page = await visit(pageOf(session));
    expect(page.html).toContain("IBAN");
    const done = await submit(pageOf(session), { iban, name: "Ada Lovelace", email: "ada@example.com" });
    expect(done.status).toBe(303);
    expect(await again(session)).toMatchObject({ status: "complete", payment_status: "unpaid" });
    await it.advance(10);
    expect(await again(session)).toMatchObject({ payment_status: status });
    expect(it.eventTypes().at(-1)).toBe(`checkout.session.${event}`);
  });
});

describe("what Stripe's CLI does", () => {
  test("pays a session by the endpoints of Stripe's own page", async () => {
    const session = await buy();
    const method = await it.stripe.paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(`${it.local.url}/v1/payment_pages/${session.id}${path}`, {
        ...init,
        headers: { authorization: "Bearer sk_test_cli" },
      });
    expect((await ask("")).status).toBe(200);
    const wrong = new URLSearchParams({ payment_method: method.id, expected_amount: "1" });
    expect((await ask("/confirm", { method: "POST", body: wrong })).status).toBe(400);
    const right = new URLSearchParams({ payment_method: method.id, expected_amount: "4000" });
    expect((await ask("/confirm", { method: "POST", body: right })).status).toBe(200);
    expect(await again(session)).toMatchObject({ status: "complete", payment_status: "paid" });
  });
});
