import { isAllowed } from "../attempts";
import { db } from "../db";
import { readEmailChange } from "./email-change";

const omit = { version: true, stripeStateAt: true, syncedAt: true } as const;
const omitOwner = { ...omit, customerId: true } as const;

/** Of each list. A plan changed all day long makes hundreds of thousands of events, which would fill a server's memory. */
const MOST = 10_000;

/** One more than is kept, of the newest, tells whether there was more; below zero Prisma counts from the end. */
const take = -(MOST + 1);

/** A minute, for each user: it reads more than any page does. */
const MOST_EXPORTS = 10;

/** Whether a user may have another export by now; if not, within a minute. */
export const mayExport = (userId: string) => isAllowed(`export of ${userId}`, MOST_EXPORTS);

/**
 * All that is kept of a user, for them to take along: what they told us, where they are signed in, and what Stripe said of
 * their billing. Without what signs them in, and without other people: whoever operates the app has a record of their own.
 * Of a list that is longer than 10,000 the newest are in it, and `incomplete` says so.
 * @returns what JSON can hold; amounts are in minor units of their currency
 */
export async function exportAccount(userId: string): Promise<object> {
  const [user, sessions, emailChange, trial, customer] = await Promise.all([
    db().user.findUniqueOrThrow({
      where: { id: userId },
      include: { accounts: { select: { providerId: true, scope: true, createdAt: true, updatedAt: true } } },
    }),
    db().session.findMany({
      where: { userId },
      select: { createdAt: true, expiresAt: true, ipAddress: true, userAgent: true },
      orderBy: { createdAt: "asc" },
      take,
    }),
    readEmailChange(userId),
    db().trial.findUnique({ where: { userId }, omit: { userId: true } }),
    db().customer.findUnique({ where: { userId }, omit: { ...omit, userId: true } }),
  ]);
  const { accounts, ...account } = user;
  const cut = new Set<string>();
  const signIns = newest("signIns", sessions, cut);
  const billing = await billingOf(customer, cut);
  const incomplete = cut.size > 0 ? { newest: MOST, of: [...cut] } : null;
  return { incomplete, account, emailChange, signIns, signInMethods: accounts, trial, billing };
}

function newest<Row>(name: string, rows: Row[], cut: Set<string>): Row[] {
  if (rows.length > MOST) cut.add(name);
  return rows.slice(-MOST);
}

async function billingOf(customer: { id: string } | null, cut: Set<string>) {
  if (!customer) return null;
  const where = { customerId: customer.id };
  const [subscriptions, schedules, invoices, entitlements, facts, events] = await Promise.all([
    db().subscription.findMany({
      where,
      omit: omitOwner,
      include: { items: { omit: { subscriptionId: true } } },
      orderBy: [{ startedAt: "asc" }, { id: "asc" }],
      take,
    }),
    db().subscriptionSchedule.findMany({ where, omit: omitOwner, orderBy: { stripeStateAt: "asc" }, take }),
    db().invoice.findMany({ where, omit: omitOwner, orderBy: { createdAt: "asc" }, take }),
    db().entitlementSummary.findUnique({ where: { id: customer.id }, select: { lookupKeys: true } }),
    db().fact.findMany({
      where,
      omit: { customerId: true, attempts: true, nextAttemptAt: true, lockedUntil: true, lastError: true },
      orderBy: { at: "asc" },
      take,
    }),
    // What Stripe told us, and when. Its payload is the objects above, with keys of Stripe's in it that are for us alone.
    db().stripeEvent.findMany({
      where,
      select: { id: true, type: true, created: true, receivedAt: true, objectId: true },
      orderBy: { receivedAt: "asc" },
      take,
    }),
  ]);
  return {
    customer,
    subscriptions: newest("subscriptions", subscriptions, cut),
    schedules: newest("schedules", schedules, cut),
    invoices: newest("invoices", invoices, cut).map(({ amountDue, amountPaid, ...invoice }) => ({
      ...invoice,
      amountDue: Number(amountDue),
      amountPaid: Number(amountPaid),
    })),
    entitlements: entitlements?.lookupKeys ?? [],
    facts: newest("facts", facts, cut).map(({ amount, ...fact }) => ({
      ...fact,
      amount: amount === null ? null : Number(amount),
    })),
    events: newest("events", events, cut),
  };
}
