import { execFile } from "node:child_process";
import Stripe from "stripe";
import { expect, test } from "vitest";
import { PLANS } from "@/lib/billing/plans";
import { planSetup } from "@/lib/billing/setup/setup";
import { HANDLED_EVENTS } from "@/lib/billing/webhook/events";
import { bundle } from "@/tests/support/bundle";
import { useLocalStripe } from "../stripe/support";

const it = useLocalStripe();
const APP_URL = "https://app.example.com";
const URL = `${APP_URL}/api/webhooks/stripe`;
const TYPES = Object.keys(HANDLED_EVENTS).sort();

const version = Stripe.API_VERSION;
const plan = (isPublic = true) => planSetup(it.stripe, { appUrl: APP_URL, isPublic, version });

/** Makes the account as it should be. @returns what that took, in words, and what else is to be told */
async function setUp() {
  const { changes, told } = await plan();
  for (const { apply } of changes) await apply();
  return { words: changes.map(({ words }) => words), ...told };
}

const NOTHING = { words: [], secret: null, notes: [] };

const products = async () => (await it.stripe.products.list({ limit: 100 })).data;
const product = async (key: string) => {
  const [found] = (await products()).filter(({ metadata }) => metadata.plan === key);
  if (!found) throw new Error(`There is no product of ${key}.`);
  return found;
};
const price = async (lookupKey: string) => {
  const [found] = (await it.stripe.prices.list({ lookup_keys: [lookupKey] })).data;
  if (!found) throw new Error(`There is no price ${lookupKey}.`);
  return found;
};
const endpoints = async () => (await it.stripe.webhookEndpoints.list()).data;
const portals = async () =>
  (
    await it.stripe.billingPortal.configurations.list({
      is_default: false,
      expand: ["data.features.subscription_update.products"],
    })
  ).data;
const written = () => it.local.requests.filter((request) => !request.startsWith("GET"));

/** A monthly price beside those of the plan file. */
const madeByHand = (params: Partial<Stripe.PriceCreateParams>) =>
  it.stripe.prices.create({ currency: "usd", unit_amount: 300, recurring: { interval: "month" }, ...params });

test("an empty account gets products, prices, a portal and an endpoint; a second run finds nothing to do", async () => {
  const { words, secret, notes } = await setUp();
  expect(words).toEqual([
    "+ product Solo",
    "+ product Team",
    "+ product Company",
    "+ price solo_monthly: 500 usd a month",
    "+ price solo_yearly: 5000 usd a year",
    "+ price team_monthly: 1500 usd a month",
    "+ price team_yearly: 15000 usd a year",
    "+ price company_monthly: 9000 usd a month",
    "+ price company_yearly: 90000 usd a year",
    "+ portal configuration",
    `+ webhook endpoint ${URL}, ${TYPES.length} types, ${version}`,
  ]);
  expect(secret).toMatch(/^whsec_\w+$/);
  expect(notes).toEqual([]);

  expect(await products()).toHaveLength(PLANS.length);
  const sold: object[] = [];
  for (const { key, name, description, lines, seats, prices } of PLANS) {
    const made = await product(key);
    expect(made).toMatchObject({
      name,
      description,
      active: true,
      marketing_features: lines.map((line) => ({ name: line })),
      unit_label: seats ? "seat" : null,
    });
    for (const interval of ["month", "year"] as const)
      expect(await price(prices[interval].lookupKey)).toMatchObject({
        product: made.id,
        unit_amount: prices[interval].amount,
        recurring: { interval, interval_count: 1, usage_type: "licensed" },
        active: true,
        currency: "usd",
        metadata: { plan: key },
      });
    sold.push({
      product: made.id,
      prices: [(await price(prices.month.lookupKey)).id, (await price(prices.year.lookupKey)).id],
      adjustable_quantity: seats ? { enabled: true, minimum: 1, maximum: seats.most } : { enabled: false },
    });
  }
  expect(await endpoints()).toMatchObject([{ url: URL, status: "enabled", api_version: version }]);
  expect((await endpoints())[0]?.enabled_events.toSorted()).toEqual(TYPES);
  expect(await portals()).toMatchObject([
    {
      default_return_url: `${APP_URL}/dashboard`,
      features: {
        customer_update: { enabled: true, allowed_updates: ["email", "name", "address", "tax_id"] },
        invoice_history: { enabled: true },
        payment_method_update: { enabled: true },
        subscription_cancel: {
          enabled: true,
          mode: "at_period_end",
          cancellation_reason: {
            enabled: true,
            options: ["too_expensive", "missing_features", "unused", "other"],
          },
        },
        subscription_update: {
          enabled: true,
          default_allowed_updates: ["price", "quantity"],
          proration_behavior: "always_invoice",
          schedule_at_period_end: {
            conditions: [{ type: "decreasing_item_amount" }, { type: "shortening_interval" }],
          },
          products: sold,
        },
      },
    },
  ]);

  it.local.requests.length = 0;
  expect(await setUp()).toEqual(NOTHING);
  expect(written()).toEqual([]);
});

