import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { isLivemode } from "@/lib/stripe";
import { choiceOf, PLANS, type Plan } from "./plans";
import { type Access, decideAccess, hasEnded } from "./subscription/access";
import { type FactView, readTimeline } from "./timeline/read";

/** Money in minor units of its currency: 2000 with "usd" is $20.00. https://docs.stripe.com/currencies */
export type Money = { amount: number; currency: string };

export type PriceView = {
  id: string;
  /** Null where Stripe has no single figure, as with tiers. */
  unitAmount: Money | null;
  interval: string | null;
  intervalCount: number;
  metered: boolean;
};

export type SubscriptionView = {
  id: string;
  status: string;
  cancelAtPeriodEnd: boolean;
  cancelAt: Date | null;
  currentPeriodStart: Date | null;
  currentPeriodEnd: Date | null;
  trialEnd: Date | null;
  endedAt: Date | null;
  items: { id: string; productName: string | null; price: PriceView | null; quantity: number | null }[];
  /** While nothing is collected, as an operator may have it at Stripe: the plan goes on all the same. Null where it is collected. */
  pause: { isCollectedLater: boolean; resumesAt: Date | null } | null;
  /** A change that was asked for and has not come yet, or null. */
  waiting: WaitingChange | null;
  /** The moment on Stripe's clock up to which these rows are known to be true. */
  confirmedAt: Date;
};

/** For the end of the period, or until its payment goes through; `at` is when it comes, or when it is given up. */
export type WaitingChange = {
  kind: "planned" | "unpaid";
  at: Date;
  planName: string | null;
  price: PriceView | null;
  quantity: number | null;
};

export type InvoiceView = {
  id: string;
  number: string | null;
  /** Stripe's word: draft, open, paid, uncollectible or void; null on very old ones. */
  status: string | null;
  amountDue: Money;
  amountPaid: Money;
  createdAt: Date | null;
  attemptCount: number;
  nextPaymentAttempt: Date | null;
  hostedInvoiceUrl: string | null;
  invoicePdf: string | null;
};

export type BillingView = {
  access: Access;
  /** The subscription that decided the access, or null if the user never had one. */
  subscription: SubscriptionView | null;
  /** Other subscriptions of the user that have not ended. */
  others: SubscriptionView[];
  /** The invoice of the deciding subscription that a failed payment left open, or null. */
  unpaidInvoice: InvoiceView | null;
  /** Newest first, at most 24, without drafts. */
  invoices: InvoiceView[];
  /** What happened, the newest first. */
  timeline: FactView[];
  /** True while an event about this user's billing waits to be settled with Stripe: look again in a moment. */
  settling: boolean;
};

/** A plan of the plan file that can be bought, with the prices that Stripe has for it. */
export type PlanView = Pick<Plan, "key" | "name" | "description" | "lines" | "seats" | "trialDays"> & {
  productIds: string[];
  prices: (PriceView & { lookupKey: string })[];
};

/**
 * What the dashboard shows of a user's billing: their own rows, reached only through the customer linked to them.
 * @throws if the database cannot be reached
 */
