import type Stripe from "stripe";
import { expect, test } from "vitest";
import { DAY } from "./billing";
import { useLocalStripe } from "./support";

const it = useLocalStripe();
const last = () => it.events().at(-1);

test("a coupon takes off a part, once unless it says otherwise", async () => {
  const made = await it.stripe.coupons.create({ percent_off: 12.5 });
  expect(made).toMatchObject({
    id: expect.stringMatching(/^[A-Z0-9]{8}$/),
    object: "coupon",
    amount_off: null,
    currency: null,
    duration: "once",
    duration_in_months: null,
    max_redemptions: null,
    percent_off: 12.5,
    times_redeemed: 0,
    valid: true,
  });
  expect(last()).toMatchObject({ type: "coupon.created", object: { id: made.id } });
  expect(await it.stripe.coupons.retrieve(made.id)).toMatchObject({ percent_off: 12.5 });
});

test("or an amount, for some products, for some months, under a name of one's own", async () => {
  const product = await it.stripe.products.create({ name: "Pro" });
  const made = await it.stripe.coupons.create({
    id: "WELCOME",
    amount_off: 500,
    currency: "EUR",
    duration: "repeating",
    duration_in_months: 3,
    applies_to: { products: [product.id] },
    name: "Welcome",
  });
  expect(made).toMatchObject({ id: "WELCOME", amount_off: 500, currency: "eur", duration_in_months: 3 });
  expect(made).not.toHaveProperty("applies_to");
  expect(await it.stripe.coupons.retrieve("WELCOME", { expand: ["applies_to"] })).toMatchObject({
    applies_to: { products: [product.id] },
  });
  await expect(it.stripe.coupons.create({ id: "WELCOME", percent_off: 5 })).rejects.toMatchObject({
    code: "resource_already_exists",
    message: "Coupon already exists.",
  });
});

test("only its name and metadata change", async () => {
  const { id } = await it.stripe.coupons.create({ percent_off: 10, name: "Ten", metadata: { a: "1" } });
  await it.stripe.coupons.update(id, { name: "Tenth", metadata: { a: "" } });
  expect(last()).toMatchObject({ type: "coupon.updated", object: { name: "Tenth", metadata: {} } });
  expect(last()?.previous).toEqual({ name: "Ten", metadata: { a: "1" } });
  const amount = await it.raw(`POST /v1/coupons/${id}`, "percent_off=20");
  expect(amount.body).toMatchObject({ error: { message: "Received unknown parameter: percent_off" } });
});

test("a coupon is over at the moment that was set, and its codes with it", async () => {
  const soon = it.local.account.now() + DAY;
  const coupon = await it.stripe.coupons.create({ percent_off: 10, redeem_by: soon });
  const code = await it.stripe.promotionCodes.create({ promotion: { type: "coupon", coupon: coupon.id } });
  await it.advance(2 * DAY);
  expect(await it.stripe.coupons.retrieve(coupon.id)).toMatchObject({ valid: false });
  expect(await it.stripe.promotionCodes.retrieve(code.id)).toMatchObject({ active: false });
  await expect(it.stripe.promotionCodes.update(code.id, { active: true })).rejects.toMatchObject({
    code: "coupon_expired",
  });
});

test("coupons are listed, and deleted with their codes", async () => {
  const one = await it.stripe.coupons.create({ id: "ONE", percent_off: 10 });
  await it.stripe.coupons.create({ id: "TWO", percent_off: 20 });
  const code = await it.stripe.promotionCodes.create({ promotion: { type: "coupon", coupon: one.id } });
  expect((await it.stripe.coupons.list()).data.map(({ id }) => id)).toEqual(["TWO", "ONE"]);
  expect((await it.stripe.coupons.list({ created: { lt: one.created } })).data).toEqual([]);
  expect(await it.stripe.coupons.del("ONE")).toMatchObject({ id: "ONE", object: "coupon", deleted: true });
  expect(last()).toMatchObject({ type: "coupon.deleted", object: { id: "ONE" } });
  await expect(it.stripe.coupons.retrieve("ONE")).rejects.toThrow("No such coupon: 'ONE'");
  expect(await it.stripe.promotionCodes.retrieve(code.id)).toMatchObject({ active: false });
});

test.each<[string, Stripe.CouponCreateParams, string]>([
  ["nothing to take off", {}, "Missing required param: percent_off."],
  ["two things to take off", { percent_off: 5, amount_off: 5 }, "Received both percent_off and amount_off"],
  ["more than all", { percent_off: 101 }, "Invalid percent_off"],
  ["an amount of no currency", { amount_off: 500 }, "Missing required param: currency."],
  ["months that nobody counts", { percent_off: 5, duration: "repeating" }, "param: duration_in_months."],
  ["an unknown product", { percent_off: 5, applies_to: { products: ["prod_no"] } }, "No such product"],
  ["an end that has been", { percent_off: 5, redeem_by: 2000 }, "the value `2000` which is in the past."],
])("a coupon is refused with %s", async (_, params, message) => {
  await expect(it.stripe.coupons.create(params)).rejects.toThrow(message);
  expect(it.events()).toEqual([]);
});