test("where Stripe cannot reach the app there is no endpoint, and the person is told what to do", async () => {
  const { changes, told } = await plan(false);
  expect(changes.filter(({ words }) => words.includes("endpoint"))).toEqual([]);
  expect(told).toEqual({
    secret: null,
    notes: [`Stripe cannot reach ${APP_URL}. To get events here: stripe listen --forward-to ${URL}`],
  });
});

test("another amount is a new price under the same lookup key, and the old one goes off sale but is kept", async () => {
  await setUp();
  const { id: team } = await product("team");
  const before = await price("team_yearly");
  const old = await madeByHand({
    product: team,
    unit_amount: 12_000,
    recurring: { interval: "year" },
    lookup_key: "team_yearly",
    transfer_lookup_key: true,
    metadata: { plan: "team" },
  });
  await it.stripe.products.update(team, { default_price: old.id });

  expect((await setUp()).words).toEqual([
    `+ price team_yearly: 15000 usd a year, in place of 12000 (${old.id})`,
    expect.stringMatching(/^~ portal configuration \(bpc_\w+\): features$/),
    `- price ${old.id} of Team: off sale, kept for who has it`,
    `- price ${before.id} of Team: off sale, kept for who has it`,
  ]);
  expect(await it.stripe.prices.retrieve(old.id)).toMatchObject({ active: false, lookup_key: null });
  const current = await price("team_yearly");
  expect(current).toMatchObject({ active: true, unit_amount: 15_000, product: team });
  expect(await product("team")).toMatchObject({ default_price: current.id });
  const [portal] = await portals();
  expect(portal?.features.subscription_update.products?.[1]?.prices).toContain(current.id);
  expect(await setUp()).toEqual(NOTHING);
});

test("a price that carries a lookup key of the plan file for another product is replaced", async () => {
  const { id: consulting } = await it.stripe.products.create({ name: "Consulting" });
  const other = await madeByHand({ product: consulting, unit_amount: 500, lookup_key: "solo_monthly" });
  const { words } = await setUp();
  expect(words).toContain(`+ price solo_monthly: 500 usd a month, in place of 500 (${other.id})`);
  expect(words).toContain(`- price ${other.id} of Solo: off sale, kept for who has it`);
  expect(await price("solo_monthly")).toMatchObject({ product: (await product("solo")).id });
  expect(await setUp()).toEqual(NOTHING);
});

