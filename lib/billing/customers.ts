import { db, type Tx } from "@/lib/db";
import { isLivemode } from "@/lib/stripe";
import { BillingError } from "./errors";
import { ask } from "./fetch";
import { lock, mirror, type Outcome, splitRow } from "./mirror";
import type { Stamp } from "./order";
import { type CustomerState, customerFromStripe } from "./subscription/from-stripe";
import type { StripeEvent } from "./webhook/event";

/** The customers table. Nothing else writes it, and of its `user_id` linkCustomer alone. */
export const customers = mirror<CustomerState>({
  kind: "customer",
  fromStripe: customerFromStripe,
  read: readCustomer,
  write: writeCustomer,
  fetch: (id) => ask((api) => api.customers.retrieve(id)),
  stage: () => [],
  // Stripe gives no customer's id twice.
  isFinal: (state) => state.deletedAt !== null,
});

/** A customer was made or changed at Stripe: its e-mail address becomes the row's. https://docs.stripe.com/api/customers */
export function updateCustomer(tx: Tx, event: StripeEvent): Promise<Outcome> {
  return customers.apply(tx, event);
}

/** A customer was deleted at Stripe. The event holds the whole former customer, so its type tells. */
export function deleteCustomer(tx: Tx, event: StripeEvent): Promise<Outcome> {
  return customers.apply(tx, event, (state, created) => ({ ...state, deletedAt: created }));
}

/**
 * Gives a Stripe customer to a user, before that user's first Checkout. The only way a user comes to own billing: no
 * e-mail address, metadata or `client_reference_id` in an event ever does. A customer that was deleted at Stripe gives way
 * to the next one.
 * @throws BillingError if either already belongs to another
 */
export async function linkCustomer(link: { userId: string; customerId: string }): Promise<void> {
  const { userId, customerId } = link;
  await db().$transaction(async (tx) => {
    await lock(tx, userId);
    const owned = await tx.customer.findUnique({ where: { userId } });
    if (owned && owned.id !== customerId) {
      if (owned.deletedAt === null) throw BillingError.userHasAnotherCustomer(customerId);
      await tx.customer.update({ where: { id: owned.id }, data: { userId: null } });
    }
    await tx.customer.createMany({
      data: [{ id: customerId, userId, livemode: isLivemode() }],
      skipDuplicates: true,
    });
    await tx.customer.updateMany({ where: { id: customerId, userId: null }, data: { userId } });
    const linked = await tx.customer.findUnique({ where: { id: customerId } });
    if (linked?.userId !== userId) throw BillingError.customerOfAnotherUser(customerId);
  });
}

async function readCustomer(tx: Tx, id: string) {
  const row = await tx.customer.findUnique({ where: { id }, omit: { userId: true } });
  // The server wrote the row before Stripe said a word about it: every event is newer.
  return row && splitRow({ ...row, stripeStateAt: row.stripeStateAt ?? new Date(0) });
}

async function writeCustomer(tx: Tx, { id, ...columns }: CustomerState, stamp: Stamp): Promise<void> {
  await tx.customer.upsert({
    where: { id },
    create: { id, ...columns, ...stamp },
    update: { ...columns, ...stamp, version: { increment: 1 } },
  });
}
