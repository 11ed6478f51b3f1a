import { expect, test } from "vitest";
import { startAdvancing } from "@/dev/stripe/engine/test-clocks";
import {
  advanceClock,
  at,
  catalogue,
  customerWith,
  DAY,
  day,
  PAID_AT_ONCE,
} from "@/tests/integration/stripe/billing";
import { useLocalStripe } from "@/tests/integration/stripe/support";

const it = useLocalStripe();
const JANUARY = at("2020-01-01T00:00:00Z");

test("a clock stands still, and can be found, listed and deleted", async () => {
  const clock = await it.stripe.testHelpers.testClocks.create({ frozen_time: JANUARY, name: "Old times" });
  expect(clock).toMatchObject({
    object: "test_helpers.test_clock",
    status: "ready",
    frozen_time: JANUARY,
    name: "Old times",
  });
  expect(await it.stripe.testHelpers.testClocks.retrieve(clock.id)).toEqual(clock);
  expect((await it.stripe.testHelpers.testClocks.list()).data).toEqual([clock]);
  expect(await it.stripe.testHelpers.testClocks.del(clock.id)).toMatchObject({ deleted: true });
  expect(it.eventTypes()).toEqual(["test_helpers.test_clock.created", "test_helpers.test_clock.deleted"]);
});

test("it advances in the background, and says when it is ready", async () => {
  const { solo } = await catalogue(it.stripe);
  const clock = await it.stripe.testHelpers.testClocks.create({ frozen_time: JANUARY });
  const who = await customerWith(it.stripe, "pm_card_visa", { test_clock: clock.id });
  const subscription = await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
  expect(subscription).toMatchObject({ created: JANUARY, test_clock: clock.id });
  const seen = it.events().length;
  const to = at("2020-02-01T12:00:00Z");
  const advancing = await it.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: to });
  expect(advancing).toMatchObject({
    status: "advancing",
    frozen_time: JANUARY,
    status_details: { advancing: { target_frozen_time: to } },
  });
  await expect.poll(() => it.eventTypes().at(-1)).toBe("test_helpers.test_clock.ready");
  expect(it.eventTypes().slice(seen)).toEqual([
    "test_helpers.test_clock.advancing",
    "invoice.upcoming",
    "invoice.created",
    "customer.subscription.updated",
    ...PAID_AT_ONCE,
    "test_helpers.test_clock.ready",
  ]);
  const renewed = await it.stripe.subscriptions.retrieve(subscription.id);
  expect(day(renewed.items.data[0]?.current_period_end)).toBe("2020-03-01");
  const [invoice] = (await it.stripe.invoices.list({ subscription: subscription.id })).data;
  expect(day(invoice?.created)).toBe("2020-02-01");
});

test("events tell the real time, whatever the clock says", async () => {
  const clock = await it.stripe.testHelpers.testClocks.create({ frozen_time: JANUARY });
  await advanceClock(it.stripe, clock.id, JANUARY + DAY);
  const now = Date.now() / 1000;
  for (const { created } of it.events()) expect(Math.abs(created - now)).toBeLessThan(60);
});

test("other clocks stand still meanwhile, and so does the account's", async () => {
  const { solo } = await catalogue(it.stripe);
  const [one, other] = [
    await it.stripe.testHelpers.testClocks.create({ frozen_time: JANUARY }),
    await it.stripe.testHelpers.testClocks.create({ frozen_time: JANUARY }),
  ];
  const still = await customerWith(it.stripe, "pm_card_visa", { test_clock: other.id });
  const real = await customerWith(it.stripe, "pm_card_visa");
  for (const who of [still, real]) {
    await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
  }
  await advanceClock(it.stripe, one.id, JANUARY + 60 * DAY);
  expect((await it.stripe.invoices.list()).data).toHaveLength(2);
});

test("a clock goes neither back nor too far, and not twice at once", async () => {
  const { solo } = await catalogue(it.stripe);
  const clock = await it.stripe.testHelpers.testClocks.create({ frozen_time: JANUARY });
  const advance = (to: number) => it.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: to });
  await expect(advance(JANUARY)).rejects.toMatchObject({ statusCode: 400, param: "frozen_time" });
  const who = await customerWith(it.stripe, "pm_card_visa", { test_clock: clock.id });
  await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
  await expect(advance(at("2020-03-01T00:00:01Z"))).rejects.toMatchObject({ param: "frozen_time" });
  const { account } = it.local;
  const again = () => {
    const kept = account.store.get("test_helpers.test_clock", clock.id);
    return kept && startAdvancing(account, kept, at("2020-03-01T00:00:00Z"));
  };
  expect(again()).toMatchObject({ status: "advancing" });
  expect(again).toThrow(/already advancing/);
  await expect.poll(() => account.now(clock.id)).toBe(at("2020-03-01T00:00:00Z"));
});

test("with a clock go its customers", async () => {
  const { solo } = await catalogue(it.stripe);
  const clock = await it.stripe.testHelpers.testClocks.create({ frozen_time: JANUARY });
  const who = await customerWith(it.stripe, "pm_card_visa", { test_clock: clock.id });
  await it.stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
  await it.stripe.testHelpers.testClocks.del(clock.id);
  expect(await it.stripe.customers.retrieve(who.customer)).toMatchObject({ deleted: true });
  expect(it.eventTypes().slice(-3)).toEqual([
    "customer.subscription.deleted",
    "customer.deleted",
    "test_helpers.test_clock.deleted",
  ]);
});
