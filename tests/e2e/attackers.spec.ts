import type { APIResponse, Page } from "@playwright/test";
import { expect, test } from "./support/fixtures.ts";
import { stripe } from "./support/stripe.ts";
import { planAtStripe, type Subscriber, subscribe } from "./support/subscriber.ts";

/**
 * Every action, as somebody sends it who has read the page's source: with other people's ids, without a session, from
 * another site, too much of it, and nonsense. Nothing may be read or changed, and the answer must be a clear one.
 */
test.describe.configure({ mode: "parallel", timeout: 180_000 });
// What the browser would send is in the page as it came.
test.use({ javaScriptEnabled: false });

type Form = Record<string, string>;

/** Where each action's form is found, for somebody with a plan of their own. */
const ACTIONS = [
  { name: "cancel", page: "/dashboard/cancel", button: "Cancel plan" },
  { name: "resume", page: "/dashboard", button: "Resume plan" },
  { name: "portal", page: "/dashboard", button: "Payment method" },
  { name: "change", page: "/dashboard/change?plan=company", button: /and change$/ },
] as const;

async function formOf(page: Page, action: (typeof ACTIONS)[number]): Promise<Form> {
  await page.goto(action.page);
  return page.locator("form", { has: page.getByRole("button", { name: action.button }) }).evaluate((form) => {
    if (!(form instanceof HTMLFormElement)) throw new Error("This is no form.");
    return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  });
}

const post = (page: Page, form: Form, origin = process.env.APP_URL ?? ""): Promise<APIResponse> =>
  page.request.post("/dashboard", { multipart: form, headers: { origin }, maxRedirects: 0 });

/** Two people with plans: the second one attacks. Resuming needs a plan that ends. */
async function victim(page: Page, db: Parameters<typeof subscribe>[1], email: string): Promise<Subscriber> {
  return subscribe(page, db, email, "solo_monthly");
}

const untouched = async (plan: Subscriber) => {
  const { cancel_at, status, schedule } = await stripe().subscriptions.retrieve(plan.subscription);
  expect({ cancel_at, status, schedule }).toEqual({ cancel_at: null, status: "active", schedule: null });
  expect(await planAtStripe(plan)).toBe("1 × solo_monthly");
};

test("another user's ids in one's own forms change nothing, and read nothing", async ({
  browser,
  page,
  db,
  signUp,
}) => {
  const ada = await victim(page, db, (await signUp(page)).email);
  const adas = await formOf(page, ACTIONS[3]);
  const context = await browser.newContext({ baseURL: process.env.APP_URL ?? "", javaScriptEnabled: false });
  const evesPage = await context.newPage();
  const eve = await victim(evesPage, db, (await signUp(evesPage)).email);
  for (const action of [ACTIONS[0]]) {
    const form = await formOf(evesPage, action);
    expect(form.subscription).toBe(eve.subscription);
    const answer = await post(evesPage, { ...form, subscription: ada.subscription });
    expect(await answer.text()).toContain("You have no such subscription.");
  }
  const stolen = await post(evesPage, adas);
  expect(await stolen.text()).toContain("You have no such subscription.");

  await evesPage.goto(`/dashboard/cancel?subscription=${ada.subscription}`);
  await expect(evesPage).toHaveURL(/\/dashboard$/);
  expect(await evesPage.content()).not.toContain(ada.subscription);
  await untouched(ada);
  await untouched(eve);
  await context.close();
});

test("without a session every action leads to signing in, and does nothing", async ({
  browser,
  page,
  db,
  signUp,
}) => {
  const ada = await victim(page, db, (await signUp(page)).email);
  const stranger = await browser.newContext({ baseURL: process.env.APP_URL ?? "", javaScriptEnabled: false });
  const strangersPage = await stranger.newPage();
  for (const action of ACTIONS.filter(({ name }) => name !== "resume")) {
    const answer = await post(strangersPage, await formOf(page, action));
    expect(answer.status(), action.name).toBe(303);
    expect(answer.headers().location, action.name).toContain("/sign-in");
  }
  for (const path of ["/dashboard", "/dashboard/change", "/dashboard/cancel", "/audit-log"]) {
    await strangersPage.goto(path);
    await expect(strangersPage, path).toHaveURL(/\/sign-in/);
  }
  for (const path of ["/api/audit-log", "/api/billing/version"])
    expect((await strangersPage.request.get(path)).status(), path).toBe(401);
  await untouched(ada);
  await stranger.close();
});

test("from another site no action is done, whoever is signed in", async ({ page, db, signUp }) => {
  const ada = await victim(page, db, (await signUp(page)).email);
  for (const action of ACTIONS.filter(({ name }) => name !== "resume")) {
    const form = await formOf(page, action);
    for (const origin of ["https://evil.example", "null", "http://localhost.evil.example"]) {
      const answer = await post(page, form, origin);
      expect(answer.status(), `${action.name} from ${origin}`).toBeGreaterThanOrEqual(400);
    }
  }
  await untouched(ada);
});

test("odd input is answered in words, and too much of it is refused", async ({ page, db, signUp }) => {
  const ada = await victim(page, db, (await signUp(page)).email);
  const cancel = await formOf(page, ACTIONS[0]);
  const odd: Form[] = [
    { feedback: "__proto__" },
    { attempt: "not-a-uuid" },
    { attempt: "" },
    { subscription: "" },
    { subscription: "x".repeat(256) },
    { comment: "x".repeat(501) },
  ];
  for (const fields of odd) {
    const answer = await post(page, { ...cancel, ...fields });
    expect(answer.status(), JSON.stringify(fields).slice(0, 80)).toBe(200);
    expect(await answer.text()).toContain("This form was not complete.");
  }
  const unknown = await post(page, { ...cancel, subscription: "sub_'; drop table users; --" });
  expect(await unknown.text()).toContain("You have no such subscription.");

  const change = await formOf(page, ACTIONS[3]);
  const [payload = "", signature = ""] = (change.quote ?? "").split(".");
  for (const quote of [payload, `${payload}.`, `${payload}.${signature.toUpperCase()}`, "a.b", "🙂.🙂"]) {
    const answer = await post(page, { ...change, quote });
    expect(await answer.text(), quote.slice(-20)).toContain("This offer is not valid.");
  }
  const portal = await formOf(page, ACTIONS[2]);
  const errand = await post(page, { ...portal, errand: "https://evil.example" });
  expect(await errand.text()).toContain("This form was not complete.");

  const huge = await post(page, { ...cancel, comment: "x".repeat(2_000_000) });
  expect(huge.status()).toBeGreaterThanOrEqual(400);
  await untouched(ada);
});

test("the way into the portal is for one's own customer alone", async ({ page, db, signUp }) => {
  await victim(page, db, (await signUp(page)).email);
  const form = await formOf(page, ACTIONS[2]);
  expect(Object.keys(form)).not.toContain("customer");
  const answer = await post(page, { ...form, customer: "cus_other", return_url: "https://evil.example" });
  expect(answer.status()).toBe(303);
  const portal = await page.request.get(answer.headers().location ?? "");
  expect(await portal.text()).not.toContain("evil.example");
});
