import type { Page } from "@playwright/test";
import { expect, expectAccessible, SOON, test, turningBack } from "./support/fixtures.ts";
import { CARD, customerOf, payAtCheckout, stripe } from "./support/stripe.ts";

const FOLLOWS = { timeout: 60_000 };
const AT_STRIPE = /\/pay\/cs_test_/;

/** Chooses a flat plan on the pricing page, as somebody who is signed in. */
async function choose(page: Page, plan = "Solo"): Promise<void> {
  await page.goto("/#pricing");
  await page.getByRole("button", { name: `Choose ${plan}` }).click();
  await expect(page).toHaveURL(AT_STRIPE);
}

const active = (page: Page) => expect(page.getByText("Active", { exact: true }).first()).toBeVisible(FOLLOWS);

/** How many subscriptions Stripe charges the user for. */
async function charged(db: Parameters<typeof customerOf>[0], email: string): Promise<number> {
  const { data } = await stripe().subscriptions.list({ customer: await customerOf(db, email) });
  return data.length;
}

test.describe.configure({ timeout: 180_000 });

test("a declined card says so and keeps the form; the next card pays", async ({ page, signUp }) => {
  await signUp(page);
  await choose(page);
  await payAtCheckout(page, CARD.declined);
  await expect(page.getByText(/card was declined/i)).toBeVisible();
  await payAtCheckout(page);
  await active(page);
});

test("a bank that asks, and is told yes, lets the payment through", async ({ page, signUp }) => {
  await signUp(page);
  await choose(page);
  await payAtCheckout(page, CARD.asksOwner);
  await page.getByRole("button", { name: "Complete" }).click();
  await active(page);
});

test("a bank that asks, and is told no, charges nothing, and another card pays", async ({ page, signUp }) => {
  await signUp(page);
  await choose(page);
  await payAtCheckout(page, CARD.asksOwner);
  await page.getByRole("button", { name: "Fail" }).click();
  await expect(page).toHaveURL(AT_STRIPE);
  await payAtCheckout(page);
  await active(page);
});

test("the back button leads to a page that still works, and to the same payment", async ({
  page,
  signUp,
}) => {
  await signUp(page);
  await choose(page);
  const first = page.url();
  await page.goBack();
  await page.getByRole("button", { name: "Choose Solo" }).click();
  await expect(page).toHaveURL(first);
  await payAtCheckout(page);
  await active(page);

  // From the dashboard back to a payment that was made: it cannot be made again.
  await page.goto(first);
  await expect(page.getByRole("heading", { name: "You are all done here" })).toBeVisible();
});

test("two clicks and two tabs end in one subscription", async ({ page, context, db, signUp }) => {
  const { email } = await signUp(page);
  const other = await context.newPage();
  await page.goto("/#pricing");
  await other.goto("/#pricing");
  await Promise.all([
    page.getByRole("button", { name: "Choose Solo" }).dblclick(),
    other.getByRole("button", { name: "Choose Solo" }).click(),
  ]);
  await expect(page).toHaveURL(AT_STRIPE);
  await expect(other).toHaveURL(page.url());
  await payAtCheckout(page);
  await active(page);
  await payAtCheckout(other);
  await active(other);
  expect(await charged(db, email)).toBe(1);
});

test("of two plans in two tabs only the one chosen last can be paid", async ({
  page,
  context,
  db,
  signUp,
}) => {
  const { email } = await signUp(page);
  const other = await context.newPage();
  await choose(page);
  await choose(other, "Company");
  await page.reload();
  await expect(page.getByRole("heading", { name: "This checkout has expired" })).toBeVisible();
  await payAtCheckout(other);
  await active(other);
  expect(await charged(db, email)).toBe(1);
});

test("with a plan, nothing is bought a second time", async ({ page, context, db, signUp }) => {
  const { email } = await signUp(page);
  const stale = await context.newPage();
  await stale.goto("/#pricing");
  await choose(page);
  await payAtCheckout(page);
  await active(page);
  await stale.getByRole("button", { name: "Choose Company" }).click();
  await expect(stale.getByRole("heading", { name: "You have a plan already" })).toBeVisible(FOLLOWS);
  expect(await charged(db, email)).toBe(1);
  await stale.goto("/checkout?plan=company_monthly");
  await expect(stale).toHaveURL("/dashboard?checkout=subscribed");
  await stale.goto("/#pricing");
  await expect(
    stale.getByRole("article", { name: "Solo" }).getByText("Your plan").filter({ visible: true }),
  ).toBeVisible();
  // The same plan by the year is another one.
  await stale.getByText("Yearly", { exact: true }).click();
  await expect(stale.getByRole("article", { name: "Solo" }).getByText("Your plan")).toBeHidden();
  await stale.getByRole("link", { name: "Pay by the year" }).click();
  await expect(stale.getByText(/^Solo is yours at once\. It costs \$50\.00 per year/)).toBeVisible(FOLLOWS);
});

test("whoever closes the tab before the way back finds the plan on the dashboard", async ({
  page,
  context,
  signUp,
}) => {
  await signUp(page);
  await choose(page);
  const dashboard = await context.newPage();
  await dashboard.goto("/dashboard");
  await context.route("**/checkout/return**", (route) => route.abort());
  await payAtCheckout(page);
  await page.close();
  await active(dashboard);
});

