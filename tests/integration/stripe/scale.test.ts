import { expect, test, vi } from "vitest";
import { createCustomer } from "@/dev/stripe/engine/customers";
import { attach } from "@/dev/stripe/engine/payment-methods";
import { createSubscription } from "@/dev/stripe/engine/subscriptions";
import { catalogue, DAY } from "./billing";
import { useLocalStripe } from "./support";

const it = useLocalStripe();
const A_MONTH_AND_MORE = 32 * DAY;

async function subscribe(count: number): Promise<void> {
  const { account } = it.local;
  const price = (await catalogue(it.stripe)).solo.id;
  for (let at = 0; at < count; at++) {
    const customer = createCustomer(account, { email: `customer${at}@example.com` }).id;
    const { id } = attach(account, "pm_card_visa", customer);
    createSubscription(account, { customer, items: [{ price }], default_payment_method: id });
  }
}

/** How many objects a piece of work looked at and wrote: what it costs, on any machine. */
async function costOf(work: () => Promise<void>): Promise<number> {
  const { store } = it.local.account;
  let written = 0;
  store.watch(() => written++);
  const one = vi.spyOn(store, "get");
  const many = [vi.spyOn(store, "all"), vi.spyOn(store, "ofCustomer")];
  await work();
  const scanned = many.flatMap(({ mock }) =>
    mock.results.map(({ value }) => (Array.isArray(value) ? value.length : 0)),
  );
  return written + one.mock.calls.length + scanned.reduce((sum, length) => sum + length, 0);
}

const paid = () => it.eventTypes().filter((type) => type === "invoice.paid").length;

test("a renewal costs the same, however many others there are", async () => {
  await subscribe(50);
  const few = await costOf(() => it.advance(A_MONTH_AND_MORE));
  expect(paid()).toBe(2 * 50);
  vi.restoreAllMocks();
  await subscribe(350);
  const before = paid();
  const many = await costOf(() => it.advance(A_MONTH_AND_MORE));
  expect(paid() - before).toBe(400);
  expect(many / 400).toBeLessThan(1.1 * (few / 50));
});

test("while time goes on, events are delivered and requests are answered", async () => {
  const receiver = await it.listen();
  const endpoint = await it.stripe.webhookEndpoints.create({
    url: receiver.url,
    enabled_events: ["invoice.created"],
  });
  receiver.secret = endpoint.secret ?? "";
  await subscribe(400);
  await expect.poll(() => receiver.deliveries.length, { timeout: 20_000 }).toBe(400);
  let isOver = false;
  const advancing = it.advance(A_MONTH_AND_MORE).then(() => {
    isOver = true;
  });
  await it.stripe.customers.list({ limit: 1 });
  await expect.poll(() => receiver.deliveries.length, { interval: 0 }).toBeGreaterThan(400);
  expect(isOver).toBe(false);
  await advancing;
  await expect.poll(() => receiver.deliveries.length, { timeout: 20_000 }).toBe(800);
});
