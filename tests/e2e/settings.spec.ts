import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, somebody, test } from "./support/fixtures.ts";
import { mailsTo } from "./support/mailbox.ts";
import { stripe } from "./support/stripe.ts";
import { subscribe } from "./support/subscriber.ts";

test.describe.configure({ mode: "parallel", timeout: 240_000 });

const part = (page: Page, name: string) => page.getByRole("region", { name });
const says = (page: Page, words: string | RegExp) =>
  expect(page.getByRole("main").getByText(words).first()).toBeVisible({ timeout: 60_000 });

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL("/dashboard");
}

async function newestLinkTo(address: string): Promise<string> {
  const [mail] = await mailsTo(address);
  return /https?:\S+\/settings\/email\S+/.exec(mail?.text ?? "")?.[0] ?? "";
}

test("name, address and password are changed, and the data taken along, by keyboard alone", async ({
  page,
  db,
  browser,
  signUp,
}) => {
  const person = await signUp(page);
  const { customer } = await subscribe(db, person.email, "solo_monthly");
  await page.goto("/dashboard");
  const elsewhere = await browser.newPage({ baseURL: process.env.APP_URL ?? "" });
  await signIn(elsewhere, person);
  await page.getByRole("link", { name: /^Settings/ }).click();
  await expect(page).toHaveTitle(/^Settings/);
  await expectAccessible(page);

  await part(page, "Name").getByLabel("Name").fill("  ");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: "Name" })).toHaveAccessibleDescription(
    "What should we call you?",
  );
  await expect(page.getByRole("textbox", { name: "Name" })).toBeFocused();
  await page.keyboard.type("Ines A. Almeida");
  await page.keyboard.press("Enter");
  await says(page, "Your name is saved");

  const { email } = somebody();
  await part(page, "E-mail").getByLabel("New e-mail address").fill(email);
  await page.keyboard.press("Tab");
  await page.keyboard.type("not the password");
  await page.keyboard.press("Enter");
  const password = part(page, "E-mail").getByLabel("Your password");
  await expect(password).toHaveAccessibleDescription("This is not your password.");
  await expect(part(page, "E-mail").getByLabel("New e-mail address")).toHaveValue(email);
  await expectAccessible(page);
  await password.fill(person.password);
  await page.keyboard.press("Enter");
  await says(page, `We sent a link to ${email}. Until you open it, your address stays as it is.`);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Keep the old address" }).press("Enter");
  await says(page, "Your e-mail address stays as it is");
  await part(page, "E-mail").getByLabel("New e-mail address").fill(email);
  await part(page, "E-mail").getByLabel("Your password").fill(person.password);
  await page.keyboard.press("Enter");
  await says(page, "Open the link that we sent you");
  await page.goto(await newestLinkTo(email));
  await expectAccessible(page);
  await page.getByRole("button", { name: "Confirm" }).press("Enter");
  await says(page, "Your e-mail address is changed");
  expect((await mailsTo(person.email))[0]?.subject).toBe("Your Cairn account has another address now");
  await expect(page.getByRole("link", { name: `Settings ${email}` })).toBeVisible();
  expect(await stripe().customers.retrieve(customer)).toMatchObject({ email });

  await part(page, "Password").getByLabel("Your password").fill(person.password);
  await page.keyboard.press("Tab");
  await page.keyboard.type("a longer horse battery");
  await page.keyboard.press("Enter");
  await says(page, "Your password is changed");
  await elsewhere.goto("/dashboard");
  await expect(elsewhere).toHaveURL(/\/sign-in/);

  await signIn(elsewhere, { email, password: "a longer horse battery" });
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await says(page, "You are signed out everywhere else");
  await elsewhere.goto("/dashboard");
  await expect(elsewhere).toHaveURL(/\/sign-in/);
  await elsewhere.close();

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download your data" }).click(),
  ]);
  const file: unknown = JSON.parse(await readFile(await download.path(), "utf8"));
  expect(file).toMatchObject({
    account: { name: "Ines A. Almeida", email },
    billing: { customer: { email } },
  });
});

test("data is taken along ten times a minute, and not more often", async ({ page, db, signUp }) => {
  const { email } = await signUp(page);
  const ask = () => page.request.get("/api/account/export");
  expect((await ask()).status()).toBe(200);
  await db.query(
    "update rate_limits set count = count + 9 where key = (select 'export of ' || id from users where email = $1)",
    [email],
  );
  const refused = await ask();
  expect([refused.status(), refused.headers()["retry-after"]]).toEqual([429, "60"]);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("an account is deleted with its plan, after the password was asked for", async ({
    page,
    db,
    signUp,
  }) => {
    const person = await signUp(page);
    const { subscription } = await subscribe(db, person.email, "solo_monthly");
    await page.goto("/settings");
    await page.getByRole("link", { name: "Delete account" }).click();
    await says(page, /Solo ends at once\. It is paid until .+ that time is lost, and nothing is refunded\./);
    await page.getByLabel("Your password").fill("not the password");
    await page.getByRole("button", { name: "Delete account for good" }).click();
    await says(page, "This is not your password.");
    await page.getByLabel("Your password").fill(person.password);
    await page.getByRole("button", { name: "Delete account for good" }).click();
    await expect(page).toHaveURL("/goodbye");
    await says(page, "Your account is deleted");
    expect((await stripe().subscriptions.retrieve(subscription)).status).toBe("canceled");
    await page.goto("/settings");
    await expect(page).toHaveURL(/\/sign-in/);
    const { rows } = await db.query("select from users where email = $1", [person.email]);
    expect(rows).toHaveLength(0);
  });
});
