import { beforeEach, expect, it } from "vitest";
import { type EventChange, readEventChange, withPrevious } from "@/lib/operator/event-change";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver } from "../../support/deliver";
import {
  aCustomer,
  anEvent,
  anInvoice,
  anItem,
  aProduct,
  aSession,
  aSubscription,
  T0,
} from "../../support/events";

useDatabase();
beforeEach(clearBilling);

const update = (object: Record<string, unknown>, previous: object, created = T0) =>
  anEvent("customer.subscription.updated", object, {
    created,
    data: { object, previous_attributes: previous },
  });

async function changeOf(event: object): Promise<EventChange> {
  const change = await readEventChange(JSON.stringify(event));
  if (typeof change === "string") throw new Error(change);
  return change;
}

const at = (seconds: number) => new Date(seconds * 1000);
const sides = ({ fields }: EventChange) =>
  Object.fromEntries(fields.map(({ field, before, after }) => [field, [before, after]]));

it("an update tells its own before and after, whatever the row was, and only of fields that are kept", async () => {
  const event = update(aSubscription({ status: "past_due", cancel_at: T0 + 60, default_source: "card_2" }), {
    status: "active",
    cancel_at: null,
    default_source: "card_1",
    items: { data: [anItem({ quantity: 5 })] },
  });
  // The row was three updates behind: what Stripe changed is not what that row went through.
  await deliver(update(aSubscription({ status: "trialing" }), {}, T0 - 500));
  await deliver(event);
  const change = await changeOf(event);
  expect(change).toMatchObject({ kind: "subscription", id: "sub_1", source: { from: "event" } });
  expect(Object.keys(sides(change)).sort()).toEqual(["cancelAt", "items", "status"]);
  expect(sides(change)).toMatchObject({
    status: ["active", "past_due"],
    cancelAt: [null, at(T0 + 60)],
    items: [[{ quantity: 5 }], [{ quantity: 1 }]],
  });
  expect(change.row).toEqual({ isAsTold: true, stateAt: at(T0), syncedAt: null });
});

it("what came later is told apart from what the event changed", async () => {
  const event = update(aSubscription({ status: "past_due" }), { status: "active" });
  await deliver(event);
  await deliver(update(aSubscription({ status: "active", cancel_at_period_end: true }), {}, T0 + 90));
  const change = await changeOf(event);
  expect(change.fields).toEqual([
    { field: "status", before: "active", after: "past_due", now: "active" },
    { field: "cancelAtPeriodEnd", before: false, after: false, now: true },
  ]);
  expect(change.row).toEqual({ isAsTold: false, stateAt: at(T0 + 90), syncedAt: null });
});

it("a type that does not tell what was before is held against the event before it, also within one second", async () => {
  const finalized = anEvent("invoice.finalized", anInvoice());
  const paid = anEvent("invoice.paid", anInvoice({ status: "paid", amount_paid: 2000, attempt_count: 1 }));
  await deliver(paid);
  await deliver(finalized);
  await deliver(anEvent("invoice.finalized", anInvoice({ id: "in_2" })));
  const change = await changeOf(paid);
  expect(change).toMatchObject({ currency: "usd", source: { from: "earlier", eventId: finalized.id } });
  expect(sides(change)).toEqual({ status: ["open", "paid"], amountPaid: [0n, 2000n], attemptCount: [0, 1] });
  expect((await changeOf(finalized)).source).toEqual({ from: "nothing" });
});

it("an end is told by its type, even where the snapshot still says active", async () => {
  const created = anEvent("customer.subscription.created", aSubscription());
  const deleted = anEvent("customer.subscription.deleted", aSubscription(), { created: T0 + 9 });
  await deliver(created);
  await deliver(deleted);
  expect(sides(await changeOf(deleted))).toEqual({ status: ["active", "canceled"] });
});

it("a beginning has nothing before it", async () => {
  const change = await changeOf(anEvent("customer.created", aCustomer()));
  expect(change.source).toEqual({ from: "nothing" });
  expect(sides(change)).toEqual({ email: [null, "ada@example.com"], livemode: [null, false] });
  expect(change.row).toBeNull();
});

it("an event that tells no state of a row says why there is none", async () => {
  const words = (event: object) => readEventChange(JSON.stringify(event));
  expect(await words(anEvent("checkout.session.completed", aSession()))).toContain("sub_1");
  expect(await words(anEvent("radar.early_fraud_warning.created", { id: "issfr_1" }))).toContain(
    "does not act on",
  );
  expect(await words(anEvent("product.updated", aProduct({ name: null })))).toContain("product.name");
  expect(await words(anEvent("customer.updated", aCustomer(), { livemode: true }))).toContain("live mode");
  expect(await readEventChange("")).toContain("not a JSON object");
});

it("of objects an update shows the keys that changed, and lists whole", () => {
  expect(
    withPrevious(
      { a: 1, metadata: { plan: "pro", seats: "3" }, list: [1, 2, 3], pause: null },
      { metadata: { plan: "free", coupon: null }, list: [1], pause: { behavior: "void" } },
    ),
  ).toEqual({
    a: 1,
    metadata: { plan: "free", seats: "3", coupon: null },
    list: [1],
    pause: { behavior: "void" },
  });
});
