import { beforeEach, describe, expect, it } from "vitest";
import { customers } from "@/lib/billing/customers";
import { ensureCustomer, linkCustomer } from "@/lib/billing/ownership";
import { syncObject } from "@/lib/billing/sync";
import { db } from "@/lib/db";
import { stripe } from "@/lib/stripe";
import { useDatabase } from "../../support/database";
import { clearBilling } from "../../support/deliver";
import { useStripe } from "../../support/stripe";

useDatabase();
const local = useStripe();

const ada = { id: "user_ada", name: "Ada", email: "ada@example.com" };
let person = ada;
let count = 0;

beforeEach(async () => {
  await clearBilling();
  await db().user.deleteMany();
  count += 1;
  person = { ...ada, id: `user_ada_${count}` };
  await db().user.create({ data: person });
});

const customersAtStripe = async () =>
  (await (await stripe()).customers.list({ limit: 100 })).data.filter(
    ({ metadata }) => metadata.user === person.id,
  );
const row = () => db().customer.findUnique({ where: { userId: person.id } });

describe("a user's customer", () => {
  it("is made once, however many tabs ask at once", async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => ensureCustomer(person)));
    expect(new Set(ids).size).toBe(1);
    expect(await row()).toMatchObject({ id: ids[0] });
    expect(await customersAtStripe()).toMatchObject([{ id: ids[0], email: ada.email, name: "Ada" }]);
  });

  it("is asked for at Stripe only the first time", async () => {
    const id = await ensureCustomer(person);
    local.api.requests.length = 0;
    expect(await ensureCustomer({ ...person, email: "new@example.com" })).toBe(id);
    expect(local.api.requests).toEqual([]);
  });

  it("is the same one if the server died before it wrote the row down", async () => {
    const id = await ensureCustomer(person);
    await db().customer.deleteMany();
    expect(await ensureCustomer(person)).toBe(id);
    expect(await customersAtStripe()).toHaveLength(1);
  });

  it("is the one that was linked first, if the address changed between two tabs", async () => {
    const ids = await Promise.all([
      ensureCustomer(person),
      ensureCustomer({ ...person, email: "new@example.com" }),
    ]);
    expect(new Set(ids).size).toBe(1);
    expect(await row()).toMatchObject({ id: ids[0] });
  });

  it("that Stripe has deleted gives way to another one", async () => {
    const first = await ensureCustomer(person);
    await db().customer.update({ where: { id: first }, data: { deletedAt: new Date() } });
    const second = await ensureCustomer(person);
    expect(second).not.toBe(first);
    expect(await row()).toMatchObject({ id: second });
  });

  it("of the other mode gives way to another one", async () => {
    await db().customer.create({ data: { id: "cus_live", userId: person.id, livemode: true } });
    expect(await ensureCustomer(person)).not.toBe("cus_live");
  });

  it("is never another user's, whatever Stripe says", async () => {
    await db().user.create({ data: { id: "user_bob", name: "Bob", email: "bob@example.com" } });
    const id = await ensureCustomer(person);
    await expect(linkCustomer({ userId: "user_bob", customerId: id })).rejects.toThrow("another user");
    await syncObject(customers, id);
    expect(await row()).toMatchObject({ id, email: ada.email });
    await db().user.delete({ where: { id: "user_bob" } });
  });

  it("that cannot be linked is none, and an error", async () => {
    const trap = `create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$`;
    await db().$executeRawUnsafe(trap);
    await db()
      .$executeRaw`create trigger refuse before insert on customers for each row execute function refuse()`;
    await expect(ensureCustomer(person)).rejects.toThrow();
    await db().$executeRaw`drop function refuse cascade`;
  });

  it("is not made while Stripe does not answer, and nothing is written", async () => {
    local.api.failWith(500);
    await expect(ensureCustomer(person)).rejects.toMatchObject({ type: "StripeAPIError" });
    expect(await row()).toBeNull();
    local.api.failWith(null);
    expect(await ensureCustomer(person)).toMatch(/^cus_/);
  });
});

describe("a row that is to be as Stripe says", () => {
  it("is missing where Stripe knows no such object, and nothing is written", async () => {
    expect(await syncObject(customers, "cus_none")).toBe("missing");
    expect(await db().customer.count()).toBe(0);
  });

  it("is asked for once more where that failed, unless Stripe wants quiet", async () => {
    const id = await ensureCustomer(person);
    local.api.requests.length = 0;
    local.api.failWith(500);
    await expect(syncObject(customers, id)).rejects.toMatchObject({ statusCode: 500 });
    expect(local.api.requests).toHaveLength(2);
    local.api.failWith(429);
    local.local.retryAfter = 1;
    await expect(syncObject(customers, id)).rejects.toMatchObject({ statusCode: 429 });
    local.local.retryAfter = null;
    expect(local.api.requests).toHaveLength(3);
  });

  it("is asked for anew while others write it, five times at most", async () => {
    const id = await ensureCustomer(person);
    expect(await syncObject(customers, id)).toBe("written");
    // Whoever loses against another write finds that it changed no row.
    const losing = async (times: number) => {
      await db().$executeRaw`create sequence losses`;
      await db().$executeRawUnsafe(`create function lose() returns trigger language plpgsql as $$
        begin if nextval('losses') <= ${times} then return null; end if; return new; end $$`);
      await db()
        .$executeRaw`create trigger lose before update on customers for each row execute function lose()`;
      local.api.requests.length = 0;
    };
    const over = async () => {
      await db().$executeRaw`drop function lose cascade`;
      await db().$executeRaw`drop sequence losses`;
    };
    await losing(4);
    expect(await syncObject(customers, id)).toBe("written");
    expect(local.api.requests).toHaveLength(5);
    await over();
    await losing(5);
    await expect(syncObject(customers, id)).rejects.toThrow(`customer ${id}`);
    expect(local.api.requests).toHaveLength(5);
    await over();
  });
});
