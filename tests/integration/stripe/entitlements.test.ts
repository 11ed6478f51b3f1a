import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { catalogue, customerWith, DAY } from "./billing";
import { useLocalStripe } from "./support";

const it = useLocalStripe();
const SUMMARY = "entitlements.active_entitlement_summary.updated";

const feature = (lookup_key: string) =>
  it.stripe.entitlements.features.create({ lookup_key, name: `The ${lookup_key}` });

/** Solo is sold with exports; Pro with exports and an API. */
async function sold() {
  const prices = await catalogue(it.stripe);
  const [exports, api] = [await feature("exports"), await feature("api")];
  const add = (price: Stripe.Price, { id }: Stripe.Entitlements.Feature) =>
    it.stripe.products.createFeature(String(price.product), { entitlement_feature: id });
  await add(prices.solo, exports);
  const ofPro = [await add(prices.pro, exports), await add(prices.pro, api)];
  return { ...prices, exports, api, ofPro, add };
}

const keys = async (customer: string) =>
  (await it.stripe.entitlements.activeEntitlements.list({ customer })).data.map(
    ({ lookup_key }) => lookup_key,
  );

const summaries = () => it.events().filter(({ type }) => type === SUMMARY);

describe("a feature", () => {
  test("is made, renamed, archived, and found by its key", async () => {
    const { id } = await feature("exports");
    const changed = await it.stripe.entitlements.features.update(id, { name: "CSV", metadata: { a: "1" } });
    expect(changed).toMatchObject({
      object: "entitlements.feature",
      active: true,
      lookup_key: "exports",
      name: "CSV",
      metadata: { a: "1" },
    });
    expect(await it.stripe.entitlements.features.retrieve(id)).toEqual(changed);
    const { features } = it.stripe.entitlements;
    expect((await features.list({ lookup_key: "exports" })).data).toEqual([changed]);
    await expect(feature("exports")).rejects.toMatchObject({ param: "lookup_key" });
    await features.update(id, { active: false });
    expect((await features.list()).data).toEqual([]);
    expect((await features.list({ archived: true })).data).toMatchObject([{ id, active: false }]);
    expect((await feature("exports")).id).not.toBe(id);
    expect(it.eventTypes()).toEqual([]);
  });

  test("wants a key and a name of at most 80 characters", async () => {
    await expect(feature("x".repeat(81))).rejects.toMatchObject({ param: "lookup_key" });
    await expect(it.stripe.entitlements.features.retrieve("feat_no")).rejects.toMatchObject({
      statusCode: 404,
      message: "No such feature: 'feat_no'",
    });
  });
});

describe("a product's features", () => {
  test("are added, listed, looked at and taken away", async () => {
    const { pro, solo, exports, ofPro, add } = await sold();
    const [first, second] = ofPro;
    const { data } = await it.stripe.products.listFeatures(String(pro.product));
    expect(data.map(({ id }) => id)).toEqual([second?.id, first?.id]);
    await it.stripe.entitlements.features.update(exports.id, { name: "Renamed" });
    const shown = await it.stripe.products.retrieveFeature(String(pro.product), first?.id ?? "");
    expect(shown).toMatchObject({
      object: "product_feature",
      entitlement_feature: { id: exports.id, name: "Renamed" },
    });
    await expect(add(pro, exports)).rejects.toMatchObject({ param: "entitlement_feature" });
    await expect(
      it.stripe.products.retrieveFeature(String(solo.product), first?.id ?? ""),
    ).rejects.toMatchObject({ statusCode: 404 });
    expect(await it.stripe.products.deleteFeature(String(pro.product), first?.id ?? "")).toMatchObject({
      id: first?.id,
      deleted: true,
    });
    expect((await it.stripe.products.listFeatures(String(pro.product))).data).toMatchObject([
      { id: second?.id },
    ]);
  });

  test("are none that are archived", async () => {
    const { solo, api, add } = await sold();
    await it.stripe.entitlements.features.update(api.id, { active: false });
    await expect(add(solo, api)).rejects.toThrow(/archived/);
  });
});

