import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import type { Client } from "pg";
import { insertCustomer, insertInvoice, insertSubscription } from "./support/billing-rows.ts";
import { expect, expectAccessible, type Person, somebody, test } from "./support/fixtures.ts";

const OPERATOR = "operator@example.com";

/** Signs in as an operator whose address somebody with the database has vouched for. */
async function signInAsOperator(
  page: Page,
  db: Client,
  signUp: (page: Page, person?: Person) => Promise<Person>,
) {
  const person = { ...somebody(), email: OPERATOR };
  await db.query("delete from users where email = $1", [OPERATOR]);
  await signUp(page, person);
  await db.query("update users set email_verified = true where email = $1", [OPERATOR]);
}

/** An event that has waited for a person for days: the health of the app, which other tests ask for, stays good. */
async function insertParked(db: Client, id: string, object: object): Promise<void> {
  const payload = {
    id,
    object: "event",
    type: "customer.updated",
    created: 1_790_000_000,
    livemode: false,
    data: { object },
  };
  await db.query(
    `insert into stripe_events (id, type, livemode, object_id, customer_id, payload, status, last_error, created, received_at, next_attempt_at)
     values ($1, 'customer.updated', false, 'cus_parked', 'cus_parked', $2, 'parked', 'It was parked by a test.', now(),
       now() - interval '2 days', null)`,
    [id, JSON.stringify(payload)],
  );
}

const PAGES = ["/operator", "/operator/events", "/operator/customers", "/operator/revenue", "/operator/acts"];

test("for everybody else there is nothing at these addresses, signed in or not", async ({
  page,
  db,
  signUp,
}) => {
  const paths = [
    ...PAGES,
    "/operator/events/evt_1",
    "/operator/customers/cus_1",
    "/operator/replays/1",
    "/operator/none",
  ];
  for (const path of paths) expect((await page.request.get(path)).status(), path).toBe(404);
  await signUp(page);
  for (const path of paths) expect((await page.request.get(path)).status(), path).toBe(404);
  await page.goto("/dashboard");
  await expect(page.getByRole("link", { name: "Operator" })).toHaveCount(0);

  // Whoever signs up with an operator's address is not the operator by that.
  await page.context().clearCookies();
  await db.query("delete from users where email = $1", [OPERATOR]);
  await signUp(page, { ...somebody(), email: OPERATOR });
  for (const path of paths) expect((await page.request.get(path)).status(), path).toBe(404);
});

test("a parked event is found, looked at, and replayed once its cause is mended", async ({
  page,
  db,
  signUp,
}) => {
  await signInAsOperator(page, db, signUp);
  const id = `evt_${randomUUID().replaceAll("-", "")}`;
  await insertParked(db, id, {
    id: "cus_parked",
    object: "customer",
    email: "ada.lovelace@example.com",
    metadata: {},
    livemode: false,
  });

  await page.goto("/operator/events?state=parked");
  await page.getByRole("link", { name: "customer.updated" }).first().click();
  await expect(page.getByText("It was parked by a test.")).toBeVisible();
  await page.getByText("Show the JSON").click();
  await expect(page.locator("pre")).toContainText('"email": "•••"');
  await page.getByRole("button", { name: "Show personal data" }).click();
  await expect(page.locator("pre")).toContainText("ada.lovelace@example.com");

  await page.getByRole("button", { name: "Replay this event" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Taken back before it began.")).toBeVisible();
  const { rows } = await db.query("select status from stripe_events where id = $1", [id]);
  expect(rows).toEqual([{ status: "parked" }]);

  await page.goto(`/operator/events/${id}`);
  await page.getByRole("button", { name: "Replay this event" }).click();
  await expect(page.getByText("Done: 1 put back, none of them parked.")).toBeVisible({ timeout: 40_000 });
  await page.goto(`/operator/events/${id}`);
  await expect(page.getByText("Applied", { exact: true }).first()).toBeVisible();
  const change = page.getByRole("table", { name: "What it changed" });
  await expect(change.getByRole("row", { name: "Email" })).toContainText("•••");
  await expect(change).not.toContainText("ada.lovelace");
  expect((await db.query("select email from customers where id = 'cus_parked'")).rows).toEqual([
    { email: "ada.lovelace@example.com" },
  ]);

  await page.goto("/operator/acts");
  for (const act of ["looked at personal data", "took a replay back", "asked for a replay"])
    await expect(page.getByRole("cell", { name: act }).first()).toBeVisible();
});

test("a customer is found by id and address, and an orphan is given to who paid", async ({
  page,
  db,
  signUp,
  browser,
  baseURL,
}) => {
  const other = await browser.newPage({ ...(baseURL ? { baseURL } : {}) });
  const owner = await signUp(other);
  await other.close();
  await signInAsOperator(page, db, signUp);
  const id = `cus_${randomUUID().slice(0, 8)}`;
  await db.query("insert into customers (id, email, livemode) values ($1, 'Zoe.Orphan@example.com', false)", [
    id,
  ]);
  await insertSubscription(db, id, { id: `sub_${id.slice(4)}` });
  await insertInvoice(db, id, { id: `in_${id.slice(4)}` });

  await page.goto("/operator/customers");
  await page.getByRole("button", { name: "Look again now" }).click();
  await expect(page.getByRole("link", { name: id }).first()).toBeVisible();
  for (const term of [id, `sub_${id.slice(4)}`, "Zoe.Orph"]) {
    await page.getByRole("searchbox").fill(term);
    await page.getByRole("button", { name: "Search" }).click();
    await expect(page.getByRole("link", { name: id }).first()).toBeVisible();
  }
  await page.getByRole("link", { name: id }).first().click();
  await page.getByLabel("The user's e-mail address").fill(owner.email);
  await page.getByRole("button", { name: "Give it to them" }).click();
  await expect(page.getByText(`The user ${owner.email} owns it.`)).toBeVisible();
});

test("what no id or search can be is found nowhere, and breaks no page", async ({ page, db, signUp }) => {
  await signInAsOperator(page, db, signUp);
  for (const [path, title] of [
    ["/operator/customers?q=%00", "Customers"],
    ["/operator/events?type=%00&object=%00&customer=%00", "Events"],
    ["/operator/events/%00", "There is nothing at this address"],
    ["/operator/customers/%00", "There is nothing at this address"],
    ["/operator/replays/%00", "There is nothing at this address"],
  ] as const) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1, name: title }), path).toBeVisible();
  }
});

test("operator pages fit the screen and pass axe", async ({ page, db, signUp }) => {
  test.setTimeout(240_000);
  await signInAsOperator(page, db, signUp);
  const customer = await insertCustomer(db, OPERATOR);
  await insertSubscription(db, customer, { id: `sub_${customer.slice(4)}` });
  const id = `evt_${randomUUID().replaceAll("-", "")}`;
  await insertParked(db, id, { id: `cus_${"long".repeat(12)}`, object: "customer" });
  for (const path of [...PAGES, `/operator/events/${id}`, `/operator/customers/${customer}`]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectAccessible(page);
  }
  await db.query("delete from stripe_events where id = $1", [id]);
});