test("whoever is back before the webhook sees the plan at once, and again after it", async ({
  page,
  db,
  signUp,
}) => {
  const { email } = await signUp(page);
  await choose(page);
  const session = page.url().split("/").at(-1);
  await payAtCheckout(page);
  await active(page);
  // As if no event had come yet.
  const customer = await customerOf(db, email);
  await db.query("delete from subscriptions where customer_id = $1", [customer]);
  await page.goto(`/checkout/return?session_id=${session}`);
  await active(page);
  await page.goto(`/checkout/return?session_id=${session}`);
  await active(page);
  expect(await charged(db, email)).toBe(1);
});

test("an expired payment leads to a new one", async ({ page, signUp }) => {
  await signUp(page);
  await choose(page);
  const first = page.url();
  const session = first.split("/").at(-1) ?? "";
  await stripe().checkout.sessions.expire(session);
  await page.goto(`/checkout/return?session_id=${session}`);
  await expect(page.getByRole("heading", { name: "This checkout has expired" })).toBeVisible();
  await choose(page);
  expect(page.url()).not.toBe(first);
  await payAtCheckout(page);
  await active(page);
});

test("an open payment can be gone on with, and cancelling it leads to the choice", async ({
  page,
  signUp,
}) => {
  await signUp(page);
  await choose(page);
  const session = page.url().split("/").at(-1);
  await page.goto(`/checkout/return?session_id=${session}`);
  await expect(page.getByRole("heading", { name: "The payment is not complete" })).toBeVisible();
  await page.getByRole("link", { name: "Continue to payment" }).click();
  await expect(page).toHaveURL(AT_STRIPE);
  await page.getByRole("link", { name: /Back/ }).first().click();
  await expect(page).toHaveURL(/\/checkout\?plan=solo_monthly/);
});

test("somebody else's payment, or none, is the same to whoever asks, and signs nobody in", async ({
  page,
  browser,
  signUp,
}) => {
  await signUp(page);
  await choose(page);
  const session = page.url().split("/").at(-1);
  await payAtCheckout(page);
  await active(page);

  const stranger = await browser.newContext({
    extraHTTPHeaders: { "x-forwarded-for": "198.18.77.77" },
  });
  const eve = await stranger.newPage();
  await eve.goto(`/checkout/return?session_id=${session}`);
  await expect(eve).toHaveURL(/\/sign-in\?from=/);
  await signUp(eve);
  for (const id of [session, "cs_test_none", "", "../../v1/customers"]) {
    await eve.goto(`/checkout/return?session_id=${encodeURIComponent(id ?? "")}`);
    await expect(eve.getByRole("heading", { name: "There is no such checkout" })).toBeVisible();
  }
  await eve.goto("/dashboard");
  await expect(eve.getByRole("heading", { name: "No plan yet" })).toBeVisible();
  await stranger.close();
});

test("seats are chosen first, a trial is free, and it is had once", async ({ page, db, signUp }) => {
  const { email } = await signUp(page);
  await page.goto("/#pricing");
  await page.getByRole("link", { name: "Choose Team" }).click();
  await expect(page.getByText("The first 14 days are free.", { exact: false })).toBeVisible();
  await page.getByLabel("Seats").fill("3");
  await expect(page.getByText("$45.00 per month")).toBeVisible();
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await expect(page).toHaveURL(AT_STRIPE);
  await page.goBack();
  await expect(page.getByLabel("Seats")).toHaveValue("3");
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await payAtCheckout(page);
  await expect(page.getByText("Trial", { exact: true }).first()).toBeVisible(FOLLOWS);
  await expect(page.getByText("3 × $15.00 per month")).toBeVisible(FOLLOWS);

  const { data } = await stripe().subscriptions.list({ customer: await customerOf(db, email) });
  await stripe().subscriptions.cancel(data[0]?.id ?? "");
  await turningBack(page, () =>
    expect(page.getByText("Canceled", { exact: true }).first()).toBeVisible(SOON),
  );
  await page.goto("/checkout?plan=team_yearly&seats=2");
  await expect(page.getByText("days are free", { exact: false })).toBeHidden();
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await payAtCheckout(page);
  await active(page);
});

test("input that no page offers is refused in words", async ({ page, signUp }) => {
  await signUp(page);
  for (const path of ["/checkout", "/checkout?plan[]=solo_monthly"]) {
    await page.goto(path);
    await expect(page).toHaveURL("/#pricing");
  }
  await page.goto("/checkout?plan=enterprise_monthly");
  await expect(page.getByRole("heading", { name: "This plan is not on sale" })).toBeVisible();
  await page.goto("/checkout?plan=team_monthly&seats=99999");
  await expect(page.getByLabel("Seats")).toHaveValue("500");
  await page.getByLabel("Seats").evaluate((field) => field.removeAttribute("max"));
  await page.getByLabel("Seats").fill("501");
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await expect(page.getByText("Choose between 1 and 500 seats.")).toBeVisible();
});

test("the choice, and a way back that finds nothing, pass axe and fit the screen", async ({
  page,
  signUp,
}) => {
  await signUp(page);
  for (const path of [
    "/",
    "/checkout?plan=team_yearly&seats=3",
    "/checkout/return?session_id=cs_test_none",
  ]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectAccessible(page);
  }
});
