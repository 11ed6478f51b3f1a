import { expect, test } from "vitest";
import { useLocalStripe } from "./support";

const it = useLocalStripe();

test("a customer is made, and its event sent", async () => {
  const customer = await it.stripe.customers.create({ email: "ada@example.com" });
  expect(customer).toMatchObject({ id: expect.stringMatching(/^cus_/), email: "ada@example.com" });
  expect(it.eventTypes()).toEqual(["customer.created"]);
});
