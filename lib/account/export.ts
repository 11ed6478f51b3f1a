import { db } from "../db";
import { readEmailChange } from "./email-change";

const omit = { version: true, stripeStateAt: true, syncedAt: true } as const;
const omitOwner = { ...omit, customerId: true } as const;

/**
 * All that is kept of a user, for them to take along: what they told us, where they are signed in, and what Stripe said of
 * their billing. Without what signs them in, and without other people: whoever operates the app has a record of their own.
 * @returns what JSON can hold; amounts are in minor units of their currency
 */
export async function exportAccount(userId: string): Promise<object> {
  const [user, emailChange, trial, customer] = await Promise.all([
    db().user.findUniqueOrThrow({
      where: { id: userId },
      include: {
        sessions: { select: { createdAt: true, expiresAt: true, ipAddress: true, userAgent: true } },
        accounts: { select: { providerId: true, scope: true, createdAt: true, updatedAt: true } },
      },
    }),
    readEmailChange(userId),
    db().trial.findUnique({ where: { userId }, omit: { userId: true } }),
    db().customer.findUnique({ where: { userId }, omit: { ...omit, userId: true } }),
  ]);
  const { sessions, accounts, ...account } = user;
  const billing = await billingOf(customer);
  return { account, emailChange, signIns: sessions, signInMethods: accounts, trial, billing };
}

async function billingOf(customer: { id: string } | null) {
  if (!customer) return null;
  const where = { customerId: customer.id };
  const [subscriptions, schedules, invoices, entitlements, facts, events] = await Promise.all([
    db().subscription.findMany({
      where,
      omit: omitOwner,
      include: { items: { omit: { subscriptionId: true } } },
    }),
    db().subscriptionSchedule.findMany({ where, omit: omitOwner }),
    db().invoice.findMany({ where, omit: omitOwner, orderBy: { createdAt: "asc" } }),
    db().entitlementSummary.findUnique({ where: { id: customer.id }, select: { lookupKeys: true } }),
    db().fact.findMany({
      where,
      omit: { customerId: true, attempts: true, nextAttemptAt: true, lockedUntil: true, lastError: true },
      orderBy: { at: "asc" },
    }),
    // What Stripe told us, and when. Its payload is the objects above, with keys of Stripe's in it that are for us alone.
    db().stripeEvent.findMany({
      where,
      select: { id: true, type: true, created: true, receivedAt: true, objectId: true },
      orderBy: { receivedAt: "asc" },
    }),
  ]);
  return {
    customer,
    subscriptions,
    schedules,
    invoices: invoices.map(({ amountDue, amountPaid, ...invoice }) => ({
      ...invoice,
      amountDue: Number(amountDue),
      amountPaid: Number(amountPaid),
    })),
    entitlements: entitlements?.lookupKeys ?? [],
    facts: facts.map(({ amount, ...fact }) => ({ ...fact, amount: amount === null ? null : Number(amount) })),
    events,
  };
}
