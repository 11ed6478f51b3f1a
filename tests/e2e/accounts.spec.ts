import type { Page } from "@playwright/test";
import { expect, type Person, somebody, test } from "./support/fixtures.ts";

async function fillIn(page: Page, { email, password }: Pick<Person, "email" | "password">) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
}

const signIn = (page: Page) => page.getByRole("main").getByRole("button", { name: "Sign in" });
const createAccount = (page: Page) => page.getByRole("button", { name: "Create account" });

test("somebody new signs up and sees an empty dashboard", async ({ page }) => {
  const person = somebody();
  await page.goto("/");
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByLabel("Name").fill(person.name);
  await fillIn(page, person);
  await createAccount(page).click();
  await expect(page).toHaveURL("/dashboard");
  await expect(page.getByRole("heading", { name: "No plan yet" })).toBeVisible();
  await expect(page.getByText(person.email)).toBeVisible();

  await page.goto("/");
  await expect(page.getByRole("link", { name: "Create an account" })).toBeHidden();
  await page.getByRole("link", { name: "Go to your dashboard" }).click();
  await expect(page).toHaveURL("/dashboard");
});

test("the whole way works with a keyboard alone", async ({ page }) => {
  const { name, email, password } = somebody();
  await page.goto("/sign-up");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("main").getByRole("link", { name: "Sign in" })).toBeFocused();
  for (const text of [name, email, password]) {
    await page.keyboard.press("Tab");
    await page.keyboard.type(text);
  }
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/dashboard");
});

test("what is missing is said at the field, and the first one gets the focus", async ({ page }) => {
  await page.goto("/sign-up");
  await page.getByLabel("E-mail").fill("ines@");
  await page.getByLabel("Password").fill("short");
  await createAccount(page).click();
  await expect(page.getByLabel("Name")).toBeFocused();
  await expect(page.getByLabel("Name")).toHaveAccessibleDescription("What should we call you?");
  await expect(page.getByLabel("E-mail")).toHaveAccessibleDescription(/Enter an e-mail address/);
  await expect(page.getByLabel("Password")).toHaveAccessibleDescription("Use at least 10 characters.");
  await expect(page.getByLabel("E-mail")).toHaveValue("ines@");
});

test("a wrong password and an unknown address get the same answer", async ({ page, signUp }) => {
  const person = await signUp(page);
  await page.context().clearCookies();
  await page.goto("/sign-in");
  for (const email of [person.email, somebody().email]) {
    await fillIn(page, { email, password: "not the password" });
    await signIn(page).click();
    await expect(signIn(page)).toBeEnabled();
    await expect(page.getByRole("alert").filter({ hasText: "do not belong together" })).toBeVisible();
  }
  await fillIn(page, person);
  await signIn(page).click();
  await expect(page).toHaveURL("/dashboard");
});

test("a taken address leads to signing in", async ({ page, signUp }) => {
  const person = await signUp(page);
  await page.context().clearCookies();
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Somebody else");
  await fillIn(page, { ...person, password: "another password" });
  await createAccount(page).click();
  await expect(page.getByLabel("E-mail")).toHaveAccessibleDescription(/already an account/);
  await page.getByRole("link", { name: "Sign in instead" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
});

test("too many attempts are stopped, with the time to wait", async ({ page }) => {
  await page.goto("/sign-in");
  const wrong = { email: somebody().email, password: "not the password" };
  const headers = { origin: new URL(page.url()).origin };
  for (let attempt = 0; attempt < 20; attempt++)
    await page.request.post("/api/auth/sign-in/email", { data: wrong, headers });
  await fillIn(page, wrong);
  await signIn(page).click();
  await expect(page.getByText(/Too many attempts\. Try again in \d+ seconds\./)).toBeVisible();
});

test("a lost connection is called by its name, and nothing typed is lost", async ({ page, context }) => {
  const person = somebody();
  await page.goto("/sign-in");
  await fillIn(page, person);
  await context.setOffline(true);
  await signIn(page).click();
  await expect(page.getByText("The server could not be reached.")).toBeVisible();
  await expect(page.getByLabel("E-mail")).toHaveValue(person.email);
  await context.setOffline(false);
});

test("/dashboard asks for a session, and comes back after signing in", async ({ page, request, signUp }) => {
  const answer = await request.get("/dashboard", { maxRedirects: 0 });
  expect(answer.status()).toBe(307);
  expect(answer.headers().location).toBe("/sign-in?from=%2Fdashboard");

  const person = await signUp(page);
  await page.context().clearCookies();
  await page.goto("/dashboard");
  await expect(page).toHaveURL("/sign-in?from=%2Fdashboard");
  await fillIn(page, person);
  await signIn(page).click();
  await expect(page).toHaveURL("/dashboard");
  for (const form of ["/sign-in", "/sign-up"]) {
    await page.goto(form);
    await expect(page, form).toHaveURL("/dashboard");
    await page.goto(`${form}?from=${encodeURIComponent("/checkout?plan=team_monthly")}`);
    await expect(page, form).toHaveURL("/checkout?plan=team_monthly");
  }
});

for (const from of ["//example.com", "https://example.com", "/\\example.com", "/.//example.com"])
  test(`signing in never leads to another site: ${from}`, async ({ page, signUp }) => {
    const person = await signUp(page);
    await page.context().clearCookies();
    await page.goto(`/sign-in?from=${encodeURIComponent(from)}`);
    await fillIn(page, person);
    await signIn(page).click();
    await expect(page).toHaveURL("/dashboard");
  });

test("signing out ends the session itself, not only the cookie", async ({ page, signUp, context }) => {
  await signUp(page);
  const cookies = await context.cookies();
  expect(cookies).toContainEqual(
    expect.objectContaining({
      name: expect.stringContaining("session_token"),
      httpOnly: true,
      sameSite: "Lax",
    }),
  );
  await page.goto("/dashboard");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/");
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();

  await context.addCookies(cookies);
  await page.goto("/dashboard");
  await expect(page).toHaveURL("/sign-in?from=%2Fdashboard");
});

test("the auth API answers other sites with a refusal", async ({ page, signUp }) => {
  const person = await signUp(page);
  const response = await page.request.post("/api/auth/sign-in/email", {
    data: person,
    headers: { origin: "https://example.com" },
  });
  expect(response.status()).toBe(403);
});
