import type { Page } from "@playwright/test";
import { expect, expectAccessible, SOON, test, turningBack } from "./support/fixtures.ts";
import { payAtCheckout, stripe } from "./support/stripe.ts";
import { chargeCard, planAtStripe, subscribe } from "./support/subscriber.ts";

test.describe.configure({ mode: "parallel", timeout: 240_000 });

const FOLLOWS = { timeout: 60_000 };
const says = (page: Page, words: string | RegExp) =>
  expect(page.getByRole("main").getByText(words).filter({ visible: true }).first()).toBeVisible(FOLLOWS);
const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).click();

async function showChange(page: Page, plan: string): Promise<void> {
  await page.goto("/dashboard/change");
  await page.getByRole("radio", { name: new RegExp(`^${plan}`) }).check({ force: true });
  await press(page, "Show what it costs");
}

test("more is had at once and paid once, less waits and can be taken back, and the plan opens its features", async ({
  page,
  db,
  signUp,
}) => {
  const { email } = await signUp(page);
  const plan = await subscribe(db, email, "solo_monthly");
  await test.step("a feature is locked until the plan has it", async () => {
    await page.goto("/settings");
    await page.getByRole("link", { name: "audit log" }).click();
    await says(page, "Audit log comes with Company");
    await expectAccessible(page);
    expect((await page.request.get("/api/audit-log")).status()).toBe(403);
    await page.getByRole("link", { name: "See what Company costs" }).click();
  });
  await test.step("an upgrade shows its price first, and two clicks pay it once", async () => {
    await says(page, "$85.00 now");
    await says(page, /It costs \$90\.00 per month/);
    await expectAccessible(page);
    await page.getByRole("button", { name: "Pay $85.00 and change" }).dblclick();
    await says(page, "Your plan is changed");
    expect(await planAtStripe(plan)).toBe("1 × company_monthly");
    expect((await stripe().invoices.list({ subscription: plan.subscription })).data).toHaveLength(2);
  });
  await test.step("now the feature is open", async () => {
    await page.goto("/audit-log");
    await expect(page.getByRole("table")).toContainText("This one");
    await expectAccessible(page);
    expect(await (await page.request.get("/api/audit-log")).json()).toHaveLength(1);
  });
  await test.step("a downgrade waits for the period's end, and is taken back", async () => {
    await showChange(page, "Solo");
    await says(page, /Nothing is charged now/);
    await press(page, /^Change on/);
    await says(page, /^Your plan changes to Solo on .* \d{4}$/);
    await says(page, /^From then on it costs \$5\.00 per month\..* you can take the change back\.$/);
    await expect(page.getByRole("heading", { name: /chang/i })).toHaveCount(1);
    await expectAccessible(page);
    expect(await planAtStripe(plan)).toBe("1 × company_monthly");
    await press(page, "Keep the current plan");
    await says(page, "Your plan stays as it is");
    await expect(page.getByText(/^Your plan changes to Solo on/)).toHaveCount(0);
  });
});

test("an upgrade that is not paid leaves the old plan; a bank that asks is told apart from a declined card", async ({
  page,
  db,
  signUp,
}) => {
  const { email } = await signUp(page);
  const plan = await subscribe(db, email, "solo_monthly");
  await chargeCard(plan, "pm_card_chargeCustomerFail");
  await showChange(page, "Company");
  await press(page, "Pay $85.00 and change");
  await says(page, "The change to Company waits for its payment");
  await says(page, "A payment of $85.00 failed");
  expect(await planAtStripe(plan)).toBe("1 × solo_monthly");
  await expectAccessible(page);
  await press(page, "Drop the change");
  await says(page, "Your plan stays as it is");
  // The banner stands in the layout: it goes with the action, without a reload.
  await expect(page.getByText("A payment of $85.00 failed")).toHaveCount(0);

  await chargeCard(plan, "pm_card_authenticationRequired");
  await showChange(page, "Company");
  await press(page, "Pay $85.00 and change");
  await says(page, "Your bank asks you to confirm a payment of $85.00");
  const confirm = page.getByRole("link", { name: /^Confirm \$85\.00/ });
  expect(await confirm.getAttribute("href")).toContain("/i/");
  const invoices = page.getByRole("region", { name: "Invoices" });
  await expect(invoices.getByText("To confirm").filter({ visible: true })).toBeVisible(FOLLOWS);
  await expect(invoices.getByText("Payment failed")).toHaveCount(0);
});

