import { expect, expectAccessible, test } from "./support/fixtures.ts";

for (const path of ["/", "/sign-in", "/sign-up", "/no-such-page"])
  test(`${path} passes axe and fits the screen`, async ({ page }) => {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectAccessible(page);
  });

test("prices come from the catalogue, monthly and yearly", async ({ page }) => {
  await page.goto("/");
  const team = page.getByRole("article", { name: "Team" });
  await expect(team.getByText("$15", { exact: true })).toBeVisible();
  await expect(team.getByText("$150", { exact: true })).toBeHidden();

  await page.getByRole("radio", { name: "Monthly" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(team.getByText("$150", { exact: true })).toBeVisible();
  await expect(team.getByText("Saves $30 against paying monthly")).toBeVisible();
  await expect(team.getByText("$15", { exact: true })).toBeHidden();
});

test("every page has a title of its own, and private ones are not for search engines", async ({
  page,
  signUp,
}) => {
  for (const [path, title] of [
    ["/", "Cairn · Decisions, where the next person will look."],
    ["/sign-in", "Sign in · Cairn"],
    ["/sign-up", "Create an account · Cairn"],
  ] as const) {
    await page.goto(path);
    await expect(page).toHaveTitle(title);
  }
  await signUp(page);
  await page.goto("/dashboard");
  await expect(page).toHaveTitle("Dashboard · Cairn");
  await expect(page.locator("meta[name=robots]")).toHaveAttribute("content", /noindex/);
});

test("a page asks the server for nothing before somebody clicks", async ({ page, signUp }) => {
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("_rsc=")) asked.push(request.url());
  });
  await page.goto("/", { waitUntil: "networkidle" });
  await signUp(page);
  await page.goto("/settings", { waitUntil: "networkidle" });
  expect(asked).toEqual([]);
  await page.getByRole("link", { name: "Dashboard" }).click();
  await expect(page).toHaveURL("/dashboard");
  expect(asked).toHaveLength(1);
});

test("no page may be framed, or taken for anything but what it is", async ({ request }) => {
  for (const path of ["/", "/sign-in", "/dashboard", "/api/webhooks/stripe"]) {
    const headers = (await request.get(path, { maxRedirects: 0 })).headers();
    expect(headers, path).toMatchObject({
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
      "referrer-policy": "strict-origin-when-cross-origin",
    });
    expect(headers["x-powered-by"], path).toBeUndefined();
  }
});
