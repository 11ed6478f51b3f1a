import { db, type Tx } from "@/lib/db";
import { isLivemode, stripe } from "@/lib/stripe";
import { BillingError } from "./errors";
import { fingerprint, sendOnce } from "./idempotency";

/**
 * Which user a customer belongs to: `customers.user_id`, which nothing else writes. Apart from customers.ts, for no event
 * ever changes it, and the webhook's function starts without Prisma.
 */

/** Whose customer it is to be. Name and address are what Stripe writes on bills until the customer says otherwise. */
export type Owner = { id: string; name: string; email: string };

/**
 * The user's customer at Stripe, made at the first call. However many tabs and servers call at once, they all get the
 * same one: Stripe makes one for a key, and the table has one row for a user.
 */
export async function ensureCustomer(user: Owner): Promise<string> {
  const before = await readLinked(user.id);
  if (before && isUsable(before)) return before.id;
  const api = await stripe();
  const params = { email: user.email, name: user.name, metadata: { user: user.id } };
  const { id } = await sendOnce(fingerprint("customer", params, before?.id ?? null), (idempotencyKey) =>
    api.customers.create(params, { idempotencyKey, maxNetworkRetries: 3 }),
  );
  try {
    await linkCustomer({ userId: user.id, customerId: id });
  } catch (error) {
    // The address changed between two calls, so Stripe made two: the one that was linked first stays.
    const own = await ownCustomer(user.id);
    if (own) return own;
    throw error;
  }
  return id;
}

/** Stripe knows no such customer: it counts as deleted, and the user's next purchase makes another one. */
export async function giveUpCustomer(customerId: string): Promise<void> {
  await db().customer.update({
    where: { id: customerId },
    data: { deletedAt: new Date(), version: { increment: 1 } },
  });
}

/** The user's customer, or null for one who never came near Checkout. The only way from a user to billing. */
export async function ownCustomer(userId: string): Promise<string | null> {
  const linked = await readLinked(userId);
  return linked && isUsable(linked) ? linked.id : null;
}

const readLinked = (userId: string) => db().customer.findUnique({ where: { userId } });

/** A customer that Stripe deleted, or that is of the other mode, gives way to the next one. */
const isUsable = ({ deletedAt, livemode }: { deletedAt: Date | null; livemode: boolean }) =>
  deletedAt === null && livemode === isLivemode();

/**
 * Gives a Stripe customer to a user, before that user's first Checkout. The only way a user comes to own billing: no
 * e-mail address, metadata or `client_reference_id` in an event ever does. A customer that was deleted at Stripe gives way
 * to the next one, as does one of the other mode.
 * @throws BillingError if either already belongs to another
 */
export async function linkCustomer({
  userId,
  customerId,
}: {
  userId: string;
  customerId: string;
}): Promise<void> {
  await db().$transaction(async (tx) => {
    await holdOwner(tx, userId);
    const owned = await tx.customer.findUnique({ where: { userId } });
    if (owned && owned.id !== customerId) {
      if (isUsable(owned)) throw BillingError.userHasAnotherCustomer(customerId);
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

/**
 * Deletes a user's row, unless a customer was linked to it in the meantime, as by a purchase in another tab.
 * @returns false if there is one, whose billing has to be closed first
 */
export function deleteUnlinked(userId: string): Promise<boolean> {
  return db().$transaction(async (tx) => {
    await holdOwner(tx, userId);
    const owned = await tx.customer.findUnique({ where: { userId } });
    if (owned && isUsable(owned)) return false;
    await tx.user.deleteMany({ where: { id: userId } });
    return true;
  });
}

/** Until the transaction ends nobody else links a customer to this user, also where there is no row yet, and behind a pooler. */
const holdOwner = (tx: Tx, userId: string) =>
  tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${userId}, 0))`;
