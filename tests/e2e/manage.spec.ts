import type { Page } from "@playwright/test";
import { expect, expectAccessible, LOOKS, test } from "./support/fixtures.ts";
import { stripe } from "./support/stripe.ts";
import { chargeCard, planAtStripe, subscribe } from "./support/subscriber.ts";

test.describe.configure({ mode: "parallel", timeout: 180_000 });
test.use({ contextOptions: { reducedMotion: "reduce" } });

const main = (page: Page) => page.getByRole("main");
const says = (page: Page, words: string | RegExp) =>
  expect(main(page).getByText(words).filter({ visible: true }).first()).toBeVisible();

/** Every page of the path is looked at as it is: light on a desktop, dark on a phone. */
async function look(page: Page): Promise<void> {
  for (const { colorScheme, viewport } of [LOOKS[3], LOOKS[0]]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    await expectAccessible(page);
  }
}

async function showChange(page: Page, plan: string): Promise<void> {
  await page.goto("/dashboard/change");
  await page.getByRole("radio", { name: new RegExp(`^${plan}`) }).check({ force: true });
  await page.getByRole("button", { name: "Show what it costs" }).click();
}

test("an upgrade shows its price first, and two clicks pay it once", async ({ page, db, signUp }) => {
  const { email } = await signUp(page);
  const plan = await subscribe(page, db, email, "solo_monthly");
  await page.getByRole("link", { name: "Change plan" }).click();
  await look(page);
  await showChange(page, "Company");
  await says(page, "$85.00 now");
  await says(page, /It costs \$90\.00 per month/);
  await look(page);
  await page.getByRole("button", { name: "Pay $85.00 and change" }).dblclick();
  await says(page, "Your plan is changed");
  await says(page, "Company");
  await look(page);
  expect(await planAtStripe(plan)).toBe("1 × company_monthly");
  expect((await stripe().invoices.list({ subscription: plan.subscription })).data).toHaveLength(2);
});

test("an upgrade whose card is declined leaves the old plan, and can be dropped", async ({
  page,
  db,
  signUp,
}) => {
  const { email } = await signUp(page);
  const plan = await subscribe(page, db, email, "solo_monthly");
  await chargeCard(plan, "pm_card_chargeCustomerFail");
  await showChange(page, "Company");
  await page.getByRole("button", { name: "Pay $85.00 and change" }).click();
  await says(page, "Your plan is not changed yet");
  await says(page, "The change to Company waits for its payment");
  await says(page, "A payment of $85.00 failed");
  expect(await planAtStripe(plan)).toBe("1 × solo_monthly");
  await look(page);
  await page.getByRole("button", { name: "Drop the change" }).click();
  await says(page, "Your plan stays as it is");
  await expect(page.getByText("A payment of $85.00 failed")).toHaveCount(0);
});

test("a bank that asks about an upgrade is told apart from a declined card", async ({ page, db, signUp }) => {
  const { email } = await signUp(page);
  const plan = await subscribe(page, db, email, "solo_monthly");
  await chargeCard(plan, "pm_card_authenticationRequired");
  await showChange(page, "Company");
  await page.getByRole("button", { name: "Pay $85.00 and change" }).click();
  await says(page, "Your bank asks you to confirm a payment of $85.00");
  await look(page);
  const href = await page.getByRole("link", { name: /^Confirm \$85\.00/ }).getAttribute("href");
  expect(href).toContain("/i/");
});

test("a downgrade waits for the period's end, and can be taken back", async ({ page, db, signUp }) => {
  const { email } = await signUp(page);
  const plan = await subscribe(page, db, email, "company_monthly");
  await showChange(page, "Solo");
  await says(page, /Nothing is charged now/);
  await look(page);
  await page.getByRole("button", { name: /^Change on/ }).click();
  await says(page, "Your change is planned");
  await says(page, /^Changes to Solo on/);
  await look(page);
  expect(await planAtStripe(plan)).toBe("1 × company_monthly");
  await page.getByRole("button", { name: "Keep the current plan" }).click();
  await says(page, "Your plan stays as it is");
  await expect(page.getByText(/^Changes to Solo on/)).toHaveCount(0);
});

test("seats go up at once, for their part of the period", async ({ page, db, signUp }) => {
  const { email } = await signUp(page);
  const plan = await subscribe(page, db, email, "team_monthly", { seats: 2 });
  await page.goto("/dashboard/change");
  await page.getByLabel("Seats").fill("5");
  await page.getByRole("button", { name: "Show what it costs" }).click();
  await says(page, "$45.00 now");
  await page.getByRole("button", { name: "Pay $45.00 and change" }).click();
  await says(page, "5 × $15.00 per month");
  expect(await planAtStripe(plan)).toBe("5 × team_monthly");
});

