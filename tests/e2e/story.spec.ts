import type { Page } from "@playwright/test";
import { expect, SOON, somebody, test, turningBack } from "./support/fixtures.ts";
import { mailsTo } from "./support/mailbox.ts";
import { advance, CARD, fillInCard, openPortal, payAtCheckout } from "./support/stripe.ts";

/** The page is never loaded anew for it: an open dashboard follows. */
const says = (page: Page, words: string | RegExp) =>
  turningBack(page, () => expect(page.getByText(words, { exact: true }).first()).toBeVisible(SOON));
const countsPaid = (page: Page, invoices: number) =>
  turningBack(page, () =>
    expect(page.getByRole("row").filter({ hasText: "Paid" })).toHaveCount(invoices, SOON),
  );

const MAILED = { timeout: 90_000 };

const subjectsTo = async (address: string) => (await mailsTo(address)).map(({ subject }) => subject);

test.use({ isAlone: true });

test("signing up, paying, renewing, failing to pay, paying after all, cancelling, the end", async ({
  page,
  context,
  db,
}) => {
  test.setTimeout(10 * 60_000);
  const person = somebody();
  const stripe = await context.newPage();

  await test.step("a guest chooses a plan, signs up, and comes back to the choice", async () => {
    await page.goto("/#pricing");
    await page.getByRole("link", { name: "Choose Solo" }).click();
    await page.getByLabel("Name").fill(person.name);
    await page.getByLabel("E-mail").fill(person.email);
    await page.getByLabel("Password").fill(person.password);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page).toHaveURL(/\/checkout\?plan=solo_monthly/);
    await expect(page.getByText("$5", { exact: true })).toBeVisible();
  });

  await test.step("they pay with a card and land on an active dashboard", async () => {
    await page.getByRole("button", { name: "Continue to payment" }).click();
    await payAtCheckout(page);
    await expect(page).toHaveURL("/dashboard?checkout=complete");
    await says(page, "Active");
    await expect(page.getByRole("heading", { name: "Solo" })).toBeVisible();
    await countsPaid(page, 1);
    // A plan that is past due by the time is not welcomed any more.
    await expect.poll(() => subjectsTo(person.email), MAILED).toEqual(["Welcome to Cairn"]);
  });

  await test.step("a month later it has renewed", async () => {
    await advance("month");
    await countsPaid(page, 2);
    await says(page, "Active");
  });

  await test.step("a card that fails later takes the place of the good one", async () => {
    await openPortal(stripe, db, person.email);
    await stripe.getByRole("link", { name: "Add payment method" }).click();
    await fillInCard(stripe, CARD.failsLater);
    await stripe.getByRole("button", { name: /^(Add|Save)/ }).click();
    await expect(stripe.getByText("Your payment method is saved.")).toBeVisible();
    await expect(stripe.getByRole("listitem").filter({ hasText: "0341" })).toContainText("Default");
  });

  await test.step("the renewal fails, and the dashboard asks for the payment", async () => {
    await advance("month");
    await says(page, "A payment of $5.00 failed");
    await says(page, "Past due");
    await expect(page.getByText(/Stripe tries again on/).first()).toBeVisible();
  });

  await test.step("the timeline tells of it, and a mail does", async () => {
    const happened = page.getByRole("region", { name: "What happened" });
    await expect(happened.getByText(/^Payment of \$5\.00 failed\. Stripe tries again on/)).toBeVisible();
    await expect(happened.getByText("Your Solo plan began.")).toBeVisible();
    await expect
      .poll(() => subjectsTo(person.email), MAILED)

      .toEqual(["Your payment of $5.00 to Cairn failed", "Welcome to Cairn"]);
  });

  await test.step("Stripe tries again, fails again, and says when the next attempt is", async () => {
    const banner = page.getByRole("status", { name: "Payment" });
    const before = await banner.textContent();
    await advance("week");
    await turningBack(page, () => expect(banner).not.toHaveText(before ?? "", SOON));
    await expect(banner).toContainText(/Stripe (tries again on|does not try again)/);
  });

  await test.step("the invoice is paid on its own page, and everything is as before", async () => {
    const [invoice] = await Promise.all([
      context.waitForEvent("page"),
      page.getByRole("link", { name: "Pay $5.00" }).click(),
    ]);
    await invoice.getByText("Pay with another card").click();
    await fillInCard(invoice, CARD.good);
    await invoice
      .locator("form")
      .filter({ has: invoice.getByLabel("Card number") })
      .getByRole("button", { name: "Pay $5.00" })
      .click();
    await expect(invoice.getByText(/paid/i).first()).toBeVisible();
    await says(page, "Active");
    await turningBack(page, () => expect(page.getByText("A payment of $5.00 failed")).toBeHidden(SOON));
    await countsPaid(page, 3);
  });

  await test.step("they cancel in the portal: it runs until its end", async () => {
    await openPortal(stripe, db, person.email);
    await stripe.getByRole("link", { name: "Cancel plan" }).click();
    await stripe.getByRole("button", { name: "Cancel plan" }).click();
    await says(page, "Ending");
  });

  await test.step("and then it is over, and there are plans to choose from", async () => {
    await advance("month");
    await says(page, "Canceled");
    await expect(page.getByRole("link", { name: "Choose a plan again" })).toBeVisible();
  });
});