test("seats go up at once for their part of the period, and what is not on offer is said in words", async ({
  page,
  db,
  signUp,
}) => {
  const { email } = await signUp(page);
  const plan = await subscribe(db, email, "team_monthly", { seats: 2 });
  await page.goto("/dashboard/change?plan=team");
  await says(page, "This is what you have.");
  await page.goto("/dashboard/change?plan=team&seats=501");
  await says(page, "Choose between 1 and 500 seats.");
  await page.goto("/dashboard/change?plan=%3Cscript%3E&cadence=week&seats=-1");
  await expect(page.getByRole("button", { name: /and change$/ })).toHaveCount(0);
  await page.getByLabel("Seats").fill("5");
  await press(page, "Show what it costs");
  await says(page, /^Team with 5 seats is yours at once\./);
  await says(page, "$45.00 now");
  await press(page, "Pay $45.00 and change");
  await says(page, "5 × $15.00 per month");
  expect(await planAtStripe(plan)).toBe("5 × team_monthly");
});

test("a plan is cancelled with a reason, resumed, ended, and bought again", async ({ page, db, signUp }) => {
  const { email } = await signUp(page);
  const { subscription } = await subscribe(db, email, "solo_monthly");
  await test.step("what no event has told is on the page that is looked at first", async () => {
    await db.query(
      `update subscriptions set current_period_end = now() - interval '2 hours',
         stripe_state_at = now() - interval '1 day', synced_at = null where id = $1`,
      [subscription],
    );
    expect(await (await page.request.get("/dashboard")).text()).toMatch(
      /Renews on .{0,60} in (29|30|31) days/,
    );
  });
  await page.goto("/dashboard");
  await page.getByRole("link", { name: "Cancel plan" }).click();
  await page.getByLabel("Why do you leave?").selectOption("unused");
  await page.getByLabel("What should we know?").fill("Too quiet here");
  await expectAccessible(page);
  await press(page, "Cancel plan");
  await says(page, "Your plan is cancelled");
  await says(page, /It does not renew\./);
  const { cancellation_details } = await stripe().subscriptions.retrieve(subscription);
  expect(cancellation_details).toMatchObject({ feedback: "unused", comment: "Too quiet here" });
  await press(page, "Resume plan");
  await says(page, "Your plan goes on");
  await says(page, /Renews on/);

  await stripe().subscriptions.cancel(subscription);
  await says(page, "Canceled");
  await page.getByRole("link", { name: "Choose a plan again" }).click();
  await press(page, "Choose Solo");
  await payAtCheckout(page);
  await says(page, "Active");
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("prices show, and a plan is changed, cancelled, resumed and paid by another card", async ({
    page,
    db,
    signUp,
  }) => {
    const { email } = await signUp(page);
    const plan = await subscribe(db, email, "solo_monthly");
    await page.goto("/");
    await expect(page.getByRole("article", { name: "Team" }).getByText("$15", { exact: true })).toBeVisible();
    await page.goto("/dashboard");
    await page.getByRole("link", { name: "Change plan" }).click();
    await page.goto("/dashboard/change?plan=company&cadence=month&seats=1");
    await press(page, "Pay $85.00 and change");
    await says(page, "Your plan is changed");
    expect(await planAtStripe(plan)).toBe("1 × company_monthly");

    await page.getByRole("link", { name: "Cancel plan" }).click();
    await press(page, "Cancel plan");
    await says(page, "Your plan is cancelled");
    await press(page, "Resume plan");
    await says(page, "Your plan goes on");
    await press(page, "Payment method");
    await expect(page).toHaveURL(/\/portal\/bps_/);
  });
});

test("a payment that failed shows on every page, until it is paid", async ({ page, db, signUp }) => {
  const { email } = await signUp(page);
  const plan = await subscribe(db, email, "solo_monthly");
  await page.goto("/dashboard");
  await chargeCard(plan, "pm_card_chargeCustomerFail");
  const api = stripe();
  await api.subscriptions.update(plan.subscription, {
    billing_cycle_anchor: { type: "now" },
    proration_behavior: "none",
  });
  const banner = page.getByRole("status", { name: "Payment" });
  await turningBack(page, () => expect(banner).toContainText("A payment of $5.00 failed", SOON));
  for (const path of ["/", "/audit-log", "/dashboard/change", "/settings"]) {
    await page.goto(path);
    await expect(banner.getByRole("link", { name: /^Pay \$5\.00/ })).toBeVisible();
  }
  await expectAccessible(page);
  const { latest_invoice } = await api.subscriptions.retrieve(plan.subscription);
  const { id } = await api.paymentMethods.attach("pm_card_visa", { customer: plan.customer });
  await api.invoices.pay(String(latest_invoice), { payment_method: id });
  await page.goto("/dashboard");
  await turningBack(page, () => expect(banner).toHaveCount(0, SOON));
});
