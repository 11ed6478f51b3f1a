import type Stripe from "stripe";
import { beforeEach, expect, test } from "vitest";
import { catalogue, customerWith, DAY } from "./billing";
import { useLocalStripe } from "./support";

const it = useLocalStripe();
const last = () => it.events().at(-1);

let coupon: string;
beforeEach(async () => {
  coupon = (await it.stripe.coupons.create({ percent_off: 50, duration: "forever" })).id;
});

const create = (more: Partial<Stripe.PromotionCodeCreateParams> = {}) =>
  it.stripe.promotionCodes.create({ promotion: { type: "coupon", coupon }, ...more });

test("a promotion code is made for a coupon, under a name of its own or of one's own", async () => {
  const made = await create();
  expect(made).toMatchObject({
    id: expect.stringMatching(/^promo_\w{24}$/),
    object: "promotion_code",
    active: true,
    code: expect.stringMatching(/^[A-Z0-9]{8}$/),
    customer: null,
    expires_at: null,
    max_redemptions: null,
    promotion: { type: "coupon", coupon },
    restrictions: { first_time_transaction: false, minimum_amount: null, minimum_amount_currency: null },
    times_redeemed: 0,
  });
  expect(last()).toMatchObject({ type: "promotion_code.created", object: { id: made.id } });
  expect(await create({ code: "Half-Price" })).toMatchObject({ code: "Half-Price" });
  const seen = await it.stripe.promotionCodes.retrieve(made.id, { expand: ["promotion.coupon"] });
  expect(seen.promotion.coupon).toMatchObject({ id: coupon, percent_off: 50 });
});

test("a code is found by its name, its coupon and its customer", async () => {
  const { id: customer } = await it.stripe.customers.create();
  const [half, own] = [await create({ code: "HALF" }), await create({ code: "OWN", customer })];
  await it.stripe.promotionCodes.update(own.id, { active: false, metadata: { by: "hand" } });
  expect(last()?.previous).toEqual({ active: true, metadata: { by: null } });
  const ids = async (params: Stripe.PromotionCodeListParams) =>
    (await it.stripe.promotionCodes.list(params)).data.map(({ id }) => id);
  expect(await ids({ code: "half" })).toEqual([half.id]);
  expect(await ids({ coupon })).toEqual([own.id, half.id]);
  expect(await ids({ customer })).toEqual([own.id]);
  expect(await ids({ active: true })).toEqual([half.id]);
  await expect(ids({ coupon: "NONE" })).rejects.toThrow("No such coupon: 'NONE'");
});

test("an active code is one alone, but for codes of different customers", async () => {
  const [ada, bob] = [await it.stripe.customers.create(), await it.stripe.customers.create()];
  const first = await create({ code: "SUMMER" });
  await expect(create({ code: "summer" })).rejects.toThrow(
    "An active promotion code with `code: summer` already exists.",
  );
  await create({ code: "YOURS", customer: ada.id });
  await create({ code: "YOURS", customer: bob.id });
  await it.stripe.promotionCodes.update(first.id, { active: false });
  await create({ code: "SUMMER" });
  await expect(it.stripe.promotionCodes.update(first.id, { active: true })).rejects.toThrow("already exists");
});

test("a code ends at the moment that was set", async () => {
  const { id } = await create({ expires_at: it.local.account.now() + DAY });
  await it.advance(2 * DAY);
  expect(await it.stripe.promotionCodes.retrieve(id)).toMatchObject({ active: false });
  expect(last()).toMatchObject({ type: "promotion_code.updated", previous: { active: true } });
});

test.each<[string, Partial<Stripe.PromotionCodeCreateParams>, string, string]>([
  ["no coupon", { promotion: { type: "coupon" } }, "promotion.coupon", "You must pass promotion.coupon"],
  [
    "an unknown coupon",
    { promotion: { type: "coupon", coupon: "NONE" } },
    "promotion[coupon]",
    "No such coupon: 'NONE'",
  ],
  ["an unknown customer", { customer: "cus_no" }, "customer", "No such customer: 'cus_no'"],
  ["spaces", { code: "has spaces!" }, "code", "This value must match the regex pattern."],
  ["an end that has been", { expires_at: 2000 }, "expires_at", "the value `2000` which is in the past."],
  [
    "an end that is far",
    { expires_at: 4_102_444_800 },
    "expires_at",
    "no more than five years in the future",
  ],
  [
    "a minimum of no currency",
    { restrictions: { minimum_amount: 100 } },
    "restrictions[minimum_amount_currency]",
    "Missing required param",
  ],
])("a code is refused with %s", async (_, more, param, message) => {
  await expect(create(more)).rejects.toMatchObject({ param, message: expect.stringContaining(message) });
});

test("a code is refused to what it is not for", async () => {
  const { solo, pro } = await catalogue(it.stripe);
  const who = await customerWith(it.stripe, "pm_card_visa");
  const other = await it.stripe.customers.create();
  const subscribe = async (price: Stripe.Price, more: Partial<Stripe.PromotionCodeCreateParams>) => {
    const { id } = await create(more);
    return it.stripe.subscriptions.create({
      ...who,
      items: [{ price: price.id }],
      discounts: [{ promotion_code: id }],
    });
  };
  const restrictions = { minimum_amount: 1000, minimum_amount_currency: "eur" };
  await expect(subscribe(solo, { restrictions })).rejects.toMatchObject({
    param: "discounts[0][promotion_code]",
    message:
      "This promotion code cannot be redeemed because the associated purchase does not meet the minimum amount requirement.",
  });
  await expect(subscribe(solo, { customer: other.id })).rejects.toThrow("it is for another customer");
  await expect(subscribe(solo, { active: false })).rejects.toThrow("it is inactive");
  expect(await subscribe(pro, { restrictions })).toMatchObject({ status: "active" });
  await expect(subscribe(pro, { restrictions: { first_time_transaction: true } })).rejects.toThrow(
    "This promotion code cannot be redeemed because the associated customer has prior transactions.",
  );
});

test("a code counts how often it was redeemed, and the last time that was allowed ends it", async () => {
  const { pro } = await catalogue(it.stripe);
  const { id } = await create({ max_redemptions: 2 });
  const subscribe = async () =>
    it.stripe.subscriptions.create({
      ...(await customerWith(it.stripe, "pm_card_visa")),
      items: [{ price: pro.id }],
      discounts: [{ promotion_code: id }],
      expand: ["discounts"],
    });
  const subscription = await subscribe();
  expect(subscription.discounts).toMatchObject([{ promotion_code: id, source: { coupon } }]);
  expect(await it.stripe.promotionCodes.retrieve(id)).toMatchObject({ times_redeemed: 1, active: true });
  await subscribe();
  expect(await it.stripe.promotionCodes.retrieve(id)).toMatchObject({ times_redeemed: 2, active: false });
  expect(await it.stripe.coupons.retrieve(coupon)).toMatchObject({ times_redeemed: 2, valid: true });
  const count = (await it.stripe.subscriptions.list()).data.length;
  await expect(subscribe()).rejects.toThrow("it has been used the maximum number of times");
  expect((await it.stripe.subscriptions.list()).data).toHaveLength(count);
});