test("what was changed by hand is put right, and what is not of the plan file stays as it is", async () => {
  await setUp();
  const [solo, team, company] = [await product("solo"), await product("team"), await product("company")];
  const consulting = await it.stripe.products.create({ name: "Consulting" });
  const special = await madeByHand({ product: team.id });
  await it.stripe.products.update(team.id, {
    name: "Crew",
    metadata: { note: "mine" },
    default_price: special.id,
  });
  await it.stripe.products.update(solo.id, { unit_label: "head", marketing_features: [{ name: "Cheap" }] });
  await it.stripe.products.update(company.id, { active: false });
  const yearly = await price("team_yearly");
  await it.stripe.prices.update(yearly.id, { active: false });
  const [endpoint] = await endpoints();
  await it.stripe.webhookEndpoints.update(endpoint?.id ?? "", {
    enabled_events: ["customer.created"],
    disabled: true,
  });
  const [portal] = await portals();
  await it.stripe.billingPortal.configurations.update(portal?.id ?? "", {
    default_return_url: "https://elsewhere.example.com",
    features: { invoice_history: { enabled: false } },
    business_profile: { headline: "Mine" },
  });

  expect(await setUp()).toEqual({
    words: [
      `~ product Solo (${solo.id}): marketing_features, unit_label`,
      `~ product Team (${team.id}): name`,
      `~ product Company (${company.id}): active`,
      `~ price team_yearly (${yearly.id}): on sale again`,
      `~ portal configuration (${portal?.id}): features`,
      `~ webhook endpoint ${endpoint?.id}: enabled_events, status`,
    ],
    secret: null,
    notes: [],
  });
  // What else of the portal is otherwise is told once the products and prices are as they should be: mended it is already.
  expect(await setUp()).toEqual(NOTHING);
  expect(await product("team")).toMatchObject({
    name: "Team",
    metadata: { plan: "team", note: "mine" },
    default_price: special.id,
  });
  expect(await product("solo")).toMatchObject({ unit_label: null });
  expect(await it.stripe.prices.retrieve(special.id)).toMatchObject({ active: true });
  expect(await it.stripe.products.retrieve(consulting.id)).toMatchObject({
    name: "Consulting",
    active: true,
  });
  expect(await portals()).toMatchObject([
    { default_return_url: `${APP_URL}/dashboard`, business_profile: { headline: "Mine" } },
  ]);
});

test("a list is as it should be in any order, and not with one more or another", async () => {
  await setUp();
  const [{ id } = { id: "" }] = await endpoints();
  const change = async (enabled_events: string[]) => {
    await it.stripe.webhookEndpoints.update(id, { enabled_events: enabled_events as never });
    return (await plan()).changes.map(({ words }) => words);
  };
  expect(await change(TYPES.toReversed())).toEqual([]);
  expect(await change([...TYPES, "charge.failed"])).toEqual([`~ webhook endpoint ${id}: enabled_events`]);
  expect(await change([...TYPES.slice(1), "charge.failed"])).toHaveLength(1);
  expect(await change(TYPES)).toEqual([]);

  const [portal] = await portals();
  const team = await product("team");
  await it.stripe.products.update(team.id, { name: "Crew" });
  await it.stripe.billingPortal.configurations.update(portal?.id ?? "", {
    default_return_url: "",
    features: { invoice_history: { enabled: false } },
  });
  expect((await setUp()).words).toEqual([
    `~ product Team (${team.id}): name`,
    `~ portal configuration (${portal?.id}): default_return_url, features`,
  ]);
  expect(await portals()).toMatchObject([{ features: { invoice_history: { enabled: true } } }]);
});

test("of two products of a plan the one on sale is it, and a portal that is off or another's is not ours", async () => {
  const metadata = { plan: "solo" };
  const sold = await it.stripe.products.create({ name: "Solo", metadata });
  const off = await it.stripe.products.create({ name: "Solo", metadata, active: false });
  await it.stripe.billingPortal.configurations.create({
    features: { invoice_history: { enabled: true } },
    metadata: { made_by: "somebody" },
  });
  expect((await setUp()).words[0]).toMatch(`~ product Solo (${sold.id}): description, `);
  expect(await it.stripe.products.retrieve(off.id)).toMatchObject({ active: false });
  const [portal] = await portals();
  await it.stripe.billingPortal.configurations.update(portal?.id ?? "", { active: false });
  expect((await setUp()).words).toEqual(["+ portal configuration"]);
});

