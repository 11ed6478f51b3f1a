import { describe, expect, test } from "vitest";
import { submit, visit } from "./pages-support";
import { useLocalStripe } from "./support";

const it = useLocalStripe();
const HOUR = 60 * 60;
const DAY = 24 * HOUR;

const anyPage = () => `${it.local.url}/pay/cs_test_unknown`;

test("an address that nobody knows is answered with a page that says so", async () => {
  for (const path of ["/pay/cs_test_no", "/portal/bps_no", "/authenticate/pi_no"]) {
    const page = await visit(it.local.url + path);
    expect(page.status).toBe(404);
    expect(page.html).toContain("<!doctype html>");
    expect(page.html).toContain("There is no such page");
  }
});

test("each page says that it is the local Stripe, and which day it is there", async () => {
  await it.advance(400 * DAY);
  const { html } = await visit(anyPage());
  expect(html).toContain("This is the local Stripe. No money moves.");
  const day = new Date(it.local.account.now() * 1000);
  expect(html).toContain(`<time datetime="${day.toISOString().slice(0, 10)}`);
  expect(html).not.toContain("weather");
});

test("pages are not for other sites, neither to post to nor under another name", async () => {
  const from = (origin: string) =>
    fetch(`${it.local.url}/_local/advance`, {
      method: "POST",
      headers: { origin },
      body: new URLSearchParams({ by: "day" }),
    });
  expect((await from("https://evil.example")).status).toBe(404);
  expect(it.local.account.ahead).toBe(0);
  expect((await from(it.local.url)).status).toBe(200);
  expect(it.local.account.ahead).toBe(DAY);
});

describe("time", () => {
  const advance = (fields: Record<string, string>) => submit(`${it.local.url}/_local/advance`, fields);

  test.each([
    ["day", DAY],
    ["week", 7 * DAY],
  ])("advances by a %s, and comes back to the page", async (by, seconds) => {
    const back = await advance({ by, return_to: "/portal/bps_1?home" });
    expect(back).toMatchObject({ status: 303, to: "/portal/bps_1?home" });
    expect(it.local.account.ahead).toBe(seconds);
  });

  test("advances by a calendar month and an hour, so that a renewal is paid as well", async () => {
    const before = new Date(it.local.account.now() * 1000);
    await advance({ by: "month" });
    const after = new Date((it.local.account.now() - HOUR) * 1000);
    expect((after.getUTCMonth() + 12 - before.getUTCMonth()) % 12).toBe(1);
    expect(it.local.account.ahead).toBeGreaterThanOrEqual(28 * DAY);
    expect(it.local.account.ahead).toBeLessThanOrEqual(31 * DAY + HOUR);
  });

  test("advances to what happens next", async () => {
    const session = await it.stripe.checkout.sessions.create({
      mode: "setup",
      currency: "usd",
      success_url: "http://localhost/",
    });
    await advance({ by: "next" });
    expect(it.eventTypes()).toEqual(["checkout.session.expired"]);
    expect(await it.stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: "expired" });
  });

  test("is advanced by JSON too, one advance after the other", async () => {
    const start = it.local.account.now();
    const json = (body: object) =>
      fetch(`${it.local.url}/_local/advance`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const both = await Promise.all([json({ seconds: HOUR }), json({ by: "day" })]);
    const answers: { now: number }[] = await Promise.all(both.map((answer) => answer.json()));
    expect(it.local.account.ahead).toBe(DAY + HOUR);
    expect(Math.max(...answers.map(({ now }) => now))).toBeGreaterThanOrEqual(start + DAY + HOUR);
    expect((await json({ to: start + 9 * DAY })).status).toBe(200);
    expect(it.local.account.now()).toBeGreaterThanOrEqual(start + 9 * DAY);
    expect((await json({ by: "century" })).status).toBe(400);
  });

  test("does not send anybody elsewhere", async () => {
    for (const return_to of ["https://evil.example/", "//evil.example/", "/\\evil.example/"]) {
      const answer = await advance({ by: "day", return_to });
      expect(answer).toMatchObject({ status: 200, to: null });
    }
  });
});

test("what the app and its customers write is shown as text", async () => {
  const product = await it.stripe.products.create({ name: `<script>alert("x")</script>` });
  const price = await it.stripe.prices.create({ product: product.id, currency: "jpy", unit_amount: 500 });
  const session = await it.stripe.checkout.sessions.create({
    mode: "payment",
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: "http://localhost/",
    customer_email: `"><img/src=x>@example.com`,
  });
  const { html } = await visit(session.url ?? "");
  expect(html).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;");
  expect(html).not.toContain("<img/src=x>");
  expect(html).toContain("¥500");
  const again = await submit(session.url ?? "", { name: `"><i>`, number: "1", phone: `'"><b>` });
  expect(again.status).toBe(422);
  expect(again.html).not.toMatch(/"><i>|<b>/);
});