describe("what a customer is entitled to", () => {
  test("follows the plan: bought, switched and canceled", async () => {
    const { solo, pro } = await sold();
    const who = await customerWith(it.stripe, "pm_card_visa");
    expect(await keys(who.customer)).toEqual([]);
    const { id, items } = await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
    expect(await keys(who.customer)).toEqual(["exports"]);
    const [before] = (await it.stripe.entitlements.activeEntitlements.list({ customer: who.customer })).data;

    const item = items.data[0]?.id ?? "";
    await it.stripe.subscriptions.update(id, { items: [{ id: item, price: pro.id }] });
    const { data } = await it.stripe.entitlements.activeEntitlements.list({
      customer: who.customer,
      expand: ["data.feature"],
    });
    expect(data).toMatchObject([
      { object: "entitlements.active_entitlement", lookup_key: "api", feature: { name: "The api" } },
      { id: before?.id, lookup_key: "exports" },
    ]);
    const kept = await it.stripe.entitlements.activeEntitlements.retrieve(before?.id ?? "");
    expect(kept).toEqual(before);

    await it.stripe.subscriptions.cancel(id);
    expect(await keys(who.customer)).toEqual([]);
    await expect(it.stripe.entitlements.activeEntitlements.retrieve(before?.id ?? "")).rejects.toMatchObject({
      statusCode: 404,
    });
    expect(
      it.eventTypes().filter((type) => type.startsWith("entitlements") || type.startsWith("customer.sub")),
    ).toEqual([
      "customer.subscription.created",
      SUMMARY,
      "customer.subscription.updated",
      SUMMARY,
      "customer.subscription.deleted",
      SUMMARY,
    ]);
    expect(summaries().at(1)).toMatchObject({
      object: {
        object: "entitlements.active_entitlement_summary",
        customer: who.customer,
        livemode: false,
        entitlements: {
          object: "list",
          has_more: false,
          data: [{ lookup_key: "api" }, { lookup_key: "exports" }],
        },
      },
      previous: { entitlements: { data: [{ id: before?.id, lookup_key: "exports" }] } },
    });
  });

  test("is nothing as long as the first payment is missing", async () => {
    const { pro } = await sold();
    const who = await customerWith(it.stripe, "pm_card_chargeCustomerFail");
    const { status } = await it.stripe.subscriptions.create({ ...who, items: [{ price: pro.id }] });
    expect(status).toBe("incomplete");
    expect(await keys(who.customer)).toEqual([]);
    expect(summaries()).toEqual([]);
  });

  test("counts a trial, and two plans with one feature once", async () => {
    const { solo, pro } = await sold();
    const who = await customerWith(it.stripe, "pm_card_visa");
    const items = (price: Stripe.Price) => ({ ...who, items: [{ price: price.id }] });
    await it.stripe.subscriptions.create({ ...items(solo), trial_period_days: 7 });
    const { id } = await it.stripe.subscriptions.create(items(pro));
    expect(await keys(who.customer)).toEqual(["api", "exports"]);
    await it.stripe.subscriptions.cancel(id);
    expect(await keys(who.customer)).toEqual(["exports"]);
  });

  test("gets a feature that the plan got meanwhile with the next period", async () => {
    const { solo, api, add } = await sold();
    const who = await customerWith(it.stripe, "pm_card_visa");
    await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
    await add(solo, api);
    expect(await keys(who.customer)).toEqual(["exports"]);
    await it.advance(32 * DAY);
    expect(await keys(who.customer)).toEqual(["api", "exports"]);
  });

  test("is asked for by a customer that there is", async () => {
    await expect(it.stripe.entitlements.activeEntitlements.list({ customer: "cus_no" })).rejects.toThrow(
      "No such customer: 'cus_no'",
    );
  });
});