test("what one has already is no change, and what there is not is not on offer", async ({
  page,
  db,
  signUp,
}) => {
  const { email } = await signUp(page);
  await subscribe(page, db, email, "solo_monthly");
  await page.goto("/dashboard/change?plan=solo");
  await says(page, "This is what you have.");
  await page.goto("/dashboard/change?plan=team&seats=501");
  await says(page, "Choose between 1 and 500 seats.");
  await page.goto("/dashboard/change?plan=%3Cscript%3E&cadence=week&seats=-1");
  await says(page, "Change your plan");
  await expect(page.getByRole("button", { name: /and change$/ })).toHaveCount(0);
});

for (const javaScriptEnabled of [true, false])
  test.describe(javaScriptEnabled ? "with scripts" : "without scripts", () => {
    test.use({ javaScriptEnabled });
    test("a plan is cancelled with a reason, and resumed", async ({ page, db, signUp }) => {
      const { email } = await signUp(page);
      const { subscription } = await subscribe(page, db, email, "solo_monthly");
      await page.getByRole("link", { name: "Cancel plan" }).click();
      if (javaScriptEnabled) await look(page);
      await page.getByLabel("Why do you leave?").selectOption("unused");
      await page.getByLabel("What should we know?").fill("Too quiet here");
      await page.getByRole("button", { name: "Cancel plan" }).click();
      await says(page, "Your plan is cancelled");
      await says(page, /It does not renew\./);
      if (javaScriptEnabled) await look(page);
      expect((await stripe().subscriptions.retrieve(subscription)).cancellation_details).toMatchObject({
        feedback: "unused",
        comment: "Too quiet here",
      });
      await page.getByRole("button", { name: "Resume plan" }).click();
      await says(page, "Your plan goes on");
      await says(page, /Renews on/);
    });

    test("a plan is changed", async ({ page, db, signUp }) => {
      const { email } = await signUp(page);
      const plan = await subscribe(page, db, email, "solo_monthly");
      await page.goto("/dashboard/change?plan=company&cadence=month&seats=1");
      await page.getByRole("button", { name: "Pay $85.00 and change" }).click();
      await says(page, "Your plan is changed");
      expect(await planAtStripe(plan)).toBe("1 × company_monthly");
    });

    test("the payment method is changed at Stripe, which leads back", async ({ page, db, signUp }) => {
      const { email } = await signUp(page);
      await subscribe(page, db, email, "solo_monthly");
      await page.getByRole("button", { name: "Payment method" }).click();
      await expect(page).toHaveURL(/\/portal\/bps_/);
    });
  });

test("a feature is locked until the plan has it", async ({ page, db, signUp }) => {
  const { email } = await signUp(page);
  await subscribe(page, db, email, "solo_monthly");
  await page.goto("/audit-log");
  await says(page, "Audit log comes with Company");
  await look(page);
  expect((await page.request.get("/api/audit-log")).status()).toBe(403);
  await page.getByRole("link", { name: "See what Company costs" }).click();
  await page.getByRole("button", { name: /and change$/ }).click();
  await says(page, "Your plan is changed");
  await page.goto("/audit-log");
  await expect(page.getByRole("table")).toBeVisible();
  await look(page);
  const log = await page.request.get("/api/audit-log");
  expect(log.status()).toBe(200);
  expect(await log.json()).toHaveLength(1);
});

test("a payment that failed shows on every page, until it is paid", async ({ page, db, signUp }) => {
  const { email } = await signUp(page);
  const plan = await subscribe(page, db, email, "solo_monthly");
  await chargeCard(plan, "pm_card_chargeCustomerFail");
  const api = stripe();
  await api.subscriptions.update(plan.subscription, {
    billing_cycle_anchor: { type: "now" },
    proration_behavior: "none",
  });
  for (const path of ["/dashboard", "/", "/audit-log", "/dashboard/change"]) {
    await page.goto(path);
    await expect(page.getByRole("status", { name: "Payment" })).toContainText("A payment of $5.00 failed");
    await expect(page.getByRole("link", { name: /^Pay \$5\.00/ })).toBeVisible();
  }
  await look(page);
  const { latest_invoice } = await api.subscriptions.retrieve(plan.subscription);
  const { id } = await api.paymentMethods.attach("pm_card_visa", { customer: plan.customer });
  await api.invoices.pay(String(latest_invoice), { payment_method: id });
  await page.goto("/");
  await expect
    .poll(async () => {
      await page.reload();
      return page.getByRole("status", { name: "Payment" }).count();
    })
    .toBe(0);
});
