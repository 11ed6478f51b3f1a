import { insertCustomer } from "./support/billing-rows.ts";
import { DASHBOARD_STATES, insertPlans } from "./support/dashboard-states.ts";
import { expect, expectAccessible, LOOKS, test } from "./support/fixtures.ts";

test.describe.configure({ mode: "parallel" });
test.use({ contextOptions: { reducedMotion: "reduce" } });

for (const state of DASHBOARD_STATES)
  test(`the dashboard says how it stands: ${state.name}`, async ({ page, db, signUp }) => {
    const { email } = await signUp(page);
    await insertPlans(db);
    await state.insert(db, await insertCustomer(db, email));
    for (const { colorScheme, viewport } of [LOOKS[0], LOOKS[3]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await page.goto("/dashboard");
      for (const words of state.says)
        await expect(page.getByRole("main").getByText(words).filter({ visible: true }).first()).toBeVisible();
      await expectAccessible(page);
    }
  });
