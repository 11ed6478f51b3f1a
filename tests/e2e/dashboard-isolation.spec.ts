import { insertCustomer, insertInvoice, insertSubscription } from "./support/billing-rows.ts";
import { insertPlans } from "./support/dashboard-states.ts";
import { expect, test } from "./support/fixtures.ts";

test("nobody sees another user's billing, whatever they put into the address", async ({
  browser,
  page,
  db,
  signUp,
  baseURL,
}) => {
  const owner = await signUp(page);
  await insertPlans(db);
  const customerId = await insertCustomer(db, owner.email);
  const [subscription, invoice] = [`sub_${customerId.slice(4)}`, `in_${customerId.slice(4)}`];
  await insertSubscription(db, customerId, { id: subscription }, [{ plan: "company" }]);
  await insertInvoice(db, customerId, { id: invoice, number: "OWNER-0001" });
  await page.goto("/dashboard");
  await expect(page.getByRole("heading", { name: "Company" })).toBeVisible();
  await expect(page.getByRole("rowheader", { name: "OWNER-0001" })).toBeVisible();

  const other = await browser.newPage({ ...(baseURL ? { baseURL } : {}) });
  await signUp(other);
  for (const query of ["", `?customer=${customerId}&subscription=${subscription}&userId=${owner.email}`]) {
    await other.goto(`/dashboard${query}`);
    await expect(other.getByRole("heading", { name: "No plan yet" })).toBeVisible();
    expect(await other.content()).not.toMatch(/OWNER-0001|Company/);
  }
  const version = (from: typeof page) => from.request.get("/api/billing/version").then((r) => r.json());
  expect(await version(other)).not.toEqual(await version(page));
  await other.close();
});

test("the version of one's billing is for those who are signed in", async ({ request }) => {
  const response = await request.get("/api/billing/version");
  expect(response.status()).toBe(401);
  expect(response.headers()["cache-control"]).toBe("private, no-store");
});
