import { insertCustomer } from "./support/billing-rows.ts";
import { DASHBOARD_STATES, insertPlans } from "./support/dashboard-states.ts";
import { expectAccessible, test } from "./support/fixtures.ts";

test.describe.configure({ mode: "parallel" });

for (const state of DASHBOARD_STATES)
  test(`the dashboard says how it stands: ${state.name}`, async ({ page, db, signUp }) => {
    const { email } = await signUp(page);
    await insertPlans(db);
    await state.insert(db, await insertCustomer(db, email));
    await page.goto("/dashboard");
    await expectAccessible(page, state.says);
  });