export async function readBilling(userId: string, now: Date): Promise<BillingView> {
  const customer = await db().customer.findUnique({ where: { userId, livemode: isLivemode() } });
  const { subscriptions, invoices, schedules } = customer
    ? await readRows(customer.id)
    : { subscriptions: [], invoices: [], schedules: [] };
  const unpaidOf = ({ id, status }: { id: string; status: string }) =>
    invoices.filter((invoice) => invoice.subscriptionId === id && isUnpaid(invoice, status));
  const facts = subscriptions.map((subscription) => ({
    ...subscription,
    // Stripe ends what a deleted customer had at once, also where the event about it is still on its way.
    endedAt: subscription.endedAt ?? customer?.deletedAt ?? null,
    unpaidSince: unpaidFrom(unpaidOf(subscription).at(-1)),
  }));
  const access = decideAccess(facts, now, { pastDueGraceDays: env().PAST_DUE_GRACE_DAYS });
  const decided = facts.find((subscription) => subscription.id === access.subscriptionId);
  const live = facts.filter((subscription) => subscription !== decided && !hasEnded(subscription, now));
  const [unpaid] = decided ? unpaidOf(decided) : [];
  const [catalogue, settling, timeline] = await Promise.all([
    readCatalogue(
      [...(decided ? [decided] : []), ...live].flatMap((subscription) => subscription.items),
      [
        ...schedules.map(({ nextPriceId }) => nextPriceId),
        ...subscriptions.map(({ pendingPriceId }) => pendingPriceId),
      ],
    ),
    customer ? isSettling(customer.id) : false,
    customer ? readTimeline(customer.id) : [],
  ]);
  return {
    access,
    subscription: decided ? viewSubscription(decided, schedules, catalogue) : null,
    others: live.map((subscription) => viewSubscription(subscription, schedules, catalogue)),
    unpaidInvoice: unpaid ? viewInvoice(unpaid) : null,
    invoices: invoices.slice(0, 24).map(viewInvoice),
    timeline,
    settling,
  };
}

/**
 * What can be bought: the plans of the plan file, in its order, as far as Stripe has them on sale. What they cost is for
 * Stripe to say.
 * @throws if the database cannot be reached
 */
export async function readPlans(): Promise<PlanView[]> {
  const onSale = { active: true, deletedAt: null, livemode: isLivemode() };
  const [products, prices] = await Promise.all([
    db().product.findMany({ where: onSale, select: { id: true } }),
    db().price.findMany({
      where: { ...onSale, lookupKey: { not: null } },
      orderBy: { stripeStateAt: "desc" },
    }),
  ]);
  const ids = new Set(products.map(({ id }) => id));
  return PLANS.map(({ key, name, description, lines, seats, trialDays, prices: { month, year } }) => {
    const own = [month, year].flatMap(({ lookupKey }) => {
      const price = prices.find((one) => one.lookupKey === lookupKey && ids.has(one.productId ?? ""));
      return price ? [{ ...price, lookupKey }] : [];
    });
    return {
      ...{ key, name, description, lines, seats, trialDays },
      productIds: own.flatMap(({ productId }) => productId ?? []),
      prices: own.map((price) => ({ ...viewPrice(price), lookupKey: price.lookupKey })),
    };
  }).filter((plan) => plan.prices.length > 0);
}

type SubscriptionRow = Awaited<ReturnType<typeof readRows>>["subscriptions"][number];
type InvoiceRow = Awaited<ReturnType<typeof readRows>>["invoices"][number];
type ScheduleRow = Awaited<ReturnType<typeof readRows>>["schedules"][number];
type Catalogue = Awaited<ReturnType<typeof readCatalogue>>;

async function readRows(customerId: string) {
  const [subscriptions, schedules, invoices] = await Promise.all([
    db().subscription.findMany({
      where: { customerId, livemode: isLivemode() },
      include: { items: { orderBy: { position: "asc" } } },
    }),
    db().subscriptionSchedule.findMany({ where: { customerId, livemode: isLivemode(), status: "active" } }),
    db().invoice.findMany({
      where: { customerId, livemode: isLivemode(), OR: [{ status: null }, { status: { not: "draft" } }] },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: 100,
    }),
  ]);
  return { subscriptions, schedules, invoices };
}

async function readCatalogue(
  items: readonly { priceId: string | null; productId: string | null }[],
  waiting: readonly (string | null)[],
) {
  const ids = (pick: (item: (typeof items)[number]) => string | null) =>
    items.flatMap((item) => pick(item) ?? []);
  const [products, prices] = await Promise.all([
    db().product.findMany({ where: { id: { in: ids((item) => item.productId) } } }),
    db().price.findMany({
      where: { id: { in: [...ids((item) => item.priceId), ...waiting.flatMap((id) => id ?? [])] } },
    }),
  ]);
  return {
    products: new Map(products.map((product) => [product.id, product])),
    prices: new Map(prices.map((price) => [price.id, price])),
  };
}

