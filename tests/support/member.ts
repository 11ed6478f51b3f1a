import { auth } from "@/lib/auth";
import { linkCustomer } from "@/lib/billing/ownership";
import { db } from "@/lib/db";
import { stripe } from "@/lib/stripe";

export const PASSWORD = "correct horse battery";

export type Member = { id: string; name: string; email: string; customer: string };

let hash: Promise<string> | undefined;
let count = 0;

/** Somebody new with a password, and a customer at Stripe. */
export async function aMember(): Promise<Member> {
  count += 1;
  const [id, name, email] = [`user_${count}`, `Ada ${count}`, `ada-${count}@example.com`];
  hash ??= auth().$context.then(({ password }) => password.hash(PASSWORD));
  await db().user.create({ data: { id, name, email } });
  await db().account.create({
    data: { id, accountId: id, providerId: "credential", userId: id, password: await hash },
  });
  const customer = await (await stripe()).customers.create({ name, email });
  await linkCustomer({ userId: id, customerId: customer.id });
  return { id, name, email, customer: customer.id };
}
