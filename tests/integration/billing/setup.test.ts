import { execFile } from "node:child_process";
import Stripe from "stripe";
import { expect, test } from "vitest";
import { PLANS } from "@/lib/billing/plans";
import { HANDLED_EVENTS } from "@/lib/billing/webhook/events";
import { bundle } from "@/tests/support/bundle";
import { useLocalStripe } from "../stripe/support";

const it = useLocalStripe();
const APP_URL = "https://app.example.com";

/** What `npm run stripe:setup` runs. */
async function run(
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<{ code: number; said: string }> {
  const program = await bundle("scripts/stripe-setup.ts");
  const variables = {
    ...process.env,
    STRIPE_SECRET_KEY: "sk_test_setup",
    STRIPE_API_BASE: it.local.url,
    APP_URL,
    ...env,
  };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      // An empty folder of its own: no .env.local of whoever runs the tests.
      { cwd: import.meta.dirname, env: variables },
      (error, stdout, stderr) => {
        resolve({
          code: typeof error?.code === "number" ? error.code : error ? 1 : 0,
          said: stdout + stderr,
        });
      },
    );
  });
}

const prices = async (lookup_keys: string[]) =>
  (await it.stripe.prices.list({ lookup_keys, limit: 10 })).data;
const written = () => it.local.requests.filter((request) => !request.startsWith("GET"));

test("an empty account gets products, prices, a portal and an endpoint; a second run finds nothing to do", async () => {
  const first = await run();
  expect(first).toMatchObject({ code: 0 });
  expect(first.said).toContain("+ product Team");
  expect(first.said).toMatch(/^ {2}STRIPE_WEBHOOK_SECRET=whsec_\w+$/m);

  const { data: products } = await it.stripe.products.list();
  expect(products.map(({ name, metadata }) => [metadata.plan, name]).sort()).toEqual(
    PLANS.map(({ key, name }) => [key, name]).sort(),
  );
  for (const { key, prices: wanted } of PLANS) {
    const product = products.find(({ metadata }) => metadata.plan === key)?.id;
    const found = await prices([wanted.month.lookupKey, wanted.year.lookupKey]);
    expect(found).toMatchObject(
      [
        {
          lookup_key: wanted.year.lookupKey,
          unit_amount: wanted.year.amount,
          recurring: { interval: "year" },
        },
        {
          lookup_key: wanted.month.lookupKey,
          unit_amount: wanted.month.amount,
          recurring: { interval: "month" },
        },
      ].map((price) => ({ ...price, product, active: true, currency: "usd" })),
    );
  }
  const { data: endpoints } = await it.stripe.webhookEndpoints.list();
  expect(endpoints).toMatchObject([
    { url: `${APP_URL}/api/webhooks/stripe`, status: "enabled", api_version: Stripe.API_VERSION },
  ]);
  expect(endpoints[0]?.enabled_events.toSorted()).toEqual(Object.keys(HANDLED_EVENTS).sort());
  const portal = await it.stripe.billingPortal.configurations.list({
    is_default: false,
    expand: ["data.features.subscription_update.products"],
  });
  expect(portal.data[0]?.features.subscription_update.products).toHaveLength(PLANS.length);

  it.local.requests.length = 0;
  const second = await run();
  expect(second.said).toContain("Nothing to do");
  expect(second.said).not.toContain("whsec_");
  expect(written()).toEqual([]);
});

test("a dry run says what it would do, and does nothing", async () => {
  const { code, said } = await run(["--dry-run"]);
  expect(code).toBe(0);
  expect(said).toContain("+ price team_monthly: 1500 usd a month");
  expect(said).toContain("Nothing was changed.");
  expect(written()).toEqual([]);
});

test("another amount is a new price under the same lookup key, and the old one goes off sale but is kept", async () => {
  const product = await it.stripe.products.create({ name: "Solo", metadata: { plan: "solo" } });
  const old = await it.stripe.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 400,
    recurring: { interval: "month" },
    lookup_key: "solo_monthly",
  });
  await it.stripe.products.update(product.id, { default_price: old.id });
  const { said } = await run();
  expect(said).toContain(`+ price solo_monthly: 500 usd a month, in place of 400 (${old.id})`);
  expect(said).toContain(`- price ${old.id} of Solo: off sale, kept for who has it`);
  expect(await it.stripe.prices.retrieve(old.id)).toMatchObject({ active: false, lookup_key: null });
  expect(await prices(["solo_monthly"])).toMatchObject([
    { active: true, unit_amount: 500, product: product.id },
  ]);
  expect(await run()).toMatchObject({ said: expect.stringContaining("Nothing to do") });
});

test("what was changed by hand is put right, and what is not of the plan file stays as it is", async () => {
  await run();
  const product = (await it.stripe.products.list()).data.find(({ metadata }) => metadata.plan === "team");
  await it.stripe.products.update(product?.id ?? "", { name: "Crew", metadata: { note: "mine" } });
  const [price] = await prices(["team_yearly"]);
  await it.stripe.prices.update(price?.id ?? "", { active: false });
  const [endpoint] = (await it.stripe.webhookEndpoints.list()).data;
  await it.stripe.webhookEndpoints.update(endpoint?.id ?? "", {
    enabled_events: ["customer.created"],
    disabled: true,
  });
  const consulting = await it.stripe.products.create({ name: "Consulting" });

  const { said } = await run();
  expect(said).toMatch(/~ product Team \(prod_\w+\): name\n/);
  expect(said).toContain("on sale again");
  expect(said).toMatch(/~ webhook endpoint we_\w+: enabled_events, status/);
  expect(await it.stripe.products.retrieve(product?.id ?? "")).toMatchObject({
    name: "Team",
    metadata: { plan: "team", note: "mine" },
  });
  expect(await it.stripe.products.retrieve(consulting.id)).toEqual(
    expect.objectContaining({ name: "Consulting", active: true }),
  );
  expect((await run()).said).toContain("Nothing to do");
});

test("a run that was cut short is finished by the next one", async () => {
  await run();
  const [current] = await prices(["solo_monthly"]);
  // As if it had ended between making a price and taking the old one off sale.
  const leftover = await it.stripe.prices.create({
    product: String(current?.product),
    currency: "usd",
    unit_amount: 300,
    recurring: { interval: "month" },
    metadata: { plan: "solo" },
  });
  await run();
  expect(await it.stripe.prices.retrieve(leftover.id)).toMatchObject({ active: false });
  expect(await prices(["solo_monthly"])).toMatchObject([{ id: current?.id, active: true }]);
});

test("an endpoint of another API version gets a successor, and the person is told what to do", async () => {
  const url = `${APP_URL}/api/webhooks/stripe`;
  const old = await it.stripe.webhookEndpoints.create({
    url,
    enabled_events: ["*"],
    api_version: "2024-06-20",
  });
  const { said } = await run();
  expect(said).toContain(`${old.id} sends to ${url} too, in version 2024-06-20.`);
  expect(said).toContain("STRIPE_WEBHOOK_SECRET=whsec_");
  expect((await run()).said).toContain("Nothing to do");
});

test("what is missing is named, and what Stripe refuses is said in Stripe's words", async () => {
  expect(await run([], { STRIPE_SECRET_KEY: "" })).toMatchObject({
    code: 1,
    said: expect.stringContaining("STRIPE_SECRET_KEY missing."),
  });
  expect(await run(["--delete"])).toMatchObject({ code: 1, said: expect.stringContaining("--help") });
  it.local.failWith(401);
  expect(await run()).toMatchObject({ code: 1, said: expect.stringContaining("Stripe says:") });
});