async function isSettling(customerId: string): Promise<boolean> {
  const waiting = await db().stripeEvent.findFirst({
    where: { status: "pending", customerId },
    select: { id: true },
  });
  return waiting !== null;
}

/**
 * The bill is still to be paid although it should be by now: a charge failed, or its subscription suffers from it. A bill
 * that is sent and paid by hand has no attempts. https://docs.stripe.com/invoicing/overview
 */
function isUnpaid(invoice: InvoiceRow, subscriptionStatus: string): boolean {
  const isLate = invoice.attemptCount > 0 || ["past_due", "unpaid"].includes(subscriptionStatus);
  return isLate && invoice.status === "open" && invoice.amountPaid < invoice.amountDue;
}

function unpaidFrom(invoice: InvoiceRow | undefined): Date | null {
  return invoice?.dueAt ?? invoice?.createdAt ?? null;
}

function viewSubscription(
  row: SubscriptionRow,
  schedules: readonly ScheduleRow[],
  catalogue: Catalogue,
): SubscriptionView {
  const { id, status, cancelAtPeriodEnd, cancelAt, trialEnd, endedAt } = row;
  const { currentPeriodStart, currentPeriodEnd } = row;
  return {
    ...{ id, status, cancelAtPeriodEnd, cancelAt, trialEnd, endedAt, currentPeriodStart, currentPeriodEnd },
    pause: row.pauseBehavior
      ? { isCollectedLater: row.pauseBehavior === "keep_as_draft", resumesAt: row.pauseResumesAt }
      : null,
    waiting: viewWaiting(row, schedules, catalogue),
    confirmedAt: row.syncedAt !== null && row.syncedAt > row.stripeStateAt ? row.syncedAt : row.stripeStateAt,
    items: row.items.map((item) => {
      const price = catalogue.prices.get(item.priceId ?? "");
      return {
        id: item.id,
        productName: catalogue.products.get(item.productId ?? "")?.name ?? null,
        price: price ? viewPrice(price) : null,
        quantity: item.quantity,
      };
    }),
  };
}

function viewWaiting(
  { id, pendingExpiresAt, pendingPriceId, pendingQuantity }: SubscriptionRow,
  schedules: readonly ScheduleRow[],
  { prices }: Catalogue,
): WaitingChange | null {
  const change = (kind: WaitingChange["kind"], at: Date, priceId: string | null, quantity: number | null) => {
    const price = prices.get(priceId ?? "");
    const planName = choiceOf(price?.lookupKey ?? null)?.plan.name ?? null;
    return { kind, at, planName, price: price ? viewPrice(price) : null, quantity };
  };
  if (pendingExpiresAt) return change("unpaid", pendingExpiresAt, pendingPriceId, pendingQuantity);
  const planned = schedules.find(({ subscriptionId, nextPhaseAt }) => subscriptionId === id && nextPhaseAt);
  return planned?.nextPhaseAt
    ? change("planned", planned.nextPhaseAt, planned.nextPriceId, planned.nextQuantity)
    : null;
}

function viewPrice(row: {
  id: string;
  unitAmount: bigint | null;
  currency: string;
  interval: string | null;
  intervalCount: number | null;
  usageType: string | null;
}): PriceView {
  const { id, unitAmount, currency, interval, intervalCount, usageType } = row;
  return {
    id,
    unitAmount: unitAmount === null ? null : money(unitAmount, currency),
    interval,
    intervalCount: intervalCount ?? 1,
    metered: usageType === "metered",
  };
}

function viewInvoice(row: InvoiceRow): InvoiceView {
  const { id, number, status, createdAt, attemptCount, nextPaymentAttempt, hostedInvoiceUrl, invoicePdf } =
    row;
  return {
    ...{ id, number, status, createdAt, attemptCount, nextPaymentAttempt, hostedInvoiceUrl, invoicePdf },
    amountDue: money(row.amountDue, row.currency),
    amountPaid: money(row.amountPaid, row.currency),
  };
}

/** Amounts were safe integers when they came in, so a number holds them. */
function money(amount: bigint, currency: string): Money {
  return { amount: Number(amount), currency };
}
