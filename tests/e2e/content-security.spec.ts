import { insertPlans } from "./support/dashboard-states.ts";
import { expect, test } from "./support/fixtures.ts";

const PAGES = ["/", "/sign-in", "/sign-up", "/no-such-page", "/dashboard"];

test("pages work under their policy: nothing of theirs is refused", async ({ page, db, signUp }) => {
  await insertPlans(db);
  await signUp(page);
  const refused: string[] = [];
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) refused.push(message.text());
  });
  for (const path of PAGES) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  }
  expect(refused).toEqual([]);
});

test("a script that somebody slipped into a page does not run", async ({ page, baseURL }) => {
  const slippedIn = "<script>document.documentElement.dataset.injected = 'yes'</script></body>";
  await page.route(`${baseURL}/**`, async (route) => {
    if (route.request().resourceType() !== "document") return await route.fallback();
    const response = await route.fetch();
    const body = (await response.text()).replace("</body>", slippedIn);
    expect(body).toContain(slippedIn);
    await route.fulfill({ response, body });
  });
  for (const path of ["/", "/sign-in", "/no-such-page"]) {
    await page.goto(path);
    await expect(page.locator("html")).not.toHaveAttribute("data-injected", "yes");
  }
});

test("no two answers have the same nonce, and the webhook's has none", async ({ request }) => {
  const nonceOf = async () => {
    const policy = (await request.get("/sign-in")).headers()["content-security-policy"] ?? "";
    return /script-src 'nonce-(\w{32})' 'strict-dynamic';/.exec(policy)?.[1];
  };
  const [one, other] = [await nonceOf(), await nonceOf()];
  expect(one).toBeDefined();
  expect(one).not.toBe(other);
  const answer = await request.post("/api/webhooks/stripe", { data: "{}" });
  expect(answer.headers()["content-security-policy"]).toBeUndefined();
});

test("no page comes without a policy, at addresses that are like those of no page either", async ({
  request,
}) => {
  for (const path of ["/_next/none", "/icon.svg/none", "/iconXsvg", "/robots.txts"]) {
    const answer = await request.get(path);
    expect(answer.status(), path).toBe(404);
    expect(answer.headers()["content-security-policy"], path).toContain("frame-ancestors 'none'");
  }
  const answer = await request.get("/api/none");
  expect(answer.status()).toBe(404);
  expect(answer.headers()["content-type"]).toContain("application/json");
});