test("a run that was cut short is finished by the next one", async () => {
  await setUp();
  const current = await price("solo_monthly");
  // As if it had ended between making a price and taking the old one off sale.
  const leftover = await madeByHand({ product: String(current.product), metadata: { plan: "solo" } });
  await it.stripe.products.update(String(current.product), { default_price: leftover.id });
  expect((await setUp()).words).toEqual([`- price ${leftover.id} of Solo: off sale, kept for who has it`]);
  expect(await it.stripe.prices.retrieve(leftover.id)).toMatchObject({ active: false });
  expect(await price("solo_monthly")).toMatchObject({ id: current.id, active: true });
  expect(await product("solo")).toMatchObject({ default_price: current.id });
});

test("what is to be made is known only once it is made", async () => {
  const { changes } = await plan();
  const portal = changes.find(({ words }) => words === "+ portal configuration");
  await expect((async () => portal?.apply())()).rejects.toThrow("solo");
  expect(written()).toEqual([]);
});

test("an endpoint of another API version gets a successor, and the person is told what to do", async () => {
  const enabled_events: ["*"] = ["*"];
  const old = await it.stripe.webhookEndpoints.create({
    url: URL,
    enabled_events,
    api_version: "2024-06-20",
  });
  const older = await it.stripe.webhookEndpoints.create({ url: URL, enabled_events });
  const off = await it.stripe.webhookEndpoints.create({
    url: URL,
    enabled_events,
    api_version: "2023-10-16",
  });
  await it.stripe.webhookEndpoints.update(off.id, { disabled: true });
  // Of another app.
  await it.stripe.webhookEndpoints.create({
    url: "https://other.example.com",
    enabled_events,
    api_version: version,
  });
  const notes = [
    expect.stringContaining(
      `${older.id} sends to ${URL} too, in version of the account. Once the new secret`,
    ),
    `${old.id} sends to ${URL} too, in version 2024-06-20. Once the new secret is in the environment, disable it: https://dashboard.stripe.com/webhooks`,
  ];
  expect(await setUp()).toMatchObject({ secret: expect.stringMatching(/^whsec_/), notes });
  expect(await setUp()).toEqual({ words: [], secret: null, notes });
});

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

test("the command says what it would do and does nothing if told so, else does it, and then finds nothing to do", async () => {
  const dry = await run(["--dry-run"]);
  expect(dry.code).toBe(0);
  expect(dry.said).toContain("+ price team_monthly: 1500 usd a month");
  expect(dry.said).toContain("Nothing was changed.");
  expect(written()).toEqual([]);

  const first = await run();
  expect(first.code).toBe(0);
  expect(first.said).toContain("+ product Team");
  expect(first.said).toMatch(/^ {2}STRIPE_WEBHOOK_SECRET=whsec_\w+$/m);

  it.local.requests.length = 0;
  const second = await run();
  expect(second.said).toContain("Nothing to do");
  expect(second.said).not.toContain("whsec_");
  expect(written()).toEqual([]);
});

test("the command names what is missing, and says what Stripe refuses in Stripe's words", async () => {
  it.local.failWith(401);
  const [keyless, unknown, refused] = await Promise.all([
    run([], { STRIPE_SECRET_KEY: "" }),
    run(["--delete"]),
    run(),
  ]);
  expect(keyless).toMatchObject({ code: 1, said: expect.stringContaining("STRIPE_SECRET_KEY missing.") });
  expect(unknown).toMatchObject({ code: 1, said: expect.stringContaining("--help") });
  expect(refused).toMatchObject({ code: 1, said: expect.stringContaining("Stripe says:") });
});
