import { beforeEach, expect, it } from "vitest";
import { linkCustomer } from "@/lib/billing/ownership";
import { readBilling } from "@/lib/billing/queries";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver } from "../../support/deliver";
import { aCustomer, anEvent, anInvoice, aSession, aSubscription, T0 } from "../../support/events";

useDatabase();

const now = new Date((T0 + 60) * 1000);
const users = [
  { id: "user_ada", name: "Ada", email: "ada@example.com" },
  { id: "user_bob", name: "Bob", email: "bob@example.com" },
];

beforeEach(async () => {
  await clearBilling();
  await db().user.deleteMany();
  await db().user.createMany({ data: users });
});

const link = (userId: string, customerId: string) => linkCustomer({ userId, customerId });
const owner = async (id: string) => (await db().customer.findUnique({ where: { id } }))?.userId ?? null;

it("a user sees what belongs to the customer that the server linked to them, and nothing else", async () => {
  await link("user_ada", "cus_1");
  await deliver(anEvent("customer.subscription.created", aSubscription()));
  await deliver(anEvent("invoice.paid", anInvoice()));
  expect(await readBilling("user_ada", now)).toMatchObject({
    access: { access: true },
    invoices: [{ id: "in_1" }],
  });
  expect(await readBilling("user_bob", now)).toMatchObject({
    access: { access: false, state: "none" },
    subscription: null,
    others: [],
    invoices: [],
  });
});

it("no e-mail, metadata or client_reference_id in an event gives a customer to a user", async () => {
  const claims = { email: "bob@example.com", metadata: { userId: "user_bob", user_id: "user_bob" } };
  await link("user_ada", "cus_1");
  await deliver(anEvent("customer.created", aCustomer(claims)));
  await deliver(anEvent("customer.updated", aCustomer({ ...claims, id: "cus_2" })));
  await deliver(anEvent("customer.subscription.created", aSubscription({ metadata: claims.metadata })));
  await deliver(
    anEvent(
      "checkout.session.completed",
      aSession({ client_reference_id: "user_bob", metadata: claims.metadata }),
    ),
  );
  expect(await owner("cus_1")).toBe("user_ada");
  expect(await owner("cus_2")).toBeNull();
  expect((await readBilling("user_bob", now)).access.state).toBe("none");
});

it("a subscription of a customer nobody here owns is stored, and given to no one", async () => {
  await deliver(anEvent("customer.subscription.created", aSubscription({ customer: "cus_stranger" })));
  expect(await db().subscription.count()).toBe(1);
  for (const { id } of users) expect((await readBilling(id, now)).access.access).toBe(false);
});

it("a customer goes to one user, once, and events leave that link alone", async () => {
  await link("user_ada", "cus_1");
  await link("user_ada", "cus_1");
  await expect(link("user_bob", "cus_1")).rejects.toThrow("already belongs to another user");
  await expect(link("user_ada", "cus_2")).rejects.toThrow("already has another customer");
  await deliver(anEvent("customer.updated", aCustomer({ email: "new@example.com" })));
  await deliver(anEvent("customer.deleted", aCustomer(), { created: T0 + 9 }));
  expect(await owner("cus_1")).toBe("user_ada");
});

it("a customer that was deleted at Stripe gives way to the user's next one", async () => {
  await link("user_ada", "cus_1");
  await deliver(anEvent("customer.deleted", aCustomer()));
  await link("user_ada", "cus_2");
  expect([await owner("cus_1"), await owner("cus_2")]).toEqual([null, "user_ada"]);
});

it("two tabs that link at the same moment make one link", async () => {
  await Promise.all([link("user_ada", "cus_1"), link("user_ada", "cus_1"), link("user_ada", "cus_1")]);
  const race = await Promise.allSettled([link("user_bob", "cus_3"), link("user_bob", "cus_4")]);
  expect(race.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

it("a customer whose events came first can still be linked", async () => {
  await deliver(anEvent("customer.created", aCustomer()));
  await link("user_ada", "cus_1");
  expect(await owner("cus_1")).toBe("user_ada");
});

it("when a customer is deleted at Stripe, access ends with it", async () => {
  await link("user_ada", "cus_1");
  await deliver(anEvent("customer.subscription.created", aSubscription()));
  await deliver(anEvent("customer.deleted", aCustomer(), { created: T0 + 9 }));
  expect((await readBilling("user_ada", now)).access).toMatchObject({ access: false, state: "ended" });
});
