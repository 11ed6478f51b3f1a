import { insertCustomer, insertSubscription } from "./support/billing-rows.ts";
import { insertPlans } from "./support/dashboard-states.ts";
import { expect, test } from "./support/fixtures.ts";

test("an open dashboard follows what changes, and keeps what it has while it cannot ask", async ({
  page,
  db,
  signUp,
  context,
}) => {
  const { email } = await signUp(page);
  await insertPlans(db);
  const customerId = await insertCustomer(db, email);
  await page.goto("/dashboard?checkout=complete");
  await expect(page.getByRole("heading", { name: "Your payment is being confirmed" })).toBeVisible();

  const id = `sub_${customerId.slice(4)}`;
  await insertSubscription(db, customerId, { id });
  await expect(page.getByText("Active", { exact: true })).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole("heading", { name: "Your payment is being confirmed" })).toBeHidden();

  await context.setOffline(true);
  await db.query(
    "update subscriptions set cancel_at_period_end = true, version = version + 1 where id = $1",
    [id],
  );
  await page.waitForTimeout(6_000);
  await expect(page.getByText("Active", { exact: true })).toBeVisible();

  await context.setOffline(false);
  await expect(page.getByText("Ending", { exact: true })).toBeVisible({ timeout: 15_000 });
});

test("an ended session leads an open dashboard to the sign-in page", async ({ page, db, signUp }) => {
  const { email } = await signUp(page);
  await page.goto("/dashboard");
  await db.query("delete from sessions where user_id = (select id from users where email = $1)", [email]);
  await expect(page).toHaveURL("/sign-in?from=%2Fdashboard", { timeout: 15_000 });
});
